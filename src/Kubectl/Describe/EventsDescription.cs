using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>The events at the end of a description.</summary>
internal static class EventsDescription
{
    public static void Write(List<Event> events, DescriptionWriter writer)
    {
        if (events.Count == 0)
        {
            writer.Field("Events", Texts.None);
            return;
        }

        writer.EndColumns();
        writer.Write(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
        writer.Write(1, "----\t------\t----\t----\t-------\n");
        foreach (var e in events.OrderBy(static e => e.LastTimestamp ?? DateTimeOffset.MinValue))
        {
            var message = e.Message.Trim();
            if (e.InvolvedObject.FieldPath.Length > 0) message = $"{e.InvolvedObject.FieldPath}: {message}";
            writer.Row(1, e.Type, e.Reason, Age(e, writer), e.Source.Component.Length > 0 ? e.Source.Component : e.ReportingComponent, message);
        }
    }

    private static string Age(Event e, DescriptionWriter writer)
    {
        var first = writer.Age(e.EventTime ?? e.FirstTimestamp);
        if (e.Series is { } series) return $"{writer.Age(series.LastObservedTime)} (x{series.Count} over {first})";
        return e.Count > 1 ? $"{writer.Age(e.LastTimestamp)} (x{e.Count} over {first})" : first;
    }
}
