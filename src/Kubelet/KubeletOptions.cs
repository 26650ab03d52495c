using System.Security.Cryptography.X509Certificates;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet;

/// <summary>How a node agent runs. Names in parentheses are upstream's flags.</summary>
public sealed record KubeletOptions
{
    /// <summary>The node's name (<c>--hostname-override</c>); the host's name in lower case by default.</summary>
    public string NodeName { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>The node's addresses, one per family (<c>--node-ip</c>); found out when empty.</summary>
    public IReadOnlyList<string> NodeAddresses { get; init; } = [];

    /// <summary>Where pods' files live (<c>--root-dir</c>).</summary>
    public string RootDirectory { get; init; } = "/var/lib/kubelet";

    /// <summary>Where containers' logs live (<c>podLogsDir</c>).</summary>
    public string PodLogsDirectory { get; init; } = "/var/log/pods";

    /// <summary>Where links to containers' logs are made for log collectors; empty for none.</summary>
    public string ContainerLogsDirectory { get; init; } = "/var/log/containers";

    /// <summary>The socket of a container runtime that someone else runs (<c>--container-runtime-endpoint</c>); null to run our own.</summary>
    public string? ContainerRuntimeEndpoint { get; init; }

    /// <summary>The private containerd, used when no endpoint is given.</summary>
    public Containerd.ContainerdOptions? Containerd { get; init; }

    /// <summary>Whether the network of pods is set up here by a CNI bridge; false when someone else configures CNI.</summary>
    public bool ManageNetwork { get; init; } = true;

    /// <summary>The bridge pods hang on.</summary>
    public string BridgeName { get; init; } = "cni0";

    /// <summary>Pod ranges used until the Node object has some (<c>--pod-cidr</c>).</summary>
    public IReadOnlyList<string> PodCidrs { get; init; } = [];

    /// <summary>Ranges of all pods of the cluster: traffic to them keeps the pod's address (<c>--cluster-cidr</c>).</summary>
    public IReadOnlyList<string> ClusterCidrs { get; init; } = [];

    /// <summary>The cluster's DNS servers (<c>--cluster-dns</c>).</summary>
    public IReadOnlyList<string> ClusterDns { get; init; } = [];

    /// <summary>The cluster's DNS domain (<c>--cluster-domain</c>).</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The node's resolver configuration (<c>--resolv-conf</c>).</summary>
    public string ResolverConfig { get; init; } = "/etc/resolv.conf";

    /// <summary>The most pods the node takes (<c>--max-pods</c>).</summary>
    public int MaxPods { get; init; } = 110;

    /// <summary>The address the server listens on (<c>--address</c>).</summary>
    public string Address { get; init; } = "0.0.0.0";

    /// <summary>The port the server listens on (<c>--port</c>); zero for none.</summary>
    public int Port { get; init; } = 10250;

    /// <summary>The port of plain health checks on the loopback address (<c>--healthz-port</c>); zero for none.</summary>
    public int HealthPort { get; init; } = 10248;

    /// <summary>The server's certificate with its key (<c>--tls-cert-file</c>); a self-signed one by default.</summary>
    public X509Certificate2? ServingCertificate { get; init; }

    /// <summary>Gives the server's certificate with its key where it changes (<c>--rotate-server-certificates</c>); while it gives none, handshakes fail.</summary>
    public Func<X509Certificate2?>? ServingCertificateSource { get; init; }

    /// <summary>Authorities whose client certificates are accepted (<c>--client-ca-file</c>).</summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }

    /// <summary>Whether the Node object is made if it is missing (<c>--register-node</c>).</summary>
    public bool RegisterNode { get; init; } = true;

    /// <summary>Further labels of the node (<c>--node-labels</c>).</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints the node registers with (<c>--register-with-taints</c>).</summary>
    public IReadOnlyList<Taint> RegisterWithTaints { get; init; } = [];

    /// <summary>Whether containers without a seccomp profile get the runtime's default (<c>--seccomp-default</c>).</summary>
    public bool SeccompDefault { get; init; }

    /// <summary>The cgroup below which pods' cgroups are made (<c>--cgroup-root</c>).</summary>
    public string CgroupRoot { get; init; } = "/";

    /// <summary>Whether pods and QoS classes get cgroups of their own (<c>--cgroups-per-qos</c>).</summary>
    public bool CgroupsPerQos { get; init; } = true;

    /// <summary>CPU and memory kept back for the system (<c>--system-reserved</c> and <c>--kube-reserved</c> together).</summary>
    public IReadOnlyDictionary<string, string> Reserved { get; init; } = new Dictionary<string, string>();

    /// <summary>The size at which a container's log is rotated, in bytes (<c>--container-log-max-size</c>).</summary>
    public long ContainerLogMaxSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>How many log files a container keeps (<c>--container-log-max-files</c>).</summary>
    public int ContainerLogMaxFiles { get; init; } = 5;

    /// <summary>The limit on ordinary calls to the runtime (<c>--runtime-request-timeout</c>).</summary>
    public TimeSpan RuntimeRequestTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the node's status is written when nothing changes (<c>--node-status-report-frequency</c>).</summary>
    public TimeSpan NodeStatusReportFrequency { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the node's condition is looked at (<c>--node-status-update-frequency</c>).</summary>
    public TimeSpan NodeStatusUpdateFrequency { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the node's lease lasts (<c>--node-lease-duration-seconds</c>); it is renewed at a quarter of that.</summary>
    public TimeSpan NodeLeaseDuration { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How often volumes and everything else of a running pod are looked at again (<c>--sync-frequency</c>).</summary>
    public TimeSpan SyncFrequency { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How little may be left before pods are evicted (<c>--eviction-hard</c>).</summary>
    public IReadOnlyDictionary<string, string> EvictionHard { get; init; } = new Dictionary<string, string>
    {
        ["memory.available"] = "100Mi", ["nodefs.available"] = "10%",
    };

    /// <summary>The share of the disk in use from which on unused images are removed (<c>--image-gc-high-threshold</c>).</summary>
    public int ImageGcHighThresholdPercent { get; init; } = 85;

    /// <summary>The share of the disk in use down to which they are (<c>--image-gc-low-threshold</c>).</summary>
    public int ImageGcLowThresholdPercent { get; init; } = 80;
}
