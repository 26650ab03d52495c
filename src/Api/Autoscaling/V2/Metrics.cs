using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Autoscaling.V2;

/// <summary>A metric and its target; the part named by the type is set.</summary>
[ApiType]
public sealed partial class MetricSpec
{
    /// <summary>Where the metric comes from.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>A metric about one object.</summary>
    [Field(2)]
    public ObjectMetricSource? Object { get; set; }

    /// <summary>A metric of each pod, averaged.</summary>
    [Field(3)]
    public PodsMetricSource? Pods { get; set; }

    /// <summary>CPU or memory of pods.</summary>
    [Field(4)]
    public ResourceMetricSource? Resource { get; set; }

    /// <summary>CPU or memory of one container of each pod.</summary>
    [Field(7)]
    public ContainerResourceMetricSource? ContainerResource { get; set; }

    /// <summary>A metric from outside the cluster.</summary>
    [Field(5)]
    public ExternalMetricSource? External { get; set; }
}

/// <summary>Where a metric comes from.</summary>
public static class MetricSourceType
{
    /// <summary>One object.</summary>
    public const string Object = "Object";

    /// <summary>The pods.</summary>
    public const string Pods = "Pods";

    /// <summary>CPU or memory of the pods.</summary>
    public const string Resource = "Resource";

    /// <summary>CPU or memory of one container of the pods.</summary>
    public const string ContainerResource = "ContainerResource";

    /// <summary>Outside the cluster.</summary>
    public const string External = "External";
}

/// <summary>A metric about one object.</summary>
[ApiType]
public sealed partial class ObjectMetricSource
{
    /// <summary>The object.</summary>
    [Field(1), Required]
    public CrossVersionObjectReference DescribedObject { get; set; } = new();

    /// <summary>Value wanted.</summary>
    [Field(2), Required]
    public MetricTarget Target { get; set; } = new();

    /// <summary>The metric.</summary>
    [Field(3), Required]
    public MetricIdentifier Metric { get; set; } = new();
}

/// <summary>A metric of each pod, averaged.</summary>
[ApiType]
public sealed partial class PodsMetricSource
{
    /// <summary>The metric.</summary>
    [Field(1), Required]
    public MetricIdentifier Metric { get; set; } = new();

    /// <summary>Average wanted.</summary>
    [Field(2), Required]
    public MetricTarget Target { get; set; } = new();
}

/// <summary>CPU or memory of pods.</summary>
[ApiType]
public sealed partial class ResourceMetricSource
{
    /// <summary>Name of the resource.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Use wanted.</summary>
    [Field(2), Required]
    public MetricTarget Target { get; set; } = new();
}

/// <summary>CPU or memory of one container of each pod.</summary>
[ApiType]
public sealed partial class ContainerResourceMetricSource
{
    /// <summary>Name of the resource.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Use wanted.</summary>
    [Field(2), Required]
    public MetricTarget Target { get; set; } = new();

    /// <summary>Name of the container.</summary>
    [Field(3), Required]
    public string Container { get; set; } = "";
}

/// <summary>A metric from outside the cluster.</summary>
[ApiType]
public sealed partial class ExternalMetricSource
{
    /// <summary>The metric.</summary>
    [Field(1), Required]
    public MetricIdentifier Metric { get; set; } = new();

    /// <summary>Value wanted.</summary>
    [Field(2), Required]
    public MetricTarget Target { get; set; } = new();
}

/// <summary>Names a metric.</summary>
[ApiType]
public sealed partial class MetricIdentifier
{
    /// <summary>Name of the metric.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Labels that narrow it.</summary>
    [Field(2)]
    public LabelSelector? Selector { get; set; }
}

/// <summary>What a metric should be.</summary>
[ApiType]
public sealed partial class MetricTarget
{
    /// <summary>Which of the values is set.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Value wanted.</summary>
    [Field(2)]
    public Quantity? Value { get; set; }

    /// <summary>Average over pods wanted.</summary>
    [Field(3)]
    public Quantity? AverageValue { get; set; }

    /// <summary>Average use wanted, in percent of requests.</summary>
    [Field(4)]
    public int? AverageUtilization { get; set; }
}

/// <summary>How a metric's target is given.</summary>
public static class MetricTargetType
{
    /// <summary>In percent of requests.</summary>
    public const string Utilization = "Utilization";

    /// <summary>As a value.</summary>
    public const string Value = "Value";

    /// <summary>As an average over pods.</summary>
    public const string AverageValue = "AverageValue";
}
