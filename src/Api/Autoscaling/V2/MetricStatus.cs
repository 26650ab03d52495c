namespace Tiphys.Api.Autoscaling.V2;

/// <summary>What a metric was when last looked at; the part named by the type is set.</summary>
[ApiType]
public sealed partial class MetricStatus
{
    /// <summary>Where the metric comes from.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>A metric about one object.</summary>
    [Field(2)]
    public ObjectMetricStatus? Object { get; set; }

    /// <summary>A metric of each pod, averaged.</summary>
    [Field(3)]
    public PodsMetricStatus? Pods { get; set; }

    /// <summary>CPU or memory of pods.</summary>
    [Field(4)]
    public ResourceMetricStatus? Resource { get; set; }

    /// <summary>CPU or memory of one container of each pod.</summary>
    [Field(7)]
    public ContainerResourceMetricStatus? ContainerResource { get; set; }

    /// <summary>A metric from outside the cluster.</summary>
    [Field(5)]
    public ExternalMetricStatus? External { get; set; }
}

/// <summary>A metric about one object.</summary>
[ApiType]
public sealed partial class ObjectMetricStatus
{
    /// <summary>The metric.</summary>
    [Field(1), Required]
    public MetricIdentifier Metric { get; set; } = new();

    /// <summary>Its value.</summary>
    [Field(2), Required]
    public MetricValueStatus Current { get; set; } = new();

    /// <summary>The object.</summary>
    [Field(3), Required]
    public CrossVersionObjectReference DescribedObject { get; set; } = new();
}

/// <summary>A metric of each pod, averaged.</summary>
[ApiType]
public sealed partial class PodsMetricStatus
{
    /// <summary>The metric.</summary>
    [Field(1), Required]
    public MetricIdentifier Metric { get; set; } = new();

    /// <summary>Its value.</summary>
    [Field(2), Required]
    public MetricValueStatus Current { get; set; } = new();
}

/// <summary>CPU or memory of pods.</summary>
[ApiType]
public sealed partial class ResourceMetricStatus
{
    /// <summary>Name of the resource.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Its use.</summary>
    [Field(2), Required]
    public MetricValueStatus Current { get; set; } = new();
}

/// <summary>CPU or memory of one container of each pod.</summary>
[ApiType]
public sealed partial class ContainerResourceMetricStatus
{
    /// <summary>Name of the resource.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Its use.</summary>
    [Field(2), Required]
    public MetricValueStatus Current { get; set; } = new();

    /// <summary>Name of the container.</summary>
    [Field(3), Required]
    public string Container { get; set; } = "";
}

/// <summary>A metric from outside the cluster.</summary>
[ApiType]
public sealed partial class ExternalMetricStatus
{
    /// <summary>The metric.</summary>
    [Field(1), Required]
    public MetricIdentifier Metric { get; set; } = new();

    /// <summary>Its value.</summary>
    [Field(2), Required]
    public MetricValueStatus Current { get; set; } = new();
}

/// <summary>What a metric was.</summary>
[ApiType]
public sealed partial class MetricValueStatus
{
    /// <summary>Its value.</summary>
    [Field(1)]
    public Quantity? Value { get; set; }

    /// <summary>Its average over pods.</summary>
    [Field(2)]
    public Quantity? AverageValue { get; set; }

    /// <summary>Its average in percent of requests.</summary>
    [Field(3)]
    public int? AverageUtilization { get; set; }
}
