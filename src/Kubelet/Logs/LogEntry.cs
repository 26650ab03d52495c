using System.Globalization;
using System.Text;

namespace Tiphys.Kubelet.Logs;

/// <summary>One line of a container's log file, which the CRI lays out as <c>time stream tags content</c>.</summary>
/// <param name="Time">When the runtime read the line.</param>
/// <param name="TimeText">That time with all nine digits of the fraction, as clients are shown it.</param>
/// <param name="IsError">Whether it was written to standard error.</param>
/// <param name="Content">What was written. It lacks the newline when the line goes on in the next entry.</param>
internal readonly record struct LogEntry(DateTimeOffset Time, string TimeText, bool IsError, ReadOnlyMemory<byte> Content)
{
    private const int FractionDigits = 9;

    /// <summary>Reads one line, its newline included.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> line, out LogEntry entry)
    {
        entry = default;
        var span = line.Span;
        var first = span.IndexOf((byte)' ');
        if (first <= 0) return false;
        var text = Encoding.ASCII.GetString(span[..first]);
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return false;
        var rest = span[(first + 1)..];
        var second = rest.IndexOf((byte)' ');
        if (second <= 0) return false;
        var stream = rest[..second];
        var isError = stream.SequenceEqual("stderr"u8);
        if (!isError && !stream.SequenceEqual("stdout"u8)) return false;
        var third = rest[(second + 1)..].IndexOf((byte)' ');
        if (third <= 0) return false;
        var tags = rest.Slice(second + 1, third);
        var content = line[(first + second + third + 3)..];
        // Later tags, after colons, are for versions to come.
        if (tags[0] == (byte)'P' && (tags.Length == 1 || tags[1] == (byte)':') && content.Length > 0 && content.Span[^1] == (byte)'\n')
            content = content[..^1];
        entry = new LogEntry(time, WithFullFraction(text), isError, content);
        return true;
    }

    private static string WithFullFraction(string text)
    {
        var zone = text.IndexOfAny(['Z', '+'], 10);
        if (zone < 0) zone = text.LastIndexOf('-');
        if (zone <= 10) return text;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var seconds = dot < 0 ? text[..zone] : text[..dot];
        var fraction = dot < 0 ? "" : text[(dot + 1)..zone];
        return $"{seconds}.{fraction.PadRight(FractionDigits, '0')[..FractionDigits]}{text[zone..]}";
    }
}
