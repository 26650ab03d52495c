namespace Tiphys.Storage;

/// <summary>
/// A range of keys in etcd's convention: an empty <see cref="End"/> means the single key <see cref="Start"/>, an end of one
/// zero byte means every key from the start on, anything else is an exclusive end.
/// </summary>
public readonly record struct KeyRange(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End)
{
    private static readonly byte[] Zero = [0];

    /// <summary>Every key of the store.</summary>
    public static KeyRange All => new(Zero, Zero);

    /// <summary>True when the range names one key.</summary>
    public bool IsSingleKey => End.IsEmpty;

    /// <summary>True when the range has no upper bound.</summary>
    public bool IsOpenEnded => End.Length == 1 && End.Span[0] == 0;

    /// <summary>The single key.</summary>
    public static KeyRange Single(ReadOnlyMemory<byte> key) => new(key, default);

    /// <summary>Every key at or after <paramref name="key"/>.</summary>
    public static KeyRange From(ReadOnlyMemory<byte> key) => new(key, Zero);

    /// <summary>Every key that begins with <paramref name="prefix"/>; an empty prefix means all keys.</summary>
    public static KeyRange Prefix(ReadOnlyMemory<byte> prefix)
    {
        if (prefix.IsEmpty)
            return All;
        // The end is the prefix with its last byte that can grow raised by one, and what follows dropped.
        var span = prefix.Span;
        for (var i = span.Length - 1; i >= 0; i--)
        {
            if (span[i] == 0xff)
                continue;
            var end = span[..(i + 1)].ToArray();
            end[i]++;
            return new KeyRange(prefix, end);
        }
        return From(prefix);
    }

    /// <summary>Whether the key lies in the range.</summary>
    public bool Contains(ReadOnlySpan<byte> key)
    {
        if (IsSingleKey)
            return key.SequenceEqual(Start.Span);
        return key.SequenceCompareTo(Start.Span) >= 0 && (IsOpenEnded || key.SequenceCompareTo(End.Span) < 0);
    }

    /// <summary>Whether the two ranges have a key in common.</summary>
    internal bool Overlaps(in KeyRange other)
    {
        if (IsSingleKey)
            return other.Contains(Start.Span);
        if (other.IsSingleKey)
            return Contains(other.Start.Span);
        return (other.IsOpenEnded || Start.Span.SequenceCompareTo(other.End.Span) < 0)
            && (IsOpenEnded || other.Start.Span.SequenceCompareTo(End.Span) < 0);
    }
}
