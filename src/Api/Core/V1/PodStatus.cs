namespace Tiphys.Api.Core.V1;

/// <summary>What was last seen of a pod; mostly reported by its kubelet.</summary>
[ApiType]
public sealed partial class PodStatus
{
    /// <summary>Generation of the pod the status was computed from.</summary>
    [Field(17)]
    public long ObservedGeneration { get; set; }

    /// <summary>Where the pod is in its life.</summary>
    [Field(1), OneOf(typeof(PodPhase))]
    public string Phase { get; set; } = "";

    /// <summary>Aspects such as scheduled, initialized and ready.</summary>
    [Field(2), ListMap("type"), PatchMerge("type")]
    public List<PodCondition>? Conditions { get; set; }

    /// <summary>Why the pod is in this state, for people.</summary>
    [Field(3)]
    public string Message { get; set; } = "";

    /// <summary>Why the pod is in this state, in CamelCase, for example Evicted.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Node on which the scheduler is making room for the pod, or hopes to place it.</summary>
    [Field(11)]
    public string NominatedNodeName { get; set; } = "";

    /// <summary>Address of the node.</summary>
    [Field(5)]
    public string HostIP { get; set; } = "";

    /// <summary>Addresses of the node, one per family.</summary>
    [Field(16), Atomic, PatchMerge("ip")]
    public List<HostIP>? HostIPs { get; set; }

    /// <summary>Address of the pod; equal to the first of podIPs.</summary>
    [Field(6)]
    public string PodIP { get; set; } = "";

    /// <summary>Addresses of the pod, at most one per family.</summary>
    [Field(12), ListMap("ip"), PatchMerge("ip")]
    public List<PodIP>? PodIPs { get; set; }

    /// <summary>When the kubelet took up the pod, before images were pulled.</summary>
    [Field(7)]
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>Status of each init container.</summary>
    [Field(10), Atomic]
    public List<ContainerStatus>? InitContainerStatuses { get; set; }

    /// <summary>Status of each main container.</summary>
    [Field(8), Atomic]
    public List<ContainerStatus>? ContainerStatuses { get; set; }

    /// <summary>Quality of service class, derived from requests and limits.</summary>
    [Field(9), OneOf(typeof(PodQosClass))]
    public string QosClass { get; set; } = "";

    /// <summary>Status of each ephemeral container.</summary>
    [Field(13), Atomic]
    public List<ContainerStatus>? EphemeralContainerStatuses { get; set; }

    /// <summary>Older report of a resize; conditions took its place.</summary>
    [Field(14)]
    public string Resize { get; set; } = "";

    /// <summary>Names of the claims made for the pod.</summary>
    [Field(15), ListMap("name"), PatchMerge("name", RetainKeys = true)]
    public List<PodResourceClaimStatus>? ResourceClaimStatuses { get; set; }

    /// <summary>The claim that backs the pod's extended resources.</summary>
    [Field(18)]
    public PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; set; }

    /// <summary>Requests the node has set aside for the pod as a whole.</summary>
    [Field(19)]
    public Dictionary<string, Quantity>? AllocatedResources { get; set; }

    /// <summary>Requests and limits in force for the pod as a whole.</summary>
    [Field(20)]
    public ResourceRequirements? Resources { get; set; }

    /// <summary>Node resources, such as CPU, that were allocated through device claims.</summary>
    [Field(21), Atomic]
    public List<NodeAllocatableResourceClaimStatus>? NodeAllocatableResourceClaimStatuses { get; set; }
}

/// <summary>One aspect of a pod's state.</summary>
[ApiType]
public sealed partial class PodCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Generation of the pod the condition was computed from.</summary>
    [Field(7)]
    public long ObservedGeneration { get; set; }

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the condition was last checked.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastProbeTime { get; set; }

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

/// <summary>Conditions of a pod.</summary>
public static class PodConditionType
{
    /// <summary>All containers are ready.</summary>
    public const string ContainersReady = "ContainersReady";

    /// <summary>All init containers have finished, or started if they are sidecars.</summary>
    public const string Initialized = "Initialized";

    /// <summary>The pod can serve requests.</summary>
    public const string Ready = "Ready";

    /// <summary>The pod is bound to a node.</summary>
    public const string PodScheduled = "PodScheduled";

    /// <summary>The pod is about to be ended by a disruption such as preemption or eviction.</summary>
    public const string DisruptionTarget = "DisruptionTarget";

    /// <summary>The sandbox stands and its network works.</summary>
    public const string PodReadyToStartContainers = "PodReadyToStartContainers";

    /// <summary>A resize was asked for and not taken up yet.</summary>
    public const string PodResizePending = "PodResizePending";

    /// <summary>A resize is under way.</summary>
    public const string PodResizeInProgress = "PodResizeInProgress";

    /// <summary>A restart rule is restarting every container.</summary>
    public const string AllContainersRestarting = "AllContainersRestarting";
}

/// <summary>Reasons that pod conditions give.</summary>
public static class PodReason
{
    /// <summary>No node fits now.</summary>
    public const string Unschedulable = "Unschedulable";

    /// <summary>Scheduling gates hold the pod back.</summary>
    public const string SchedulingGated = "SchedulingGated";

    /// <summary>The scheduler failed on the pod.</summary>
    public const string SchedulerError = "SchedulerError";

    /// <summary>The kubelet ended the pod, for want of resources or at shutdown.</summary>
    public const string TerminationByKubelet = "TerminationByKubelet";

    /// <summary>The scheduler made room for a pod of higher priority.</summary>
    public const string PreemptionByScheduler = "PreemptionByScheduler";

    /// <summary>The resize fits the node, but not now.</summary>
    public const string Deferred = "Deferred";

    /// <summary>The resize can never fit the node.</summary>
    public const string Infeasible = "Infeasible";

    /// <summary>The resize failed.</summary>
    public const string Error = "Error";
}

/// <summary>Older states of a resize.</summary>
public static class PodResizeStatus
{
    /// <summary>Under way.</summary>
    public const string InProgress = "InProgress";

    /// <summary>Possible, but not now.</summary>
    public const string Deferred = "Deferred";

    /// <summary>Not possible on this node.</summary>
    public const string Infeasible = "Infeasible";
}

/// <summary>Quality of service, which orders pods when a node runs short.</summary>
public static class PodQosClass
{
    /// <summary>Every container has limits equal to its requests.</summary>
    public const string Guaranteed = "Guaranteed";

    /// <summary>Some container has a request or a limit.</summary>
    public const string Burstable = "Burstable";

    /// <summary>No container has any.</summary>
    public const string BestEffort = "BestEffort";
}

/// <summary>An address of a pod.</summary>
[ApiType]
public sealed partial class PodIP
{
    /// <summary>The address.</summary>
    [Field(1, Name = "ip"), Required]
    public string IP { get; set; } = "";
}

/// <summary>An address of a node.</summary>
[ApiType]
public sealed partial class HostIP
{
    /// <summary>The address.</summary>
    [Field(1, Name = "ip"), Required]
    public string IP { get; set; } = "";
}

/// <summary>The claim that stands behind one of a pod's claims.</summary>
[ApiType]
public sealed partial class PodResourceClaimStatus
{
    /// <summary>Name of the claim within the pod.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Name of the claim object; unset when none had to be made.</summary>
    [Field(2)]
    public string? ResourceClaimName { get; set; }
}

/// <summary>The claim made for a pod's extended resources.</summary>
[ApiType]
public sealed partial class PodExtendedResourceClaimStatus
{
    /// <summary>Which request of the claim serves which container's resource.</summary>
    [Field(1), Required, Atomic]
    public List<ContainerExtendedResourceRequest> RequestMappings { get; set; } = [];

    /// <summary>Name of the claim object.</summary>
    [Field(2), Required]
    public string ResourceClaimName { get; set; } = "";
}

/// <summary>Ties a container's extended resource to a request of a claim.</summary>
[ApiType]
public sealed partial class ContainerExtendedResourceRequest
{
    /// <summary>Name of the container.</summary>
    [Field(1), Required]
    public string ContainerName { get; set; } = "";

    /// <summary>Name of the extended resource.</summary>
    [Field(2), Required]
    public string ResourceName { get; set; } = "";

    /// <summary>Name of the request in the claim.</summary>
    [Field(3), Required]
    public string RequestName { get; set; } = "";
}

/// <summary>Node resources that a device claim allocated for a pod.</summary>
[ApiType]
public sealed partial class NodeAllocatableResourceClaimStatus
{
    /// <summary>Name of the claim.</summary>
    [Field(1), Required]
    public string ResourceClaimName { get; set; } = "";

    /// <summary>Containers that use the claim.</summary>
    [Field(2), ListSet]
    public List<string>? Containers { get; set; }

    /// <summary>Sum allocated per resource.</summary>
    [Field(3), Required]
    public Dictionary<string, Quantity> Resources { get; set; } = [];
}
