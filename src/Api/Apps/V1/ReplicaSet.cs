using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Apps.V1;

/// <summary>Keeps a number of equal pods running.</summary>
[ApiKind("apps", "v1", Resource = "replicasets", ShortNames = ["rs"], Categories = ["all"])]
public sealed partial class ReplicaSet : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How many pods, and which.</summary>
    [Field(2)]
    public ReplicaSetSpec Spec { get; set; } = new();

    /// <summary>How many pods there are.</summary>
    [Field(3)]
    public ReplicaSetStatus Status { get; set; } = new();
}

/// <summary>How many pods a replica set keeps, and which.</summary>
[ApiType]
public sealed partial class ReplicaSetSpec
{
    /// <summary>Number of pods wanted.</summary>
    [Field(1), Default(1)]
    public int? Replicas { get; set; }

    /// <summary>Seconds a new pod must be ready to count as available.</summary>
    [Field(4)]
    public int MinReadySeconds { get; set; }

    /// <summary>Labels of the pods that count; must match the template and never changes.</summary>
    [Field(2), Required]
    public LabelSelector? Selector { get; set; }

    /// <summary>The pods to make.</summary>
    [Field(3)]
    public PodTemplateSpec Template { get; set; } = new();
}

/// <summary>How many pods a replica set has.</summary>
[ApiType]
public sealed partial class ReplicaSetStatus
{
    /// <summary>Pods of the replica set that are not terminating.</summary>
    [Field(1), Required]
    public int Replicas { get; set; }

    /// <summary>Of these, pods that have all labels of the template.</summary>
    [Field(2)]
    public int FullyLabeledReplicas { get; set; }

    /// <summary>Pods that are ready.</summary>
    [Field(4)]
    public int ReadyReplicas { get; set; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Field(5)]
    public int AvailableReplicas { get; set; }

    /// <summary>Pods that are being deleted.</summary>
    [Field(7)]
    public int? TerminatingReplicas { get; set; }

    /// <summary>Generation the status was computed from.</summary>
    [Field(3)]
    public long ObservedGeneration { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(6), ListMap("type"), PatchMerge("type")]
    public List<ReplicaSetCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a replica set's state.</summary>
[ApiType]
public sealed partial class ReplicaSetCondition
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

/// <summary>Conditions of a replica set.</summary>
public static class ReplicaSetConditionType
{
    /// <summary>A pod could not be made or deleted.</summary>
    public const string ReplicaFailure = "ReplicaFailure";
}
