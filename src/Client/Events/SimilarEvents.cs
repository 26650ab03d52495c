namespace Tiphys.Client;

/// <summary>Knows of how many different messages events consist that are alike otherwise, while they come one soon after the other.</summary>
internal sealed class SimilarEvents(TimeProvider time, int mostKept)
{
    private const int Many = 10;
    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(10);
    private readonly RecentTable<EventKey, Group> _groups = new(mostKept);

    /// <summary>Whether an event is one of so many that they are to be told as one.</summary>
    public bool AreMany(EventKey key)
    {
        var now = time.GetUtcNow();
        var common = key.WithoutMessage();
        if (!_groups.TryGet(common, out var group) || now - group.Last > s_soon) _groups.Set(common, group = new());
        group.Last = now;
        group.Messages.Add(key.Message!);
        if (group.Messages.Count < Many) return false;

        // Room for the next one, which makes them many again; whichever goes.
        group.Messages.Remove(group.Messages.First());
        return true;
    }

    private sealed class Group
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset Last { get; set; }
    }
}
