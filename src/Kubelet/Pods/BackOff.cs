using System.Collections.Concurrent;

namespace Tiphys.Kubelet.Pods;

/// <summary>Growing pauses between tries, kept per key: each is twice the last, up to a maximum, and is forgotten after a time of peace.</summary>
internal sealed class BackOff(TimeProvider time, TimeSpan initial, TimeSpan maximum)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The pause in force for a key.</summary>
    public TimeSpan Get(string key) => _entries.TryGetValue(key, out var entry) ? entry.Pause : TimeSpan.Zero;

    /// <summary>Begins the next, longer pause after an event.</summary>
    public void Next(string key, DateTimeOffset at)
    {
        var now = time.GetUtcNow();
        _entries.AddOrUpdate(
            key,
            _ => new Entry(initial, now),
            (_, last) => new Entry(HasExpired(at, last) ? initial : Min(last.Pause * 2), now));
    }

    /// <summary>When the pause that began with an event is over; null when it is over already, or there is none.</summary>
    public DateTimeOffset? EndsAt(string key, DateTimeOffset at)
    {
        if (!_entries.TryGetValue(key, out var entry) || HasExpired(at, entry)) return null;
        return time.GetUtcNow() < at + entry.Pause ? at + entry.Pause : null;
    }

    /// <summary>When the pause that began with the last try is over; null when it is over already, or there is none.</summary>
    public DateTimeOffset? EndsAfterLast(string key)
    {
        if (!_entries.TryGetValue(key, out var entry) || HasExpired(time.GetUtcNow(), entry)) return null;
        var end = entry.Since + entry.Pause;
        return time.GetUtcNow() < end ? end : null;
    }

    /// <summary>Forgets every key that begins so.</summary>
    public void Forget(string prefix)
    {
        foreach (var key in _entries.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal))) _entries.TryRemove(key, out _);
    }

    private bool HasExpired(DateTimeOffset at, Entry entry) => at - entry.Since > maximum * 2;

    private TimeSpan Min(TimeSpan pause) => pause < maximum ? pause : maximum;

    private readonly record struct Entry(TimeSpan Pause, DateTimeOffset Since);
}
