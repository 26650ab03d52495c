using System.Collections.Concurrent;

namespace Tiphys.ApiServer.Kms;

/// <summary>
/// Ciphers by the identity of their sources, so that the plugin is asked once for each. What nobody used for a day is forgotten; there
/// are as many as servers started and keys changed since the data was last rewritten.
/// </summary>
internal sealed class DataKeyCache(TimeProvider time)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromHours(24);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _swept = time.GetTimestamp();

    public IValueCipher? Find(string sourceIdentity)
    {
        if (!_entries.TryGetValue(sourceIdentity, out var entry)) return null;
        Volatile.Write(ref entry.Used, time.GetTimestamp());
        return entry.Cipher;
    }

    public void Add(string sourceIdentity, IValueCipher cipher)
    {
        _entries[sourceIdentity] = new Entry(cipher) { Used = time.GetTimestamp() };
        var swept = Interlocked.Read(ref _swept);
        if (time.GetElapsedTime(swept) < BetweenSweeps || Interlocked.CompareExchange(ref _swept, time.GetTimestamp(), swept) != swept) return;
        foreach (var (key, entry) in _entries)
        {
            if (time.GetElapsedTime(Volatile.Read(ref entry.Used)) > TimeToLive) _entries.TryRemove(key, out _);
        }
    }

    private sealed class Entry(IValueCipher cipher)
    {
        public readonly IValueCipher Cipher = cipher;
        public long Used;
    }
}
