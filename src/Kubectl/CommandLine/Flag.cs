using System.Globalization;

namespace Tiphys.Kubectl.CommandLine;

/// <summary>A flag of a command: its names, and how its text becomes a value.</summary>
internal abstract class Flag(string name, char? shorthand, string usage)
{
    public string Name { get; } = name;

    public char? Shorthand { get; } = shorthand;

    public string Usage { get; } = usage;

    /// <summary>The value of the bare flag, for flags that may come without one (booleans, <c>--dry-run</c>).</summary>
    public string? Bare { get; init; }

    /// <summary>Whether the command line gave it.</summary>
    public bool Changed { get; private set; }

    public string Display => Shorthand is { } letter ? $"-{letter}, --{Name}" : "--" + Name;

    /// <summary>Takes a value from the command line.</summary>
    /// <exception cref="FlagException">The text is no such value.</exception>
    public void Set(string text)
    {
        try
        {
            Take(text);
        }
        catch (FormatException e)
        {
            throw new FlagException($"invalid argument {Quoting.Quote(text)} for \"{Display}\" flag: {e.Message}");
        }

        Changed = true;
    }

    protected abstract void Take(string text);
}

/// <summary>A flag with one value; the last one given counts.</summary>
internal sealed class Flag<T>(string name, char? shorthand, T value, string usage, Func<string, T> parse) : Flag(name, shorthand, usage)
{
    public T Value { get; private set; } = value;

    protected override void Take(string text) => Value = parse(text);
}

/// <summary>A flag that may come several times.</summary>
/// <param name="name">Long name.</param>
/// <param name="shorthand">Short name.</param>
/// <param name="usage">What it does.</param>
/// <param name="split">Whether commas part values within one text.</param>
internal sealed class ListFlag(string name, char? shorthand, string usage, bool split) : Flag(name, shorthand, usage)
{
    private readonly List<string> _values = [];

    public IReadOnlyList<string> Value => _values;

    protected override void Take(string text)
    {
        if (split) _values.AddRange(text.Length == 0 ? [] : text.Split(','));
        else _values.Add(text);
    }
}

/// <summary>How texts become values, with the words of the errors that Go's parsers have for them.</summary>
internal static class FlagValues
{
    public static string Text(string text) => text;

    public static bool Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FormatException($"strconv.ParseBool: parsing {Quoting.Quote(text)}: invalid syntax"),
    };

    public static long Integer(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        var digits = text.TrimStart('-', '+');
        var reason = digits.Length > 0 && digits.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";
        throw new FormatException($"strconv.ParseInt: parsing {Quoting.Quote(text)}: {reason}");
    }

    public static TimeSpan Duration(string text) => GoTime.TryParseDuration(text, out var value, out var error) ? value : throw new FormatException(error);
}
