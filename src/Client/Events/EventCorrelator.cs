using Tiphys.Api.Core.V1;

namespace Tiphys.Client;

/// <summary>
/// What becomes of an event, as client-go decides it: one that was told before is counted, many that differ in their message only
/// are told as one, and what is told about one object is held to a rate. What is held back is counted all the same.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int MostKept = 4096;
    private const string CombinedPrefix = "(combined from similar events): ";

    private readonly RecentTable<EventKey, Told> _told = new(MostKept);
    private readonly SimilarEvents _similar = new(time, MostKept);
    private readonly EventSpamFilter _spam = new(time, MostKept);

    /// <summary>The event to write: a new one, or, with a count above one, the next state of one written before; null when it is held back.</summary>
    public Event? Correlate(Event item)
    {
        var key = EventKey.Of(item);
        if (_similar.AreMany(key))
        {
            key = key.WithoutMessage();
            item.Message = CombinedPrefix + item.Message;
            item.ReportingComponent = item.ReportingInstance = ""; // upstream leaves these out
        }

        if (_told.TryGet(key, out var before))
        {
            item.Metadata.Name = before.Name;
            item.FirstTimestamp = before.FirstTimestamp;
            item.Count = before.Count + 1;
        }

        _told.Set(key, new(item.Metadata.Name, item.FirstTimestamp, item.Count));
        return _spam.Allow(item) ? item : null;
    }

    private sealed record Told(string Name, DateTimeOffset? FirstTimestamp, int Count);
}
