using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A request for storage, to be bound to a persistent volume.</summary>
[ApiKind("", "v1", Resource = "persistentvolumeclaims", ShortNames = ["pvc"])]
public sealed partial class PersistentVolumeClaim : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What storage is wanted.</summary>
    [Field(2)]
    public PersistentVolumeClaimSpec Spec { get; set; } = new();

    /// <summary>What storage there is.</summary>
    [Field(3)]
    public PersistentVolumeClaimStatus Status { get; set; } = new();
}

/// <summary>What storage a claim wants.</summary>
[ApiType]
public sealed partial class PersistentVolumeClaimSpec
{
    /// <summary>Ways in which the volume must be mountable.</summary>
    [Field(1), OneOf(typeof(PersistentVolumeAccessMode)), Atomic]
    public List<string>? AccessModes { get; set; }

    /// <summary>Labels of volumes to consider.</summary>
    [Field(4)]
    public LabelSelector? Selector { get; set; }

    /// <summary>Size of the volume: least as request, most as limit.</summary>
    [Field(2)]
    public VolumeResourceRequirements Resources { get; set; } = new();

    /// <summary>Volume the claim is bound to.</summary>
    [Field(3)]
    public string VolumeName { get; set; } = "";

    /// <summary>Storage class wanted; the default class when unset, none when empty.</summary>
    [Field(5)]
    public string? StorageClassName { get; set; }

    /// <summary>Whether a file system or a bare device is wanted.</summary>
    [Field(6), OneOf(typeof(PersistentVolumeMode)), Default(PersistentVolumeMode.Filesystem)]
    public string? VolumeMode { get; set; }

    /// <summary>Snapshot or claim of this namespace to fill the volume from.</summary>
    [Field(7)]
    public TypedLocalObjectReference? DataSource { get; set; }

    /// <summary>Object to fill the volume from, of any kind; keeps equal to dataSource where that can hold it.</summary>
    [Field(8)]
    public TypedObjectReference? DataSourceRef { get; set; }

    /// <summary>Volume attributes class wanted; may change over the claim's life.</summary>
    [Field(9)]
    public string? VolumeAttributesClassName { get; set; }
}

/// <summary>Size of a volume.</summary>
[ApiType]
public sealed partial class VolumeResourceRequirements
{
    /// <summary>Most storage.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Limits { get; set; }

    /// <summary>Least storage.</summary>
    [Field(2)]
    public Dictionary<string, Quantity>? Requests { get; set; }
}

/// <summary>What storage a claim has.</summary>
[ApiType]
public sealed partial class PersistentVolumeClaimStatus
{
    /// <summary>Whether the claim is bound.</summary>
    [Field(1), OneOf(typeof(PersistentVolumeClaimPhase))]
    public string Phase { get; set; } = "";

    /// <summary>Ways in which the volume can be mounted.</summary>
    [Field(2), OneOf(typeof(PersistentVolumeAccessMode)), Atomic]
    public List<string>? AccessModes { get; set; }

    /// <summary>Real size of the volume.</summary>
    [Field(3)]
    public Dictionary<string, Quantity>? Capacity { get; set; }

    /// <summary>Aspects of the claim, such as a resize under way.</summary>
    [Field(4), ListMap("type"), PatchMerge("type")]
    public List<PersistentVolumeClaimCondition>? Conditions { get; set; }

    /// <summary>Size asked for during a resize; counts for quotas while it is larger.</summary>
    [Field(5)]
    public Dictionary<string, Quantity>? AllocatedResources { get; set; }

    /// <summary>State of a resize per resource.</summary>
    [Field(7), OneOf(typeof(ClaimResourceStatus)), Granular]
    public Dictionary<string, string>? AllocatedResourceStatuses { get; set; }

    /// <summary>Volume attributes class the volume has now.</summary>
    [Field(8)]
    public string? CurrentVolumeAttributesClassName { get; set; }

    /// <summary>State of a change of volume attributes class.</summary>
    [Field(9)]
    public ModifyVolumeStatus? ModifyVolumeStatus { get; set; }
}

/// <summary>Whether a claim is bound.</summary>
public static class PersistentVolumeClaimPhase
{
    /// <summary>It waits for a volume.</summary>
    public const string Pending = "Pending";

    /// <summary>It has a volume.</summary>
    public const string Bound = "Bound";

    /// <summary>Its volume is gone, and the data with it.</summary>
    public const string Lost = "Lost";
}

/// <summary>State of a change of volume attributes class.</summary>
[ApiType]
public sealed partial class ModifyVolumeStatus
{
    /// <summary>Class the volume is to get.</summary>
    [Field(1)]
    public string TargetVolumeAttributesClassName { get; set; } = "";

    /// <summary>How far the change is.</summary>
    [Field(2), Required, OneOf(typeof(PersistentVolumeClaimModifyVolumeStatus))]
    public string Status { get; set; } = "";
}

/// <summary>How far a change of volume attributes class is.</summary>
public static class PersistentVolumeClaimModifyVolumeStatus
{
    /// <summary>It waits, for example because the class does not exist.</summary>
    public const string Pending = "Pending";

    /// <summary>It is under way.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The driver refused it; another class has to be chosen.</summary>
    public const string Infeasible = "Infeasible";
}

/// <summary>How far a resize is.</summary>
public static class ClaimResourceStatus
{
    /// <summary>The control plane grows the volume.</summary>
    public const string ControllerResizeInProgress = "ControllerResizeInProgress";

    /// <summary>The control plane failed for good.</summary>
    public const string ControllerResizeInfeasible = "ControllerResizeInfeasible";

    /// <summary>The node has to grow the file system.</summary>
    public const string NodeResizePending = "NodeResizePending";

    /// <summary>The node grows the file system.</summary>
    public const string NodeResizeInProgress = "NodeResizeInProgress";

    /// <summary>The node failed for good.</summary>
    public const string NodeResizeInfeasible = "NodeResizeInfeasible";
}

/// <summary>One aspect of a claim's state.</summary>
[ApiType]
public sealed partial class PersistentVolumeClaimCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

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

/// <summary>Conditions of a claim.</summary>
public static class PersistentVolumeClaimConditionType
{
    /// <summary>A resize is under way.</summary>
    public const string Resizing = "Resizing";

    /// <summary>The file system grows with the next mount on a node.</summary>
    public const string FileSystemResizePending = "FileSystemResizePending";

    /// <summary>The control plane could not grow the volume.</summary>
    public const string ControllerResizeError = "ControllerResizeError";

    /// <summary>The node could not grow the file system.</summary>
    public const string NodeResizeError = "NodeResizeError";

    /// <summary>The attributes class could not be changed.</summary>
    public const string ModifyVolumeError = "ModifyVolumeError";

    /// <summary>The attributes class is being changed.</summary>
    public const string ModifyingVolume = "ModifyingVolume";

    /// <summary>No pod that still runs uses the claim.</summary>
    public const string Unused = "Unused";
}
