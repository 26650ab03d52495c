using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Apps.V1;

/// <summary>Runs one pod on every node that fits.</summary>
[ApiKind("apps", "v1", Resource = "daemonsets", ShortNames = ["ds"], Categories = ["all"])]
public sealed partial class DaemonSet : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which pods, and how they are replaced.</summary>
    [Field(2)]
    public DaemonSetSpec Spec { get; set; } = new();

    /// <summary>How many nodes run them.</summary>
    [Field(3)]
    public DaemonSetStatus Status { get; set; } = new();
}

/// <summary>What a daemon set runs and how it replaces it.</summary>
[ApiType]
public sealed partial class DaemonSetSpec
{
    /// <summary>Labels of the pods that count; must match the template and never changes.</summary>
    [Field(1), Required]
    public LabelSelector? Selector { get; set; }

    /// <summary>The pods to make; one per node it fits.</summary>
    [Field(2), Required]
    public PodTemplateSpec Template { get; set; } = new();

    /// <summary>How old pods are replaced.</summary>
    [Field(3)]
    public DaemonSetUpdateStrategy UpdateStrategy { get; set; } = new();

    /// <summary>Seconds a new pod must be ready to count as available.</summary>
    [Field(4)]
    public int MinReadySeconds { get; set; }

    /// <summary>Old revisions that are kept.</summary>
    [Field(6), Default(10)]
    public int? RevisionHistoryLimit { get; set; }
}

/// <summary>How a daemon set replaces old pods.</summary>
[ApiType]
public sealed partial class DaemonSetUpdateStrategy
{
    /// <summary>By itself or when they are deleted.</summary>
    [Field(1), OneOf(typeof(DaemonSetUpdateStrategyType)), Default(DaemonSetUpdateStrategyType.RollingUpdate)]
    public string Type { get; set; } = "";

    /// <summary>Bounds of a rolling update.</summary>
    [Field(2)]
    public RollingUpdateDaemonSet? RollingUpdate { get; set; }
}

/// <summary>Ways of replacing the pods of a daemon set.</summary>
public static class DaemonSetUpdateStrategyType
{
    /// <summary>Node by node.</summary>
    public const string RollingUpdate = "RollingUpdate";

    /// <summary>Whenever someone deletes one.</summary>
    public const string OnDelete = "OnDelete";
}

/// <summary>Bounds of a daemon set's rolling update; they cannot both be zero.</summary>
[ApiType]
public sealed partial class RollingUpdateDaemonSet
{
    /// <summary>Nodes that may be without a pod, as a number or a percentage rounded up; 1 when unset.</summary>
    [Field(1)]
    public IntOrString? MaxUnavailable { get; set; }

    /// <summary>Nodes that may have a second pod meanwhile, as a number or a percentage rounded up; 0 when unset.</summary>
    [Field(2)]
    public IntOrString? MaxSurge { get; set; }
}

/// <summary>How many nodes run a daemon set's pod.</summary>
[ApiType]
public sealed partial class DaemonSetStatus
{
    /// <summary>Nodes that run the pod and should.</summary>
    [Field(1), Required]
    public int CurrentNumberScheduled { get; set; }

    /// <summary>Nodes that run the pod and should not.</summary>
    [Field(2), Required]
    public int NumberMisscheduled { get; set; }

    /// <summary>Nodes that should run the pod.</summary>
    [Field(3), Required]
    public int DesiredNumberScheduled { get; set; }

    /// <summary>Nodes whose pod is ready.</summary>
    [Field(4), Required]
    public int NumberReady { get; set; }

    /// <summary>Generation the status was computed from.</summary>
    [Field(5)]
    public long ObservedGeneration { get; set; }

    /// <summary>Nodes whose pod is of the current template.</summary>
    [Field(6)]
    public int UpdatedNumberScheduled { get; set; }

    /// <summary>Nodes whose pod has been ready for minReadySeconds.</summary>
    [Field(7)]
    public int NumberAvailable { get; set; }

    /// <summary>Nodes that should have an available pod and have none.</summary>
    [Field(8)]
    public int NumberUnavailable { get; set; }

    /// <summary>Name clashes so far; makes the next revision's name differ.</summary>
    [Field(9)]
    public int? CollisionCount { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(10), ListMap("type"), PatchMerge("type")]
    public List<DaemonSetCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a daemon set's state.</summary>
[ApiType]
public sealed partial class DaemonSetCondition
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
