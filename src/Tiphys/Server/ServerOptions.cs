using System.Net;
using Tiphys.Client;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Server;

/// <summary>What <c>tiphys server</c> was asked for.</summary>
internal sealed record ServerOptions
{
    public required string DataDir { get; init; }

    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    public int SecurePort { get; init; } = 6443;

    public IPAddress? AdvertiseAddress { get; init; }

    /// <summary>Further names and addresses in the API server's certificate.</summary>
    public IReadOnlyList<string> TlsSans { get; init; } = [];

    public string? TokenAuthFile { get; init; }

    /// <summary>Files with keys whose service account tokens are accepted besides the cluster's own.</summary>
    public IReadOnlyList<string> ServiceAccountKeyFiles { get; init; } = [];

    public string? WriteKubeconfig { get; init; }

    public IPNetwork ServiceClusterIpRange { get; init; } = IPNetwork.Parse("10.43.0.0/16");

    public IPNetwork ClusterCidr { get; init; } = IPNetwork.Parse("10.42.0.0/16");

    public string ClusterDomain { get; init; } = "cluster.local";

    public Ports ServiceNodePortRange { get; init; } = new(30000, 32767);

    public string NodeName { get; init; } = Environment.MachineName.ToLowerInvariant();

    public IPAddress? NodeIp { get; init; }

    public IReadOnlyList<string> AuthorizationModes { get; init; } = ["Node", "RBAC"];

    public string? ContainerRuntimeEndpoint { get; init; }

    /// <summary>Configuration of encryption at rest, or null.</summary>
    public string? EncryptionProviderConfig { get; init; }

    /// <summary>Whether that file is read again when it changes.</summary>
    public bool EncryptionReload { get; init; }

    /// <summary>The etcd cluster that holds the objects; null for the embedded store.</summary>
    public EtcdSettings? Etcd { get; init; }

    /// <summary>Whether it is reached the way that the servers of the cluster share, and not one of this server's own.</summary>
    public bool EtcdIsShared { get; init; }

    /// <summary>When controllers and scheduler of one server stop being those that work, where several share a store.</summary>
    public LeaderElectionTiming LeaderElection { get; init; } = HostedElection;

    /// <summary>
    /// Shorter than upstream's for a component of its own: the leader writes to a store it reaches over few hops and shares its fate with an
    /// API server, so that silence means more. Two Leases renewed every two seconds, as upstream's are.
    /// </summary>
    public static LeaderElectionTiming HostedElection { get; } = new(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));

    /// <summary>Who keeps the endpoints of the Service <c>kubernetes</c>.</summary>
    public ApiServer.EndpointReconcilerType EndpointReconciler { get; init; }

    /// <summary>How many API servers there are, where that is not found out.</summary>
    public int ApiServerCount { get; init; } = 1;

    /// <summary>What flags say of an etcd whose members are known from elsewhere: from the server's last start, or the cluster it joins.</summary>
    public EtcdSettings EtcdDefaults { get; init; } = new() { Servers = [] };

    /// <summary>A server of the cluster to join; null for a cluster of its own, or one joined before.</summary>
    public Uri? Join { get; init; }

    /// <summary>Token to join with.</summary>
    public string? Token { get; init; }

    /// <summary>Hashes one of which the cluster's authority must have, besides the one in the token.</summary>
    public IReadOnlyList<string> AuthorityHashes { get; init; } = [];

    /// <summary>Identity of the cluster joined, which the store must have; null for a cluster of its own.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Flags that were given, not left at their defaults.</summary>
    public IReadOnlySet<string> Given { get; init; } = new HashSet<string>();

    /// <summary>Resolvers for names outside the cluster, as a resolv.conf file.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Parts left out: agent, apiserver's companions (controller-manager, scheduler), proxy, dns.</summary>
    public IReadOnlySet<string> Disabled { get; init; } = new HashSet<string>();

    /// <summary>When snapshots of the store are made unless <c>tiphys etcd snapshot schedule</c> has said otherwise; null for the defaults.</summary>
    public SnapshotPlan? Snapshots { get; init; }

    /// <summary>Address at which the node and its pods reach the API server.</summary>
    public IPAddress Advertised => AdvertiseAddress ?? NodeIp ?? (BindAddress.Equals(IPAddress.Any) ? HostAddress.Find() : BindAddress);

    /// <summary>Address of the cluster's DNS: the tenth of the service range.</summary>
    public IPAddress ClusterDns => new ApiServer.ServiceNetwork(ServiceClusterIpRange).Tenth;
}
