using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Autoscaling.V1;

/// <summary>Scales a workload by CPU use; version 2 knows other metrics.</summary>
[ApiKind("autoscaling", "v1", Resource = "horizontalpodautoscalers", ShortNames = ["hpa"], Categories = ["all"])]
public sealed partial class HorizontalPodAutoscaler : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What to scale, and how far.</summary>
    [Field(2), Required]
    public HorizontalPodAutoscalerSpec Spec { get; set; } = new();

    /// <summary>How far it is scaled.</summary>
    [Field(3)]
    public HorizontalPodAutoscalerStatus Status { get; set; } = new();
}

/// <summary>What to scale, and how far.</summary>
[ApiType]
public sealed partial class HorizontalPodAutoscalerSpec
{
    /// <summary>Object to scale, by its scale subresource.</summary>
    [Field(1), Required]
    public CrossVersionObjectReference ScaleTargetRef { get; set; } = new();

    /// <summary>Fewest pods.</summary>
    [Field(2), Default(1)]
    public int? MinReplicas { get; set; }

    /// <summary>Most pods.</summary>
    [Field(3), Required]
    public int MaxReplicas { get; set; }

    /// <summary>CPU use wanted, in percent of requests.</summary>
    [Field(4)]
    public int? TargetCPUUtilizationPercentage { get; set; }
}

/// <summary>Points to an object of the namespace.</summary>
[ApiType]
[Atomic]
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

    /// <summary>Pods it has.</summary>
    [Field(3), Required]
    public int CurrentReplicas { get; set; }

    /// <summary>Pods it should have.</summary>
    [Field(4), Required]
    public int DesiredReplicas { get; set; }

    /// <summary>CPU use over all pods, in percent of requests.</summary>
    [Field(5)]
    public int? CurrentCPUUtilizationPercentage { get; set; }
}
