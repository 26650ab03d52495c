using System.Globalization;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api;

/// <summary>
/// A schedule in cron's notation: five fields (minute, hour, day of month, month, day of week) with lists, ranges, steps and
/// names, or one of <c>@yearly</c>, <c>@monthly</c>, <c>@weekly</c>, <c>@daily</c>, <c>@hourly</c>, <c>@every 90m</c>.
/// </summary>
public sealed class CronSchedule
{
    private static readonly string[] s_months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private readonly ulong _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday;
    private readonly TimeSpan? _every;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(string[] fields, TimeZoneInfo zone)
    {
        _zone = zone;
        (_minutes, _) = Field(fields[0], 0, 59, null);
        (_hours, _) = Field(fields[1], 0, 23, null);
        (_days, _anyDay) = Field(fields[2], 1, 31, null);
        (_months, _) = Field(fields[3], 1, 12, s_months);
        (_weekdays, _anyWeekday) = Field(fields[4], 0, 6, s_days);
    }

    private CronSchedule(TimeSpan every)
    {
        _every = every;
        _zone = TimeZoneInfo.Utc;
    }

    /// <summary>Parses a schedule.</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="zone">Zone its fields are in.</param>
    /// <exception cref="FormatException">The text is no schedule.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo zone)
    {
        text = text.Trim();
        if (text.Length == 0) throw new FormatException("empty spec string");
        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            var every = GoDuration.TryParse(text[7..].Trim(), out var span) ? span : throw new FormatException($"failed to parse duration {text}: time: invalid duration \"{text[7..]}\"");
            return new(every < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(Math.Floor(every.TotalSeconds)));
        }

        text = text switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            ['@', ..] => throw new FormatException($"unrecognized descriptor: {text}"),
            _ => text,
        };
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5) throw new FormatException($"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
        return new(fields, zone);
    }

    /// <summary>First time of the schedule after another; null when there is none within five years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_every is { } every) return after.ToUniversalTime().ToWholeSeconds() + every;
        var local = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        var time = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var end = time.AddYears(5);
        while (time < end)
        {
            if (!Has(_months, time.Month)) time = new DateTime(time.Year, time.Month, 1).AddMonths(1);
            else if (!DayFits(time)) time = time.Date.AddDays(1);
            else if (!Has(_hours, time.Hour)) time = time.Date.AddHours(time.Hour + 1);
            else if (!Has(_minutes, time.Minute)) time = time.AddMinutes(1);
            else if (_zone.IsInvalidTime(time)) time = time.AddMinutes(1); // the clock leaps over it
            else
            {
                var result = new DateTimeOffset(time, _zone.GetUtcOffset(time)).ToUniversalTime();
                if (result > after) return result;
                time = time.AddMinutes(1);
            }
        }

        return null;
    }

    /// <summary>With both days given, either will do; with one of them free, the other decides.</summary>
    private bool DayFits(DateTime time)
    {
        var day = Has(_days, time.Day);
        var weekday = Has(_weekdays, (int)time.DayOfWeek);
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private static bool Has(ulong bits, int value) => (bits & (1UL << value)) != 0;

    private static (ulong Bits, bool Any) Field(string text, int low, int high, string[]? names)
    {
        var bits = 0UL;
        var any = false;
        foreach (var part in text.Split(','))
        {
            var slash = part.Split('/');
            if (slash.Length > 2) throw new FormatException($"too many slashes: {part}");
            var step = slash.Length == 2 ? Number(slash[1], null, 1) : 1;
            if (step <= 0) throw new FormatException($"step of range should be a positive number: {part}");
            int first, last;
            if (slash[0] is "*" or "?")
            {
                (first, last) = (low, high);
                any |= slash.Length == 1;
            }
            else
            {
                var dash = slash[0].Split('-');
                if (dash.Length > 2) throw new FormatException($"too many hyphens: {part}");
                first = Number(dash[0], names, low);
                last = dash.Length == 2 ? Number(dash[1], names, low) : slash.Length == 2 ? high : first;
            }

            if (first < low) throw new FormatException($"beginning of range ({first}) below minimum ({low}): {part}");
            if (last > high) throw new FormatException($"end of range ({last}) above maximum ({high}): {part}");
            if (first > last) throw new FormatException($"beginning of range ({first}) beyond end of range ({last}): {part}");
            for (var i = first; i <= last; i += step) bits |= 1UL << i;
        }

        return (bits, any);
    }

    private static int Number(string text, string[]? names, int low)
    {
        var name = names is null ? -1 : Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name >= 0) return name + low;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax");
    }
}
