using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Events.V1;

/// <summary>A report that something happened to an object.</summary>
[ApiKind("events.k8s.io", "v1", Resource = "events", ShortNames = ["ev"])]
public sealed partial class Event : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>When it was first seen.</summary>
    [Field(2), Required, NullWhenUnset, MicroTime]
    public DateTimeOffset? EventTime { get; set; }

    /// <summary>What is known of its repetition; unset for a single event.</summary>
    [Field(3)]
    public EventSeries? Series { get; set; }

    /// <summary>Name of the controller that reports, such as kubernetes.io/kubelet.</summary>
    [Field(4)]
    public string ReportingController { get; set; } = "";

    /// <summary>Instance of the controller.</summary>
    [Field(5)]
    public string ReportingInstance { get; set; } = "";

    /// <summary>What was done, or failed, about the object.</summary>
    [Field(6)]
    public string Action { get; set; } = "";

    /// <summary>Machine-readable cause, in CamelCase.</summary>
    [Field(7)]
    public string Reason { get; set; } = "";

    /// <summary>Object the event is about.</summary>
    [Field(8)]
    public ObjectReference Regarding { get; set; } = new();

    /// <summary>Second object, where the action involves one.</summary>
    [Field(9)]
    public ObjectReference? Related { get; set; }

    /// <summary>What happened, for people; at most 1 kB.</summary>
    [Field(10)]
    public string Note { get; set; } = "";

    /// <summary>Normal or Warning.</summary>
    [Field(11)]
    public string Type { get; set; } = "";

    /// <summary>Component that reports, for the core version.</summary>
    [Field(12)]
    public EventSource DeprecatedSource { get; set; } = new();

    /// <summary>When it was first seen, for the core version.</summary>
    [Field(13), NullWhenUnset]
    public DateTimeOffset? DeprecatedFirstTimestamp { get; set; }

    /// <summary>When it was last seen, for the core version.</summary>
    [Field(14), NullWhenUnset]
    public DateTimeOffset? DeprecatedLastTimestamp { get; set; }

    /// <summary>How often it was seen, for the core version.</summary>
    [Field(15)]
    public int DeprecatedCount { get; set; }
}

/// <summary>Repetition of an event.</summary>
[ApiType]
public sealed partial class EventSeries
{
    /// <summary>How often it was seen in the series.</summary>
    [Field(1), Required]
    public int Count { get; set; }

    /// <summary>When it was last seen.</summary>
    [Field(2), Required, NullWhenUnset, MicroTime]
    public DateTimeOffset? LastObservedTime { get; set; }
}
