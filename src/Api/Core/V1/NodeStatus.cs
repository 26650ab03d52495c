namespace Tiphys.Api.Core.V1;

/// <summary>What a node has and how it is.</summary>
[ApiType]
public sealed partial class NodeStatus
{
    /// <summary>All resources of the node.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Capacity { get; set; }

    /// <summary>Resources for pods; the capacity when unset.</summary>
    [Field(2)]
    public Dictionary<string, Quantity>? Allocatable { get; set; }

    /// <summary>Formerly where the node is in its life; not used.</summary>
    [Field(3), OneOf(typeof(NodePhase))]
    public string Phase { get; set; } = "";

    /// <summary>Aspects such as readiness and pressure.</summary>
    [Field(4), ListMap("type"), PatchMerge("type")]
    public List<NodeCondition>? Conditions { get; set; }

    /// <summary>Addresses at which the node is reached.</summary>
    [Field(5), ListMap("type"), PatchMerge("type")]
    public List<NodeAddress>? Addresses { get; set; }

    /// <summary>Ports of the node's daemons.</summary>
    [Field(6)]
    public NodeDaemonEndpoints DaemonEndpoints { get; set; } = new();

    /// <summary>Versions and identities of the machine.</summary>
    [Field(7)]
    public NodeSystemInfo NodeInfo { get; set; } = new();

    /// <summary>Images on the node.</summary>
    [Field(8), Atomic]
    public List<ContainerImage>? Images { get; set; }

    /// <summary>Volumes that are attached and mounted, by unique name.</summary>
    [Field(9), Atomic]
    public List<string>? VolumesInUse { get; set; }

    /// <summary>Volumes that are attached.</summary>
    [Field(10), Atomic]
    public List<AttachedVolume>? VolumesAttached { get; set; }

    /// <summary>Formerly the state of the kubelet's configuration; not used.</summary>
    [Field(11)]
    public NodeConfigStatus? Config { get; set; }

    /// <summary>Runtime handlers of the container runtime.</summary>
    [Field(12), Atomic]
    public List<NodeRuntimeHandler>? RuntimeHandlers { get; set; }

    /// <summary>Abilities of the container runtime.</summary>
    [Field(13)]
    public NodeFeatures? Features { get; set; }

    /// <summary>Features the kubelet declares, for the scheduler to match.</summary>
    [Field(14), Atomic]
    public List<string>? DeclaredFeatures { get; set; }
}

/// <summary>One aspect of a node's state.</summary>
[ApiType]
public sealed partial class NodeCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the condition was last reported.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastHeartbeatTime { get; set; }

    /// <summary>When the status last changed.</summary>
    [Field(4), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(5)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(6)]
    public string Message { get; set; } = "";
}

/// <summary>Conditions of a node.</summary>
public static class NodeConditionType
{
    /// <summary>The kubelet is healthy and takes pods.</summary>
    public const string Ready = "Ready";

    /// <summary>Memory runs short.</summary>
    public const string MemoryPressure = "MemoryPressure";

    /// <summary>Disk runs short.</summary>
    public const string DiskPressure = "DiskPressure";

    /// <summary>Process ids run short.</summary>
    public const string PidPressure = "PIDPressure";

    /// <summary>The network is not set up.</summary>
    public const string NetworkUnavailable = "NetworkUnavailable";
}

/// <summary>Former phases of a node.</summary>
public static class NodePhase
{
    /// <summary>Not configured yet.</summary>
    public const string Pending = "Pending";

    /// <summary>Configured and running.</summary>
    public const string Running = "Running";

    /// <summary>Removed.</summary>
    public const string Terminated = "Terminated";
}

/// <summary>An address of a node.</summary>
[ApiType]
public sealed partial class NodeAddress
{
    /// <summary>What sort of address it is.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>The address.</summary>
    [Field(2), Required]
    public string Address { get; set; } = "";
}

/// <summary>Sorts of addresses.</summary>
public static class NodeAddressType
{
    /// <summary>Name of the machine.</summary>
    public const string Hostname = "Hostname";

    /// <summary>Address inside the cluster's network.</summary>
    public const string InternalIP = "InternalIP";

    /// <summary>Address from outside.</summary>
    public const string ExternalIP = "ExternalIP";

    /// <summary>Name inside the cluster's network.</summary>
    public const string InternalDNS = "InternalDNS";

    /// <summary>Name from outside.</summary>
    public const string ExternalDNS = "ExternalDNS";
}

/// <summary>Ports of a node's daemons.</summary>
[ApiType]
public sealed partial class NodeDaemonEndpoints
{
    /// <summary>Where the kubelet listens.</summary>
    [Field(1)]
    public DaemonEndpoint KubeletEndpoint { get; set; } = new();
}

/// <summary>The port of a daemon.</summary>
[ApiType]
public sealed partial class DaemonEndpoint
{
    /// <summary>Number of the port.</summary>
    [Field(1, Name = "Port"), Required]
    public int Port { get; set; }
}

/// <summary>Versions and identities of a machine.</summary>
[ApiType]
public sealed partial class NodeSystemInfo
{
    /// <summary>Identity of the machine, from its operating system.</summary>
    [Field(1), Required]
    public string MachineID { get; set; } = "";

    /// <summary>Identity of the machine, from its firmware.</summary>
    [Field(2), Required]
    public string SystemUUID { get; set; } = "";

    /// <summary>Identity of the current boot.</summary>
    [Field(3), Required]
    public string BootID { get; set; } = "";

    /// <summary>Version of the kernel.</summary>
    [Field(4), Required]
    public string KernelVersion { get; set; } = "";

    /// <summary>Name of the operating system, such as Debian GNU/Linux 12.</summary>
    [Field(5), Required]
    public string OsImage { get; set; } = "";

    /// <summary>Container runtime and its version, joined by ://.</summary>
    [Field(6), Required]
    public string ContainerRuntimeVersion { get; set; } = "";

    /// <summary>Version of the kubelet.</summary>
    [Field(7), Required]
    public string KubeletVersion { get; set; } = "";

    /// <summary>Formerly the version of kube-proxy; not set.</summary>
    [Field(8), Required]
    public string KubeProxyVersion { get; set; } = "";

    /// <summary>Operating system, such as linux.</summary>
    [Field(9), Required]
    public string OperatingSystem { get; set; } = "";

    /// <summary>Processor architecture, such as amd64.</summary>
    [Field(10), Required]
    public string Architecture { get; set; } = "";

    /// <summary>State of swap.</summary>
    [Field(11)]
    public NodeSwapStatus? Swap { get; set; }
}

/// <summary>State of a node's swap.</summary>
[ApiType]
public sealed partial class NodeSwapStatus
{
    /// <summary>Swap in bytes.</summary>
    [Field(1)]
    public long? Capacity { get; set; }
}

/// <summary>An image on a node.</summary>
[ApiType]
public sealed partial class ContainerImage
{
    /// <summary>Names of the image, tags and digests.</summary>
    [Field(1), AlwaysShown, NullWhenUnset, Atomic]
    public List<string> Names { get; set; } = [];

    /// <summary>Size in bytes.</summary>
    [Field(2)]
    public long SizeBytes { get; set; }
}

/// <summary>A volume attached to a node.</summary>
[ApiType]
public sealed partial class AttachedVolume
{
    /// <summary>Unique name of the volume.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Path of its device.</summary>
    [Field(2), Required]
    public string DevicePath { get; set; } = "";
}

/// <summary>A runtime handler of a node.</summary>
[ApiType]
public sealed partial class NodeRuntimeHandler
{
    /// <summary>Name of the handler; empty for the default one.</summary>
    [Field(1), AlwaysShown]
    public string Name { get; set; } = "";

    /// <summary>What the handler can do.</summary>
    [Field(2)]
    public NodeRuntimeHandlerFeatures? Features { get; set; }
}

/// <summary>What a runtime handler can do.</summary>
[ApiType]
public sealed partial class NodeRuntimeHandlerFeatures
{
    /// <summary>It can make mounts read-only recursively.</summary>
    [Field(1)]
    public bool? RecursiveReadOnlyMounts { get; set; }

    /// <summary>It can use user namespaces, volumes included.</summary>
    [Field(2)]
    public bool? UserNamespaces { get; set; }
}

/// <summary>What a node's container runtime can do.</summary>
[ApiType]
public sealed partial class NodeFeatures
{
    /// <summary>It can follow a pod's policy for supplemental groups.</summary>
    [Field(1)]
    public bool? SupplementalGroupsPolicy { get; set; }
}

/// <summary>Former state of a kubelet's configuration.</summary>
[ApiType]
public sealed partial class NodeConfigStatus
{
    /// <summary>Configuration the kubelet was to use.</summary>
    [Field(1)]
    public NodeConfigSource? Assigned { get; set; }

    /// <summary>Configuration it used.</summary>
    [Field(2)]
    public NodeConfigSource? Active { get; set; }

    /// <summary>Configuration it fell back to.</summary>
    [Field(3)]
    public NodeConfigSource? LastKnownGood { get; set; }

    /// <summary>What was wrong.</summary>
    [Field(4)]
    public string Error { get; set; } = "";
}
