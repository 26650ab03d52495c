using System.Buffers.Binary;
using System.Collections.Concurrent;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Forwarding;

/// <summary>What a cached response depends on.</summary>
internal readonly record struct CacheKey(DnsQuestion Question, bool Edns, bool DnssecOk, bool CheckingDisabled);

/// <summary>
/// Responses of other servers, kept no longer than they allow and never longer than a limit, with their lifetimes counted
/// down as time passes.
/// </summary>
internal sealed class ResponseCache(int capacity, TimeSpan limit, TimeProvider time)
{
    private readonly ConcurrentDictionary<CacheKey, Entry> _entries = new();

    private sealed record Entry(byte[] Response, DnsMessageInfo Info, long Stored, long Expires);

    /// <summary>A response with its number and question made the client's; null when there is none.</summary>
    public byte[]? TryGet(in CacheKey key, ushort id)
    {
        if (!_entries.TryGetValue(key, out var entry))
            return null;
        var now = time.GetTimestamp();
        if (now >= entry.Expires)
        {
            _entries.TryRemove(new KeyValuePair<CacheKey, Entry>(key, entry));
            return null;
        }
        var age = (uint)time.GetElapsedTime(entry.Stored, now).TotalSeconds;
        var response = entry.Response.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(response, id);
        // The same name in the client's own spelling; no response compresses its question.
        if (entry.Info.QuestionEnd == DnsProtocol.HeaderSize + key.Question.Name.Wire.Length + 4)
            key.Question.Name.Wire.CopyTo(response.AsSpan(DnsProtocol.HeaderSize));
        foreach (var at in entry.Info.TtlOffsets)
        {
            var ttl = response.AsSpan(at, 4);
            var left = BinaryPrimitives.ReadUInt32BigEndian(ttl);
            BinaryPrimitives.WriteUInt32BigEndian(ttl, left > age ? left - age : 0);
        }
        return response;
    }

    /// <summary>Keeps a response if it may be kept.</summary>
    public void Store(in CacheKey key, byte[] response, DnsMessageInfo info)
    {
        if (Lifetime(info) is not { } seconds || seconds == 0)
            return;
        var lifetime = TimeSpan.FromSeconds(seconds);
        if (lifetime > limit)
            lifetime = limit;
        if (_entries.Count >= capacity)
            MakeRoom();
        var now = time.GetTimestamp();
        _entries[key] = new Entry(response.ToArray(), info, now, now + (long)(lifetime.TotalSeconds * time.TimestampFrequency));
    }

    private static uint? Lifetime(DnsMessageInfo info)
    {
        if (info.Truncated)
            return null;
        if (info.Rcode == DnsRcode.NoError && info.AnswerCount > 0)
            return info.MinTtl;
        // RFC 2308: without an SOA nobody says how long to believe in an absence.
        return info.Rcode is DnsRcode.NoError or DnsRcode.NameError ? info.NegativeTtl : null;
    }

    private void MakeRoom()
    {
        // Enough at once that the walk is rare; what is past its time goes first, then whatever comes.
        var now = time.GetTimestamp();
        var surplus = _entries.Count - capacity + capacity / 8 + 1;
        foreach (var pair in _entries)
        {
            if (pair.Value.Expires <= now && _entries.TryRemove(pair))
                surplus--;
        }
        foreach (var pair in _entries)
        {
            if (surplus-- <= 0)
                return;
            _entries.TryRemove(pair);
        }
    }
}
