namespace Tiphys.Api.Core.V1;

/// <summary>What a pod should run, where, and under which constraints.</summary>
[ApiType]
public sealed partial class PodSpec
{
    /// <summary>Volumes that the containers may mount.</summary>
    [Field(1), ListMap("name"), PatchMerge("name", RetainKeys = true)]
    public List<Volume>? Volumes { get; set; }

    /// <summary>Containers that run in order before the others; those with restart policy Always keep running as sidecars.</summary>
    [Field(20), ListMap("name"), PatchMerge("name")]
    public List<Container>? InitContainers { get; set; }

    /// <summary>The main containers; at least one.</summary>
    [Field(2), Required, ListMap("name"), PatchMerge("name")]
    public List<Container> Containers { get; set; } = [];

    /// <summary>Containers added to a running pod for debugging, through the subresource of that name only.</summary>
    [Field(34), ListMap("name"), PatchMerge("name")]
    public List<EphemeralContainer>? EphemeralContainers { get; set; }

    /// <summary>When containers are restarted.</summary>
    [Field(3), OneOf(typeof(RestartPolicy)), Default(V1.RestartPolicy.Always)]
    public string RestartPolicy { get; set; } = "";

    /// <summary>Seconds between the request to stop and the kill; zero kills at once.</summary>
    [Field(4), Default(30L)]
    public long? TerminationGracePeriodSeconds { get; set; }

    /// <summary>Seconds the pod may be active on its node before it is failed.</summary>
    [Field(5)]
    public long? ActiveDeadlineSeconds { get; set; }

    /// <summary>Where DNS settings come from.</summary>
    [Field(6), OneOf(typeof(DnsPolicy)), Default(V1.DnsPolicy.ClusterFirst)]
    public string DnsPolicy { get; set; } = "";

    /// <summary>Labels the node must have.</summary>
    [Field(7), Atomic]
    public Dictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Service account the pod acts as.</summary>
    [Field(8)]
    public string ServiceAccountName { get; set; } = "";

    /// <summary>Older spelling of serviceAccountName, kept equal to it.</summary>
    [Field(9)]
    public string ServiceAccount { get; set; } = "";

    /// <summary>Whether a token of the service account is mounted; unset leaves it to the service account.</summary>
    [Field(21)]
    public bool? AutomountServiceAccountToken { get; set; }

    /// <summary>Node the pod is bound to; the scheduler sets it through a binding.</summary>
    [Field(10)]
    public string NodeName { get; set; } = "";

    /// <summary>Uses the node's network namespace.</summary>
    [Field(11)]
    public bool HostNetwork { get; set; }

    /// <summary>Uses the node's process namespace.</summary>
    [Field(12)]
    public bool HostPID { get; set; }

    /// <summary>Uses the node's IPC namespace.</summary>
    [Field(13)]
    public bool HostIPC { get; set; }

    /// <summary>Puts all containers of the pod into one process namespace.</summary>
    [Field(27)]
    public bool? ShareProcessNamespace { get; set; }

    /// <summary>Security settings for the whole pod.</summary>
    [Field(14)]
    public PodSecurityContext? SecurityContext { get; set; }

    /// <summary>Secrets of this namespace that hold credentials for image registries.</summary>
    [Field(15), ListMap("name"), PatchMerge("name")]
    public List<LocalObjectReference>? ImagePullSecrets { get; set; }

    /// <summary>Host name inside the pod; its own name when empty.</summary>
    [Field(16)]
    public string Hostname { get; set; } = "";

    /// <summary>Makes the full host name hostname.subdomain.namespace.svc.domain.</summary>
    [Field(17)]
    public string Subdomain { get; set; } = "";

    /// <summary>Rules that draw the pod to, or keep it off, certain nodes and pods.</summary>
    [Field(18)]
    public Affinity? Affinity { get; set; }

    /// <summary>Scheduler that places the pod.</summary>
    [Field(19), Default("default-scheduler")]
    public string SchedulerName { get; set; } = "";

    /// <summary>Taints the pod puts up with.</summary>
    [Field(22), Atomic]
    public List<Toleration>? Tolerations { get; set; }

    /// <summary>Lines added to the pod's hosts file.</summary>
    [Field(23), ListMap("ip"), PatchMerge("ip")]
    public List<HostAlias>? HostAliases { get; set; }

    /// <summary>Priority class that gives the pod its priority.</summary>
    [Field(24)]
    public string PriorityClassName { get; set; } = "";

    /// <summary>The priority itself, copied from the class; higher comes first.</summary>
    [Field(25)]
    public int? Priority { get; set; }

    /// <summary>DNS settings on top of those from the policy.</summary>
    [Field(26)]
    public PodDNSConfig? DnsConfig { get; set; }

    /// <summary>Conditions that must be True, besides the containers', for the pod to be ready.</summary>
    [Field(28), Atomic]
    public List<PodReadinessGate>? ReadinessGates { get; set; }

    /// <summary>Runtime class the containers run under.</summary>
    [Field(29)]
    public string? RuntimeClassName { get; set; }

    /// <summary>Whether services of the namespace show up as environment variables.</summary>
    [Field(30)]
    public bool? EnableServiceLinks { get; set; }

    /// <summary>Whether the pod may push out pods of lower priority.</summary>
    [Field(31), OneOf(typeof(PreemptionPolicy))]
    public string? PreemptionPolicy { get; set; }

    /// <summary>Resources the runtime class itself takes for the pod.</summary>
    [Field(32)]
    public Dictionary<string, Quantity>? Overhead { get; set; }

    /// <summary>How pods spread over zones, nodes and other domains; all must hold.</summary>
    [Field(33), ListMap("topologyKey", "whenUnsatisfiable"), PatchMerge("topologyKey")]
    public List<TopologySpreadConstraint>? TopologySpreadConstraints { get; set; }

    /// <summary>Makes the kernel's host name the full domain name.</summary>
    [Field(35)]
    public bool? SetHostnameAsFQDN { get; set; }

    /// <summary>Operating system the pod needs; settings of the other one are then refused.</summary>
    [Field(36)]
    public PodOS? Os { get; set; }

    /// <summary>False puts the pod into a user namespace of its own.</summary>
    [Field(37)]
    public bool? HostUsers { get; set; }

    /// <summary>While any is left, the scheduler does not look at the pod.</summary>
    [Field(38), ListMap("name"), PatchMerge("name")]
    public List<PodSchedulingGate>? SchedulingGates { get; set; }

    /// <summary>Device claims that must be allocated before the pod starts.</summary>
    [Field(39), ListMap("name"), PatchMerge("name", RetainKeys = true)]
    public List<PodResourceClaim>? ResourceClaims { get; set; }

    /// <summary>Requests and limits for the pod as a whole: CPU, memory and huge pages.</summary>
    [Field(40)]
    public ResourceRequirements? Resources { get; set; }

    /// <summary>Host name of the pod that takes precedence over hostname and subdomain.</summary>
    [Field(41)]
    public string? HostnameOverride { get; set; }

    /// <summary>Group of pods this one is scheduled together with.</summary>
    [Field(43)]
    public PodSchedulingGroup? SchedulingGroup { get; set; }
}

/// <summary>One address in a pod's hosts file.</summary>
[ApiType]
public sealed partial class HostAlias
{
    /// <summary>The address.</summary>
    [Field(1, Name = "ip"), Required]
    public string IP { get; set; } = "";

    /// <summary>Names for the address.</summary>
    [Field(2), Atomic]
    public List<string>? Hostnames { get; set; }
}

/// <summary>A condition that a pod's readiness waits for.</summary>
[ApiType]
public sealed partial class PodReadinessGate
{
    /// <summary>Type of the condition.</summary>
    [Field(1), Required]
    public string ConditionType { get; set; } = "";
}

/// <summary>Something that holds a pod back from scheduling.</summary>
[ApiType]
public sealed partial class PodSchedulingGate
{
    /// <summary>Name of the gate, unique in the pod.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>The group of pods a pod is scheduled with.</summary>
[ApiType]
public sealed partial class PodSchedulingGroup
{
    /// <summary>PodGroup object of this namespace that stands for the group.</summary>
    [Field(1)]
    public string? PodGroupName { get; set; }
}

/// <summary>The operating system of a pod.</summary>
[ApiType]
public sealed partial class PodOS
{
    /// <summary>linux or windows.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>Operating systems.</summary>
public static class OSName
{
    /// <summary>Linux.</summary>
    public const string Linux = "linux";

    /// <summary>Windows.</summary>
    public const string Windows = "windows";
}

/// <summary>DNS settings of a pod on top of its DNS policy.</summary>
[ApiType]
public sealed partial class PodDNSConfig
{
    /// <summary>Addresses of name servers, added to those from the policy.</summary>
    [Field(1), Atomic]
    public List<string>? Nameservers { get; set; }

    /// <summary>Search domains, added to those from the policy.</summary>
    [Field(2), Atomic]
    public List<string>? Searches { get; set; }

    /// <summary>Resolver options; they override those of the same name from the policy.</summary>
    [Field(3), Atomic]
    public List<PodDNSConfigOption>? Options { get; set; }
}

/// <summary>One option of the resolver.</summary>
[ApiType]
public sealed partial class PodDNSConfigOption
{
    /// <summary>Name of the option, such as ndots.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Value of the option, if it takes one.</summary>
    [Field(2)]
    public string? Value { get; set; }
}

/// <summary>A device claim of a pod, either by name or made from a template.</summary>
[ApiType]
public sealed partial class PodResourceClaim
{
    /// <summary>Name by which containers refer to the claim.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Name of an existing claim in this namespace.</summary>
    [Field(3)]
    public string? ResourceClaimName { get; set; }

    /// <summary>Name of a template in this namespace that a claim of the pod's own is made from.</summary>
    [Field(4)]
    public string? ResourceClaimTemplateName { get; set; }
}
