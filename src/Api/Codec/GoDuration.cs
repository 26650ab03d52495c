using System.Globalization;
using System.Text;

namespace Tiphys.Api;

/// <summary>Durations in Go's text form (<c>1h15m30.918s</c>, <c>300ms</c>), as flags and <c>metav1.Duration</c> use them.</summary>
public static class GoDuration
{
    /// <summary>Parses a duration; precision below 100 ns is dropped.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text)) return false;
        var rest = text.AsSpan();
        var negative = rest[0] == '-';
        if (rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;
        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.') letters++;
            decimal unit;
            switch (rest[..letters])
            {
                case "ns": unit = 0.01m; break;
                case "us" or "µs" or "μs": unit = 10; break;
                case "ms": unit = TimeSpan.TicksPerMillisecond; break;
                case "s": unit = TimeSpan.TicksPerSecond; break;
                case "m": unit = TimeSpan.TicksPerMinute; break;
                case "h": unit = TimeSpan.TicksPerHour; break;
                default: return false;
            }

            ticks += number * unit;
            if (ticks > long.MaxValue) return false;
            rest = rest[letters..];
        }

        duration = new TimeSpan((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration as Go prints it.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        var text = new StringBuilder();
        if (duration < TimeSpan.Zero) text.Append('-');
        duration = duration.Duration();
        if (duration < TimeSpan.FromSeconds(1))
        {
            var micro = duration.Ticks / 10m;
            return text.Append(micro >= 1000 ? Number(micro / 1000) + "ms" : micro >= 1 ? Number(micro) + "µs" : Number(micro * 1000) + "ns").ToString();
        }

        var hours = (long)duration.TotalHours;
        if (hours > 0) text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (hours > 0 || duration.Minutes > 0) text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        return text.Append(Number(duration.Ticks % TimeSpan.TicksPerMinute / (decimal)TimeSpan.TicksPerSecond)).Append('s').ToString();
    }

    private static string Number(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
