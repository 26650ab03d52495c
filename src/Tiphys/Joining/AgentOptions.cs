using Tiphys.Kubelet;
using Tiphys.Proxy;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>How <c>tiphys agent</c> runs a joined node.</summary>
internal sealed record AgentOptions
{
    /// <summary>Where everything is kept.</summary>
    public required DataDirectory DataDir { get; init; }

    public required KubeletOptions Kubelet { get; init; }

    public required ProxyOptions Proxy { get; init; }

    /// <summary>What was said of the cluster by flags; it counts more than what the cluster says.</summary>
    public required ClusterSettings Settings { get; init; }

    /// <summary>The API server; null for the one joined before.</summary>
    public Uri? Server { get; init; }

    /// <summary>Port on loopback at which the node's parts find the API server, whichever lives.</summary>
    public int BalancerPort { get; init; } = 6444;

    /// <summary>Bootstrap token; null once joined.</summary>
    public string? Token { get; init; }

    /// <summary>Hashes one of which an authority of the cluster must have.</summary>
    public IReadOnlyList<string> AuthorityHashes { get; init; } = [];

    /// <summary>Join without a hash.</summary>
    public bool SkipAuthorityVerification { get; init; }

    /// <summary>The API servers the node knows.</summary>
    public string ServersFile => Path.Combine(DataDir.Agent, "servers");
}
