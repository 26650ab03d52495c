using NewEvent = Tiphys.Api.Events.V1.Event;
using StoredEvent = Tiphys.Api.Core.V1.Event;

namespace Tiphys.ApiServer;

/// <summary>Events of group events.k8s.io, which are those of the core group under other names.</summary>
internal sealed class EventConverter : ObjectConverter<NewEvent, StoredEvent>
{
    /// <summary>The version, with the stricter rules its writes obey.</summary>
    public static ServedVersion Version { get; } = new(NewEvent.Info, new EventConverter())
    {
        Strategy = new EventStrategy(strict: true),
        FieldLabels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reason"] = "reason",
            ["regarding.kind"] = "involvedObject.kind",
            ["regarding.namespace"] = "involvedObject.namespace",
            ["regarding.name"] = "involvedObject.name",
            ["regarding.uid"] = "involvedObject.uid",
            ["regarding.apiVersion"] = "involvedObject.apiVersion",
            ["regarding.resourceVersion"] = "involvedObject.resourceVersion",
            ["regarding.fieldPath"] = "involvedObject.fieldPath",
            ["reportingController"] = "reportingComponent",
            ["type"] = "type",
            ["metadata.namespace"] = "metadata.namespace",
            ["metadata.name"] = "metadata.name",
        },
    };

    protected override StoredEvent ToStored(NewEvent item) => new()
    {
        Metadata = item.Metadata,
        InvolvedObject = item.Regarding,
        Reason = item.Reason,
        Message = item.Note,
        Source = item.DeprecatedSource,
        FirstTimestamp = item.DeprecatedFirstTimestamp,
        LastTimestamp = item.DeprecatedLastTimestamp,
        Count = item.DeprecatedCount,
        Type = item.Type,
        EventTime = item.EventTime,
        Series = item.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        Action = item.Action,
        Related = item.Related,
        ReportingComponent = item.ReportingController,
        ReportingInstance = item.ReportingInstance,
    };

    protected override NewEvent FromStored(StoredEvent item) => new()
    {
        Metadata = item.Metadata,
        Regarding = item.InvolvedObject,
        Reason = item.Reason,
        Note = item.Message,
        DeprecatedSource = item.Source,
        DeprecatedFirstTimestamp = item.FirstTimestamp,
        DeprecatedLastTimestamp = item.LastTimestamp,
        DeprecatedCount = item.Count,
        Type = item.Type,
        EventTime = item.EventTime,
        Series = item.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        Action = item.Action,
        Related = item.Related,
        ReportingController = item.ReportingComponent,
        ReportingInstance = item.ReportingInstance,
    };
}
