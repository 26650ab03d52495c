using System.Net;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>How the controller manager runs; flags are named after kube-controller-manager's.</summary>
public sealed record ControllerManagerOptions
{
    /// <summary>Controllers to run (<c>--controllers</c>): <c>*</c> for those on by default, <c>name</c> to add one, <c>-name</c> to leave one out.</summary>
    public IReadOnlyList<string> Controllers { get; init; } = ["*"];

    /// <summary>Whether only the holder of the Lease kube-system/kube-controller-manager works (<c>--leader-elect</c>).</summary>
    public bool LeaderElect { get; init; } = true;

    /// <summary>Who this candidate is; unique among candidates. By default host name and a random part.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid()}";

    /// <summary>When the lead changes hands (<c>--leader-elect-lease-duration</c> and its like).</summary>
    public LeaderElectionTiming LeaderElection { get; init; } = LeaderElectionTiming.Default;

    /// <summary>
    /// Makes the client of one controller, given the name of its service account in kube-system, for
    /// <c>--use-service-account-credentials</c>; null lets every controller use the manager's own client.
    /// </summary>
    public Func<string, KubernetesClient>? ClientFor { get; init; }

    /// <summary>Networks pods get their addresses from (<c>--cluster-cidr</c>), at most one a family.</summary>
    public IReadOnlyList<IPNetwork> ClusterCidrs { get; init; } = [];

    /// <summary>Services' network, which no node may get (<c>--service-cluster-ip-range</c>).</summary>
    public IPNetwork? ServiceClusterIpRange { get; init; }

    /// <summary>Whether nodes are given networks for their pods (<c>--allocate-node-cidrs</c>).</summary>
    public bool AllocateNodeCidrs { get; init; }

    /// <summary>Prefix length of a node's IPv4 network (<c>--node-cidr-mask-size</c>).</summary>
    public int NodeCidrMaskSize { get; init; } = 24;

    /// <summary>Prefix length of a node's IPv6 network (<c>--node-cidr-mask-size-ipv6</c>).</summary>
    public int NodeCidrMaskSizeIPv6 { get; init; } = 64;

    /// <summary>How long a node may be silent before it is unhealthy (<c>--node-monitor-grace-period</c>).</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How often nodes are looked at (<c>--node-monitor-period</c>).</summary>
    public TimeSpan NodeMonitorPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a starting node may be silent (<c>--node-startup-grace-period</c>).</summary>
    public TimeSpan NodeStartupGracePeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Nodes a second that may be evicted in a healthy zone (<c>--node-eviction-rate</c>).</summary>
    public double NodeEvictionRate { get; init; } = 0.1;

    /// <summary>Nodes a second in an unhealthy zone (<c>--secondary-node-eviction-rate</c>).</summary>
    public double SecondaryNodeEvictionRate { get; init; } = 0.01;

    /// <summary>Share of unready nodes that makes a zone unhealthy (<c>--unhealthy-zone-threshold</c>).</summary>
    public double UnhealthyZoneThreshold { get; init; } = 0.55;

    /// <summary>Zones up to this size are not evicted from at all when unhealthy (<c>--large-cluster-size-threshold</c>).</summary>
    public int LargeClusterSizeThreshold { get; init; } = 50;

    /// <summary>Ended pods that may stay before the oldest are deleted; 0 or less keeps all (<c>--terminated-pod-gc-threshold</c>).</summary>
    public int TerminatedPodGcThreshold { get; init; } = 12500;

    /// <summary>Certificates that clients inside the cluster verify the API server with, PEM (content of <c>--root-ca-file</c>).</summary>
    public string? RootCertificates { get; init; }

    /// <summary>Key that signs the tokens of service accounts that are kept in secrets (<c>--service-account-private-key-file</c>); null fills no such secrets.</summary>
    public ServiceAccountKey? ServiceAccountKey { get; init; }

    /// <summary>Authority that signs certificate requests, with its key (<c>--cluster-signing-cert-file</c>, <c>--cluster-signing-key-file</c>).</summary>
    public X509Certificate2? ClusterSigningCertificate { get; init; }

    /// <summary>Longest validity of signed certificates (<c>--cluster-signing-duration</c>).</summary>
    public TimeSpan ClusterSigningDuration { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Most addresses a slice holds (<c>--max-endpoints-per-slice</c>).</summary>
    public int MaxEndpointsPerSlice { get; init; } = 100;

    /// <summary>How often pods' metrics are looked at (<c>--horizontal-pod-autoscaler-sync-period</c>).</summary>
    public TimeSpan HorizontalPodAutoscalerSyncPeriod { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Workers of each controller by its name (<c>--concurrent-*-syncs</c>), where they differ from the default.</summary>
    public IReadOnlyDictionary<string, int> ConcurrentSyncs { get; init; } = new Dictionary<string, int>();
}
