using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Keeps a number of pods running; replica sets took its place.</summary>
[ApiKind("", "v1", Resource = "replicationcontrollers", ShortNames = ["rc"], Categories = ["all"])]
public sealed partial class ReplicationController : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How many pods, and which.</summary>
    [Field(2)]
    public ReplicationControllerSpec Spec { get; set; } = new();

    /// <summary>How many pods there are.</summary>
    [Field(3)]
    public ReplicationControllerStatus Status { get; set; } = new();
}

/// <summary>How many pods a replication controller keeps, and which.</summary>
[ApiType]
public sealed partial class ReplicationControllerSpec
{
    /// <summary>Number of pods wanted.</summary>
    [Field(1), Default(1, Published = true)]
    public int? Replicas { get; set; }

    /// <summary>Seconds a new pod must be ready to count as available.</summary>
    [Field(4), Default(0, Published = true)]
    public int MinReadySeconds { get; set; }

    /// <summary>Labels of the pods that count; the template's labels when empty.</summary>
    [Field(2), Atomic]
    public Dictionary<string, string>? Selector { get; set; }

    /// <summary>The pods to make.</summary>
    [Field(3)]
    public PodTemplateSpec? Template { get; set; }
}

/// <summary>How many pods a replication controller has.</summary>
[ApiType]
public sealed partial class ReplicationControllerStatus
{
    /// <summary>Number of pods.</summary>
    [Field(1), Required]
    public int Replicas { get; set; }

    /// <summary>Pods that have all labels of the template.</summary>
    [Field(2)]
    public int FullyLabeledReplicas { get; set; }

    /// <summary>Pods that are ready.</summary>
    [Field(4)]
    public int ReadyReplicas { get; set; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Field(5)]
    public int AvailableReplicas { get; set; }

    /// <summary>Generation the status was computed from.</summary>
    [Field(3)]
    public long ObservedGeneration { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(6), ListMap("type"), PatchMerge("type")]
    public List<ReplicationControllerCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a replication controller's state.</summary>
[ApiType]
public sealed partial class ReplicationControllerCondition
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

/// <summary>Conditions of a replication controller.</summary>
public static class ReplicationControllerConditionType
{
    /// <summary>A pod could not be made or deleted.</summary>
    public const string ReplicaFailure = "ReplicaFailure";
}
