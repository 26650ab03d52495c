using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

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
        Unchanged(item.InvolvedObject, old.InvolvedObject, "involvedObject");
        Unchanged(item.Reason, old.Reason, "reason");
        Unchanged(item.Message, old.Message, "message");
        Unchanged(item.Source, old.Source, "source");
        Unchanged(item.FirstTimestamp, old.FirstTimestamp, "firstTimestamp");
        Unchanged(item.LastTimestamp, old.LastTimestamp, "lastTimestamp");
        Unchanged(item.Count, old.Count, "count");
        Unchanged(item.Type, old.Type, "type");
        Unchanged(item.EventTime, old.EventTime, "eventTime");
        Unchanged(item.Action, old.Action, "action");
        Unchanged(item.Related, old.Related, "related");
        Unchanged(item.ReportingComponent, old.ReportingComponent, "reportingController");
        Unchanged(item.ReportingInstance, old.ReportingInstance, "reportingInstance");

        void Unchanged<T>(T now, T before, string field) => FieldRules.Unchanged(now, before, FieldPath.Of(field), errors);
    }

    private void ValidateBasics(Event item, FieldErrors errors)
    {
        var ns = item.InvolvedObject.Namespace;
        var own = item.Metadata.Namespace;
        var fits = item.EventTime is null
            ? ns.Length == 0 ? own is "" or WellKnownNamespaces.Default : ns == own
            : ns.Length > 0 || own is WellKnownNamespaces.Default or WellKnownNamespaces.System;
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
