using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Apps.V1;

/// <summary>Runs pods that each keep a name, a number and storage of their own.</summary>
[ApiKind("apps", "v1", Resource = "statefulsets", ShortNames = ["sts"], Categories = ["all"])]
public sealed partial class StatefulSet : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How many pods, which, and how they are replaced.</summary>
    [Field(2)]
    public StatefulSetSpec Spec { get; set; } = new();

    /// <summary>How far it is.</summary>
    [Field(3)]
    public StatefulSetStatus Status { get; set; } = new();
}

/// <summary>How many pods a stateful set runs and how it treats them.</summary>
[ApiType]
public sealed partial class StatefulSetSpec
{
    /// <summary>Number of pods wanted.</summary>
    [Field(1), Default(1)]
    public int? Replicas { get; set; }

    /// <summary>Labels of the pods that count; must match the template and never changes.</summary>
    [Field(2), Required]
    public LabelSelector? Selector { get; set; }

    /// <summary>The pods to make; each is named after the set and its number.</summary>
    [Field(3), Required]
    public PodTemplateSpec Template { get; set; } = new();

    /// <summary>Claims made for each pod; they win over volumes of the same name.</summary>
    [Field(4), Atomic, WithTypeMeta]
    public List<PersistentVolumeClaim>? VolumeClaimTemplates { get; set; }

    /// <summary>Headless service that names the pods in DNS.</summary>
    [Field(5), AlwaysShown]
    public string ServiceName { get; set; } = "";

    /// <summary>Whether pods start and stop one after the other.</summary>
    [Field(6), OneOf(typeof(PodManagementPolicyType)), Default(PodManagementPolicyType.OrderedReady)]
    public string PodManagementPolicy { get; set; } = "";

    /// <summary>How old pods are replaced.</summary>
    [Field(7)]
    public StatefulSetUpdateStrategy UpdateStrategy { get; set; } = new();

    /// <summary>Old revisions that are kept.</summary>
    [Field(8), Default(10)]
    public int? RevisionHistoryLimit { get; set; }

    /// <summary>Seconds a new pod must be ready to count as available.</summary>
    [Field(9)]
    public int MinReadySeconds { get; set; }

    /// <summary>What becomes of the claims.</summary>
    [Field(10)]
    public StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; set; }

    /// <summary>How pods are numbered; from zero when unset.</summary>
    [Field(11)]
    public StatefulSetOrdinals? Ordinals { get; set; }
}

/// <summary>How a stateful set starts and stops its pods.</summary>
public static class PodManagementPolicyType
{
    /// <summary>One after the other, each waiting for the one before to be ready.</summary>
    public const string OrderedReady = "OrderedReady";

    /// <summary>All at once.</summary>
    public const string Parallel = "Parallel";
}

/// <summary>How a stateful set replaces old pods.</summary>
[ApiType]
public sealed partial class StatefulSetUpdateStrategy
{
    /// <summary>By itself or when they are deleted.</summary>
    [Field(1), OneOf(typeof(StatefulSetUpdateStrategyType))]
    public string Type { get; set; } = "";

    /// <summary>Bounds of a rolling update.</summary>
    [Field(2)]
    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; set; }
}

/// <summary>Ways of replacing the pods of a stateful set.</summary>
public static class StatefulSetUpdateStrategyType
{
    /// <summary>From the highest number down.</summary>
    public const string RollingUpdate = "RollingUpdate";

    /// <summary>Whenever someone deletes one.</summary>
    public const string OnDelete = "OnDelete";
}

/// <summary>Bounds of a stateful set's rolling update.</summary>
[ApiType]
public sealed partial class RollingUpdateStatefulSetStrategy
{
    /// <summary>Pods of lower numbers keep their revision.</summary>
    [Field(1)]
    public int? Partition { get; set; }

    /// <summary>Pods that may be missing, as a number or a percentage rounded up; 1 when unset.</summary>
    [Field(2)]
    public IntOrString? MaxUnavailable { get; set; }
}

/// <summary>How pods are numbered.</summary>
[ApiType]
public sealed partial class StatefulSetOrdinals
{
    /// <summary>Number of the first pod.</summary>
    [Field(1), AlwaysShown]
    public int Start { get; set; }
}

/// <summary>What becomes of a stateful set's claims.</summary>
[ApiType]
public sealed partial class StatefulSetPersistentVolumeClaimRetentionPolicy
{
    /// <summary>When the set is deleted.</summary>
    [Field(1), Default("Retain")]
    public string WhenDeleted { get; set; } = "";

    /// <summary>When a pod falls away by scaling down.</summary>
    [Field(2), Default("Retain")]
    public string WhenScaled { get; set; } = "";
}

/// <summary>What becomes of a claim.</summary>
public static class PersistentVolumeClaimRetentionPolicyType
{
    /// <summary>It stays.</summary>
    public const string Retain = "Retain";

    /// <summary>It is deleted.</summary>
    public const string Delete = "Delete";
}

/// <summary>How far a stateful set is.</summary>
[ApiType]
public sealed partial class StatefulSetStatus
{
    /// <summary>Generation the status was computed from.</summary>
    [Field(1)]
    public long ObservedGeneration { get; set; }

    /// <summary>Pods of the set.</summary>
    [Field(2), Required]
    public int Replicas { get; set; }

    /// <summary>Pods that are ready.</summary>
    [Field(3)]
    public int ReadyReplicas { get; set; }

    /// <summary>Pods of the current revision.</summary>
    [Field(4)]
    public int CurrentReplicas { get; set; }

    /// <summary>Pods of the update revision.</summary>
    [Field(5)]
    public int UpdatedReplicas { get; set; }

    /// <summary>Revision that pods had before the update.</summary>
    [Field(6)]
    public string CurrentRevision { get; set; } = "";

    /// <summary>Revision that pods are updated to.</summary>
    [Field(7)]
    public string UpdateRevision { get; set; } = "";

    /// <summary>Name clashes so far; makes the next revision's name differ.</summary>
    [Field(9)]
    public int? CollisionCount { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(10), ListMap("type"), PatchMerge("type")]
    public List<StatefulSetCondition>? Conditions { get; set; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Field(11), AlwaysShown]
    public int AvailableReplicas { get; set; }
}

/// <summary>One aspect of a stateful set's state.</summary>
[ApiType]
public sealed partial class StatefulSetCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";
}
