using System.Globalization;

namespace Tiphys.Kubectl.CommandLine;

/// <summary>Durations and times in Go's texts.</summary>
internal static class GoTime
{
    private static readonly (string Unit, double Nanoseconds)[] s_units = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

    /// <summary>Parses a duration such as <c>1h30m</c>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan value, out string error)
    {
        value = default;
        error = "";
        var rest = text.AsSpan();
        var negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return Fail($"time: invalid duration {Quoting.Quote(text)}", out error);
        double total = 0;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (digits == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return Fail($"time: invalid duration {Quoting.Quote(text)}", out error);
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.') letters++;
            if (letters == 0) return Fail($"time: missing unit in duration {Quoting.Quote(text)}", out error);
            var unit = rest[..letters].ToString();
            var known = Array.FindIndex(s_units, u => u.Unit == unit);
            if (known < 0) return Fail($"time: unknown unit {Quoting.Quote(unit)} in duration {Quoting.Quote(text)}", out error);
            total += number * s_units[known].Nanoseconds;
            rest = rest[letters..];
        }

        value = TimeSpan.FromTicks((long)(total / 100) * (negative ? -1 : 1));
        return true;
    }

    /// <summary>A duration as Go prints it, such as <c>1m30s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        var sign = duration < TimeSpan.Zero ? "-" : "";
        duration = duration.Duration();
        var invariant = CultureInfo.InvariantCulture;
        if (duration < TimeSpan.FromSeconds(1))
        {
            var micro = duration.TotalMicroseconds;
            return micro < 1000 ? string.Create(invariant, $"{sign}{micro:0.###}µs") : string.Create(invariant, $"{sign}{duration.TotalMilliseconds:0.######}ms");
        }

        var hours = (long)duration.TotalHours;
        var seconds = (duration.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        var text = hours > 0 ? string.Create(invariant, $"{hours}h{duration.Minutes}m") : duration.Minutes > 0 ? string.Create(invariant, $"{duration.Minutes}m") : "";
        return string.Create(invariant, $"{sign}{text}{seconds:0.#######}s");
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
