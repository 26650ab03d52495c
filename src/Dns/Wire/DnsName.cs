using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tiphys.Dns.Wire;

/// <summary>
/// A fully qualified domain name. Case is kept, for a resolver may check that it comes back as sent, but does not count in
/// comparisons (ASCII only, as DNS has it).
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    private readonly byte[] _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>The name of the root.</summary>
    public static DnsName Root { get; } = new([0]);

    /// <summary>The name on the wire without compression: length-prefixed labels and a zero.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>Number of labels, the root's empty one not counted.</summary>
    public int LabelCount
    {
        get
        {
            var count = 0;
            for (var at = 0; _wire[at] != 0; at += _wire[at] + 1)
                count++;
            return count;
        }
    }

    /// <summary>Reads a name in its usual notation; a final dot may be left out. Throws <see cref="FormatException"/>.</summary>
    public static DnsName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a domain name");

    /// <summary>Reads a name in its usual notation, with \. and \DDD for what would not fit it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text is "." or "")
        {
            name = Root;
            return true;
        }
        var labels = new List<byte[]>();
        var label = new ArrayBufferWriter<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.')
            {
                if (label.WrittenCount == 0)
                    return false;
                labels.Add(label.WrittenSpan.ToArray());
                label.Clear();
                continue;
            }
            if (c == '\\')
            {
                if (i + 3 < text.Length && char.IsAsciiDigit(text[i + 1]))
                {
                    if (!byte.TryParse(text.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                        return false;
                    label.Write([value]);
                    i += 3;
                    continue;
                }
                if (++i == text.Length)
                    return false;
                c = text[i];
            }
            if (c > 0x7e)
                return false;
            label.Write([(byte)c]);
        }
        if (label.WrittenCount > 0)
            labels.Add(label.WrittenSpan.ToArray());
        return TryFromLabels(labels, out name);
    }

    /// <summary>A name below another one. Throws <see cref="FormatException"/> when the result is no valid name.</summary>
    public static DnsName Join(string labels, DnsName parent)
    {
        var head = Parse(labels)._wire;
        var wire = new byte[head.Length - 1 + parent._wire.Length];
        if (wire.Length > DnsProtocol.MaxNameLength)
            throw new FormatException($"'{labels}.{parent}' is too long for a domain name");
        head.AsSpan(0, head.Length - 1).CopyTo(wire);
        parent._wire.CopyTo(wire, head.Length - 1);
        return new DnsName(wire);
    }

    /// <summary>Whether this name is the other one or below it.</summary>
    public bool IsWithin(DnsName ancestor)
    {
        var skip = _wire.Length - ancestor._wire.Length;
        if (skip < 0)
            return false;
        // The tail must begin at a label, not within one.
        var at = 0;
        while (at < skip)
            at += _wire[at] + 1;
        return at == skip && SameIgnoringCase(_wire.AsSpan(skip), ancestor._wire);
    }

    /// <summary>The labels in front of an ancestor, in lower case, the leftmost first.</summary>
    public string[] LabelsBelow(DnsName ancestor)
    {
        var end = _wire.Length - ancestor._wire.Length;
        var labels = new List<string>(6);
        for (var at = 0; at < end; at += _wire[at] + 1)
        {
            labels.Add(string.Create(_wire[at], (Wire: _wire, At: at + 1), static (span, s) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    var b = s.Wire[s.At + i];
                    span[i] = (char)(b is >= (byte)'A' and <= (byte)'Z' ? b | 0x20 : b);
                }
            }));
        }
        return [.. labels];
    }

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && SameIgnoringCase(_wire, other._wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = 2166136261u;
        foreach (var b in _wire)
            hash = (hash ^ (b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b)) * 16777619;
        return (int)hash;
    }

    /// <summary>The usual notation, with the final dot.</summary>
    public override string ToString()
    {
        if (_wire.Length == 1)
            return ".";
        var text = new StringBuilder(_wire.Length);
        for (var at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            foreach (var b in _wire.AsSpan(at + 1, _wire[at]))
            {
                if (b is (byte)'.' or (byte)'\\')
                    text.Append('\\').Append((char)b);
                else if (b is > 0x20 and < 0x7f)
                    text.Append((char)b);
                else
                    text.Append('\\').Append(b.ToString("d3", CultureInfo.InvariantCulture));
            }
            text.Append('.');
        }
        return text.ToString();
    }

    /// <summary>
    /// Reads a name of a message, following compression pointers. False when it is malformed: pointers must lead backwards,
    /// which rules out loops.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> message, ref int offset, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        Span<byte> wire = stackalloc byte[DnsProtocol.MaxNameLength];
        var length = 0;
        var at = offset;
        var end = -1;
        var limit = at;
        while (true)
        {
            if ((uint)at >= (uint)message.Length)
                return false;
            var lead = message[at];
            if (lead >= 0xc0)
            {
                if (at + 1 >= message.Length)
                    return false;
                var target = ((lead & 0x3f) << 8) | message[at + 1];
                if (target >= limit)
                    return false;
                if (end < 0)
                    end = at + 2;
                at = limit = target;
                continue;
            }
            if (lead > DnsProtocol.MaxLabelLength || at + 1 + lead > message.Length || length + 1 + lead > wire.Length)
                return false;
            message.Slice(at, lead + 1).CopyTo(wire[length..]);
            length += lead + 1;
            at += lead + 1;
            if (lead == 0)
                break;
        }
        offset = end < 0 ? at : end;
        name = new DnsName(wire[..length].ToArray());
        return true;
    }

    /// <summary>Steps over a name of a message without reading it.</summary>
    internal static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        var at = offset;
        while (true)
        {
            if ((uint)at >= (uint)message.Length)
                return false;
            var lead = message[at];
            if (lead >= 0xc0)
            {
                offset = at + 2;
                return offset <= message.Length;
            }
            if (lead > DnsProtocol.MaxLabelLength)
                return false;
            at += lead + 1;
            if (lead == 0)
            {
                offset = at;
                return true;
            }
        }
    }

    /// <summary>Compares bytes as DNS does: ASCII letters without their case, everything else as it is.</summary>
    internal static bool SameIgnoringCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            var (a, b) = (left[i], right[i]);
            if (a != b && ((a ^ b) != 0x20 || (byte)((a | 0x20) - 'a') > 'z' - 'a'))
                return false;
        }
        return true;
    }

    private static bool TryFromLabels(List<byte[]> labels, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        var length = 1 + labels.Sum(l => l.Length + 1);
        if (length > DnsProtocol.MaxNameLength)
            return false;
        var wire = new byte[length];
        var at = 0;
        foreach (var label in labels)
        {
            if (label.Length > DnsProtocol.MaxLabelLength)
                return false;
            wire[at] = (byte)label.Length;
            label.CopyTo(wire, at + 1);
            at += label.Length + 1;
        }
        name = new DnsName(wire);
        return true;
    }
}
