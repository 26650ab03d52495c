using System.Globalization;

namespace Tiphys.Api;

/// <summary>Lengths of time as kubectl shows ages: short, and the coarser the longer.</summary>
public static class HumanDuration
{
    /// <summary>The age of something; <c>&lt;unknown&gt;</c> when its time is not known.</summary>
    public static string Since(DateTimeOffset? time, DateTimeOffset now) => time is { } known ? Format(now - known) : "<unknown>";

    /// <summary>A length of time such as <c>5m30s</c> or <c>3d4h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;

        // Clocks that differ by a second are no reason to complain.
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 120) return Text($"{seconds}s");
        var minutes = seconds / 60;
        if (minutes < 10) return seconds % 60 == 0 ? Text($"{minutes}m") : Text($"{minutes}m{seconds % 60}s");
        if (minutes < 180) return Text($"{minutes}m");
        var hours = minutes / 60;
        if (hours < 8) return minutes % 60 == 0 ? Text($"{hours}h") : Text($"{hours}h{minutes % 60}m");
        if (hours < 48) return Text($"{hours}h");
        var days = hours / 24;
        if (hours < 24 * 8) return hours % 24 == 0 ? Text($"{days}d") : Text($"{days}d{hours % 24}h");
        if (days < 365 * 2) return Text($"{days}d");
        var years = days / 365;
        if (days < 365 * 8 && days % 365 != 0) return Text($"{years}y{days % 365}d");
        return Text($"{years}y");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
