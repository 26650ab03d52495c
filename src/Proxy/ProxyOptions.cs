using System.Net;

namespace Tiphys.Proxy;

/// <summary>How the service proxy works; flags are named after kube-proxy's.</summary>
public sealed record ProxyOptions
{
    /// <summary>Name of this node, to know its own endpoints (<c>--hostname-override</c>).</summary>
    public required string NodeName { get; init; }

    /// <summary>Addresses of pods: traffic to Services from elsewhere is masqueraded (<c>--cluster-cidr</c>); null masquerades nothing but hairpins and node ports.</summary>
    public IPNetwork? ClusterCidr { get; init; }

    /// <summary>Addresses of Services: packets to one that has no rule stay on the node.</summary>
    public IPNetwork? ServiceCidr { get; init; }

    /// <summary>Address and port of <c>/healthz</c> (<c>--healthz-bind-address</c>); null serves none.</summary>
    public IPEndPoint? Healthz { get; init; } = new(IPAddress.Any, 10256);

    /// <summary>Shortest time between two changes of the rules (<c>--nftables-min-sync-period</c>); changes in between are made together.</summary>
    public TimeSpan MinSyncPeriod { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Time after which the rules are written whole again, should someone have changed them (<c>--nftables-sync-period</c>).</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(30);
}
