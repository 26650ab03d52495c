using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Apps.V1;

/// <summary>Rolls out a pod template over replica sets, step by step.</summary>
[ApiKind("apps", "v1", Resource = "deployments", ShortNames = ["deploy"], Categories = ["all"])]
public sealed partial class Deployment : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How many pods, which, and how they are replaced.</summary>
    [Field(2)]
    public DeploymentSpec Spec { get; set; } = new();

    /// <summary>How far the rollout is.</summary>
    [Field(3)]
    public DeploymentStatus Status { get; set; } = new();
}

/// <summary>How many pods a deployment runs and how it replaces them.</summary>
[ApiType]
public sealed partial class DeploymentSpec
{
    /// <summary>Number of pods wanted.</summary>
    [Field(1), Default(1)]
    public int? Replicas { get; set; }

    /// <summary>Labels of the pods that count; must match the template and never changes.</summary>
    [Field(2), Required]
    public LabelSelector? Selector { get; set; }

    /// <summary>The pods to make.</summary>
    [Field(3), Required]
    public PodTemplateSpec Template { get; set; } = new();

    /// <summary>How old pods are replaced.</summary>
    [Field(4), PatchRetainKeys]
    public DeploymentStrategy Strategy { get; set; } = new();

    /// <summary>Seconds a new pod must be ready to count as available.</summary>
    [Field(5)]
    public int MinReadySeconds { get; set; }

    /// <summary>Old replica sets that are kept for rollbacks.</summary>
    [Field(6), Default(10)]
    public int? RevisionHistoryLimit { get; set; }

    /// <summary>Holds the rollout.</summary>
    [Field(7)]
    public bool Paused { get; set; }

    /// <summary>Seconds without progress after which the rollout is reported as failed; time spent paused does not count.</summary>
    [Field(9), Default(600)]
    public int? ProgressDeadlineSeconds { get; set; }
}

/// <summary>How a deployment replaces old pods.</summary>
[ApiType]
public sealed partial class DeploymentStrategy
{
    /// <summary>Gradually or all at once.</summary>
    [Field(1), OneOf(typeof(DeploymentStrategyType)), Default(DeploymentStrategyType.RollingUpdate)]
    public string Type { get; set; } = "";

    /// <summary>Bounds of a rolling update.</summary>
    [Field(2)]
    public RollingUpdateDeployment? RollingUpdate { get; set; }
}

/// <summary>Ways of replacing the pods of a deployment.</summary>
public static class DeploymentStrategyType
{
    /// <summary>All old pods end before new ones start.</summary>
    public const string Recreate = "Recreate";

    /// <summary>New replica sets grow while old ones shrink.</summary>
    public const string RollingUpdate = "RollingUpdate";
}

/// <summary>Bounds of a deployment's rolling update; they cannot both be zero.</summary>
[ApiType]
public sealed partial class RollingUpdateDeployment
{
    /// <summary>Pods that may be missing, as a number or a percentage rounded down; 25% when unset.</summary>
    [Field(1)]
    public IntOrString? MaxUnavailable { get; set; }

    /// <summary>Pods that may be there on top, as a number or a percentage rounded up; 25% when unset.</summary>
    [Field(2)]
    public IntOrString? MaxSurge { get; set; }
}

/// <summary>How far a deployment is.</summary>
[ApiType]
public sealed partial class DeploymentStatus
{
    /// <summary>Generation the status was computed from.</summary>
    [Field(1)]
    public long ObservedGeneration { get; set; }

    /// <summary>Pods of the deployment that are not terminating.</summary>
    [Field(2)]
    public int Replicas { get; set; }

    /// <summary>Of these, pods of the current template.</summary>
    [Field(3)]
    public int UpdatedReplicas { get; set; }

    /// <summary>Pods that are ready.</summary>
    [Field(7)]
    public int ReadyReplicas { get; set; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Field(4)]
    public int AvailableReplicas { get; set; }

    /// <summary>Pods still missing for full availability.</summary>
    [Field(5)]
    public int UnavailableReplicas { get; set; }

    /// <summary>Pods that are being deleted.</summary>
    [Field(9)]
    public int? TerminatingReplicas { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(6), ListMap("type"), PatchMerge("type")]
    public List<DeploymentCondition>? Conditions { get; set; }

    /// <summary>Name clashes so far; makes the next replica set's name differ.</summary>
    [Field(8)]
    public int? CollisionCount { get; set; }
}

/// <summary>One aspect of a deployment's state.</summary>
[ApiType]
public sealed partial class DeploymentCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the condition was last updated.</summary>
    [Field(6), NullWhenUnset]
    public DateTimeOffset? LastUpdateTime { get; set; }

    /// <summary>When the status last changed.</summary>
    [Field(7), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";
}

/// <summary>Conditions of a deployment.</summary>
public static class DeploymentConditionType
{
    /// <summary>Enough pods are available.</summary>
    public const string Available = "Available";

    /// <summary>The rollout moves on, or is complete.</summary>
    public const string Progressing = "Progressing";

    /// <summary>A pod could not be made or deleted.</summary>
    public const string ReplicaFailure = "ReplicaFailure";
}
