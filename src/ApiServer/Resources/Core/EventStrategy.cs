using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Events. Those written through events.k8s.io obey stricter rules than the core group's, which old clients write to.</summary>
/// <param name="strict">Whether the stricter rules hold.</param>
internal sealed class EventStrategy(bool strict) : ResourceStrategy<Event>
{
    private const int LongestName = 128;
    private const int LongestNote = 1024;

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override void Validate(Event item, FieldErrors errors)
    {
        ValidateBasics(item, errors);
        if (!strict) return;
        ValidateSeries(item, errors);
        if (item.EventTime is null) errors.Required(FieldPath.Of("eventTime"));
        if (item.Type is not (EventType.Normal or EventType.Warning)) errors.Invalid(FieldPath.Of("type"), "", $"has invalid value: {item.Type}");
        Unset("firstTimestamp", item.FirstTimestamp is not null);
        Unset("lastTimestamp", item.LastTimestamp is not null);
        Unset("count", item.Count != 0);
        Unset("source", item.Source.Component.Length > 0 || item.Source.Host.Length > 0);

        void Unset(string field, bool isSet)
        {
            if (isSet) errors.Invalid(FieldPath.Of(field), "", "needs to be unset");
        }
    }

    /// <summary>Event names are made of other names and a time, and were never looked at.</summary>
    public override IReadOnlyList<string> NameErrors(string name) => Names.PathSegmentErrors(name);

    /// <inheritdoc/>
    public override void ValidateUpdate(Event item, Event old, FieldErrors errors)
    {
        ValidateBasics(item, errors);
        if (!strict) return;
        if (!ApiJson.Same(item.Series, old.Series)) ValidateSeries(item, errors);

        // Only the series goes on; what happened has happened.
        Immutable("involvedObject", ApiJson.Same(item.InvolvedObject, old.InvolvedObject), item.InvolvedObject);
        Immutable("reason", item.Reason == old.Reason, item.Reason);
        Immutable("message", item.Message == old.Message, item.Message);
        Immutable("source", ApiJson.Same(item.Source, old.Source), item.Source);
        Immutable("firstTimestamp", item.FirstTimestamp == old.FirstTimestamp, item.FirstTimestamp);
        Immutable("lastTimestamp", item.LastTimestamp == old.LastTimestamp, item.LastTimestamp);
        Immutable("count", item.Count == old.Count, item.Count);
        Immutable("type", item.Type == old.Type, item.Type);
        Immutable("eventTime", item.EventTime == old.EventTime, item.EventTime);
        Immutable("action", item.Action == old.Action, item.Action);
        Immutable("related", ApiJson.Same(item.Related, old.Related), item.Related);
        Immutable("reportingController", item.ReportingComponent == old.ReportingComponent, item.ReportingComponent);
        Immutable("reportingInstance", item.ReportingInstance == old.ReportingInstance, item.ReportingInstance);

        void Immutable(string field, bool same, object? value)
        {
            if (!same) errors.Invalid(FieldPath.Of(field), value, "field is immutable");
        }
    }

    private void ValidateBasics(Event item, FieldErrors errors)
    {
        var ns = item.InvolvedObject.Namespace;
        var own = item.Metadata.Namespace;
        var fits = item.EventTime is null
            ? ns.Length == 0 ? own is "" or "default" : ns == own
            : ns.Length > 0 || own is "default" or "kube-system";
        if (!fits) errors.Invalid(FieldPath.Of("involvedObject")["namespace"], ns, "does not match event.namespace");
        if (item.EventTime is null) return;

        var controller = FieldPath.Of(strict ? "reportingController" : "reportingComponent");
        if (item.ReportingComponent.Length == 0) errors.Required(controller);
        errors.Invalid(controller, item.ReportingComponent, LabelSyntax.KeyErrors(item.ReportingComponent));
        Text("reportingInstance", item.ReportingInstance, LongestName, required: true);
        Text("action", item.Action, LongestName, required: true);
        Text("reason", item.Reason, LongestName, required: true);
        Text("message", item.Message, LongestNote, required: false);

        void Text(string field, string value, int most, bool required)
        {
            if (required && value.Length == 0) errors.Required(FieldPath.Of(field));
            if (value.Length > most) errors.Invalid(FieldPath.Of(field), "", $"can have at most {most} characters");
        }
    }

    private static void ValidateSeries(Event item, FieldErrors errors)
    {
        if (item.Series is not { } series) return;
        if (series.Count < 2) errors.Invalid(FieldPath.Of("series.count"), "", "should be at least 2");
        if (series.LastObservedTime is null) errors.Required(FieldPath.Of("series.lastObservedTime"));
    }
}
