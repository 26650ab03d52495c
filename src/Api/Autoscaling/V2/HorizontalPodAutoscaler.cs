using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Autoscaling.V2;

/// <summary>Scales a workload by metrics.</summary>
[ApiKind("autoscaling", "v2", Resource = "horizontalpodautoscalers", ShortNames = ["hpa"], Categories = ["all"])]
public sealed partial class HorizontalPodAutoscaler : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What to scale, by which metrics and how far.</summary>
    [Field(2), Required]
    public HorizontalPodAutoscalerSpec Spec { get; set; } = new();

    /// <summary>How far it is scaled.</summary>
    [Field(3)]
    public HorizontalPodAutoscalerStatus Status { get; set; } = new();
}

/// <summary>What to scale, by which metrics and how far.</summary>
[ApiType]
public sealed partial class HorizontalPodAutoscalerSpec
{
    /// <summary>Object to scale, by its scale subresource.</summary>
    [Field(1), Required]
    public CrossVersionObjectReference ScaleTargetRef { get; set; } = new();

    /// <summary>Fewest pods; zero only with object or external metrics.</summary>
    [Field(2), Default(1)]
    public int? MinReplicas { get; set; }

    /// <summary>Most pods.</summary>
    [Field(3), Required]
    public int MaxReplicas { get; set; }

    /// <summary>Metrics; the one that asks for the most pods decides. CPU at 80 percent when empty.</summary>
    [Field(4), Atomic]
    public List<MetricSpec>? Metrics { get; set; }

    /// <summary>How fast it scales.</summary>
    [Field(5)]
    public HorizontalPodAutoscalerBehavior? Behavior { get; set; }
}

/// <summary>Points to an object of the namespace.</summary>
[ApiType]
public sealed partial class CrossVersionObjectReference
{
    /// <summary>Kind of the object.</summary>
    [Field(1), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(2), Required]
    public string Name { get; set; } = "";

    /// <summary>Group and version of the object.</summary>
    [Field(3)]
    public string ApiVersion { get; set; } = "";
}

/// <summary>How far a workload is scaled.</summary>
[ApiType]
public sealed partial class HorizontalPodAutoscalerStatus
{
    /// <summary>Generation the status was computed from.</summary>
    [Field(1)]
    public long? ObservedGeneration { get; set; }

    /// <summary>When it was last scaled.</summary>
    [Field(2)]
    public DateTimeOffset? LastScaleTime { get; set; }

    /// <summary>Pods it had when last looked at.</summary>
    [Field(3)]
    public int CurrentReplicas { get; set; }

    /// <summary>Pods it should have.</summary>
    [Field(4), Required]
    public int DesiredReplicas { get; set; }

    /// <summary>Values of the metrics when last looked at.</summary>
    [Field(5), AlwaysShown, NullWhenUnset, Atomic]
    public List<MetricStatus> CurrentMetrics { get; set; } = [];

    /// <summary>Aspects of the state.</summary>
    [Field(6), ListMap("type"), PatchMerge("type")]
    public List<HorizontalPodAutoscalerCondition>? Conditions { get; set; }
}

/// <summary>One aspect of an autoscaler's state.</summary>
[ApiType]
public sealed partial class HorizontalPodAutoscalerCondition
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

/// <summary>Conditions of an autoscaler.</summary>
public static class HorizontalPodAutoscalerConditionType
{
    /// <summary>It can compute a size.</summary>
    public const string ScalingActive = "ScalingActive";

    /// <summary>It can read and write the scale.</summary>
    public const string AbleToScale = "AbleToScale";

    /// <summary>A bound keeps the size from what the metrics ask for.</summary>
    public const string ScalingLimited = "ScalingLimited";

    /// <summary>It scaled the workload to zero.</summary>
    public const string ScaledToZero = "ScaledToZero";
}
