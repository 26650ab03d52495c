using System.Text;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>
/// A fixed-size cache of short strings. Objects repeat the same few names, namespaces and label values by the thousand;
/// sharing them keeps informer caches small. Races are harmless: a lost entry is only decoded again.
/// </summary>
internal sealed class StringPool
{
    private const int LongestPooled = 64;
    private readonly Entry?[] _entries = new Entry?[4096];

    public static StringPool Shared { get; } = new();

    /// <summary>The string token the reader stands on.</summary>
    public string Get(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.ValueSpan.Length > LongestPooled) return reader.GetString()!;
        return Get(reader.ValueSpan);
    }

    /// <summary>The string of these UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > LongestPooled) return Encoding.UTF8.GetString(utf8);
        var hash = new HashCode();
        hash.AddBytes(utf8);
        var slot = hash.ToHashCode() & (_entries.Length - 1);
        var entry = _entries[slot];
        if (entry is not null && utf8.SequenceEqual(entry.Utf8)) return entry.Text;
        entry = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        _entries[slot] = entry;
        return entry.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
