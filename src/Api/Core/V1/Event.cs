using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A report that something happened to an object.</summary>
[ApiKind("", "v1", Resource = "events", ShortNames = ["ev"])]
public sealed partial class Event : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1), Required]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Object the event is about.</summary>
    [Field(2), Required]
    public ObjectReference InvolvedObject { get; set; } = new();

    /// <summary>Machine-readable cause, in CamelCase.</summary>
    [Field(3)]
    public string Reason { get; set; } = "";

    /// <summary>What happened, for people.</summary>
    [Field(4)]
    public string Message { get; set; } = "";

    /// <summary>Component that reports.</summary>
    [Field(5)]
    public EventSource Source { get; set; } = new();

    /// <summary>When it was first seen.</summary>
    [Field(6), NullWhenUnset]
    public DateTimeOffset? FirstTimestamp { get; set; }

    /// <summary>When it was last seen.</summary>
    [Field(7), NullWhenUnset]
    public DateTimeOffset? LastTimestamp { get; set; }

    /// <summary>How often it was seen.</summary>
    [Field(8)]
    public int Count { get; set; }

    /// <summary>Normal or Warning.</summary>
    [Field(9)]
    public string Type { get; set; } = "";

    /// <summary>When it was first seen, in microseconds.</summary>
    [Field(10), NullWhenUnset, MicroTime]
    public DateTimeOffset? EventTime { get; set; }

    /// <summary>What is known of its repetition.</summary>
    [Field(11)]
    public EventSeries? Series { get; set; }

    /// <summary>What was done, or failed, about the object.</summary>
    [Field(12)]
    public string Action { get; set; } = "";

    /// <summary>Second object, where the action involves one.</summary>
    [Field(13)]
    public ObjectReference? Related { get; set; }

    /// <summary>Name of the controller that reports, such as kubernetes.io/kubelet.</summary>
    [Field(14), AlwaysShown]
    public string ReportingComponent { get; set; } = "";

    /// <summary>Instance of the controller.</summary>
    [Field(15), AlwaysShown]
    public string ReportingInstance { get; set; } = "";
}

/// <summary>Component that reports an event.</summary>
[ApiType]
public sealed partial class EventSource
{
    /// <summary>Name of the component.</summary>
    [Field(1)]
    public string Component { get; set; } = "";

    /// <summary>Node it runs on.</summary>
    [Field(2)]
    public string Host { get; set; } = "";
}

/// <summary>Repetition of an event.</summary>
[ApiType]
public sealed partial class EventSeries
{
    /// <summary>How often it was seen in the series.</summary>
    [Field(1)]
    public int Count { get; set; }

    /// <summary>When it was last seen.</summary>
    [Field(2), NullWhenUnset, MicroTime]
    public DateTimeOffset? LastObservedTime { get; set; }
}

/// <summary>Types of events.</summary>
public static class EventType
{
    /// <summary>For information.</summary>
    public const string Normal = "Normal";

    /// <summary>Something may be wrong.</summary>
    public const string Warning = "Warning";
}
