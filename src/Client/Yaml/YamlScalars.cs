using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiphys.Client;

/// <summary>How upstream's YAML writes strings: plain, in quotes or as a literal block.</summary>
internal static partial class YamlScalars
{
    private static readonly HashSet<string> s_words = new(StringComparer.Ordinal)
    {
        "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
        ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    };

    /// <summary>Writes a key.</summary>
    public static void AppendKey(StringBuilder text, string key)
    {
        var traits = Traits.Of(key);
        if (key.Length == 0 || LooksTyped(key)) Double(text, key, null);
        else if (traits.Plain) text.Append(key);
        else if (traits.Quotable) Single(text, key, null);
        else Double(text, key, null);
    }

    /// <summary>Writes a value that begins behind a key or a dash at this indentation.</summary>
    public static void Append(StringBuilder text, string value, int indent)
    {
        var traits = Traits.Of(value);
        if (value.Contains('\n', StringComparison.Ordinal))
        {
            if (traits.Literal) Literal(text, value, indent + 2);
            else Double(text, value, indent + 2);
        }
        else if (LooksTyped(value)) Double(text, value, indent + 2);
        else if (traits.Plain) Plain(text, value, indent + 2);
        else if (traits.Quotable) Single(text, value, indent + 2);
        else Double(text, value, indent + 2);
    }

    private static void Plain(StringBuilder text, string value, int indent)
    {
        var line = new Line(text, indent);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != ' ' || !line.IsFull || i + 1 == value.Length || value[i + 1] == ' ' || (i > 0 && value[i - 1] == ' ')) line.Append(value[i]);
            else line.Break();
        }
    }

    private static void Single(StringBuilder text, string value, int? indent)
    {
        var line = new Line(text, indent);
        line.Append('\'');
        for (var i = 0; i < value.Length; i++)
        {
            var foldable = value[i] == ' ' && line.IsFull && i > 0 && i + 1 < value.Length && value[i - 1] != ' ' && value[i + 1] != ' ';
            if (foldable)
            {
                line.Break();
                continue;
            }

            line.Append(value[i]);
            if (value[i] == '\'') line.Append('\'');
        }

        line.Append('\'');
    }

    private static void Literal(StringBuilder text, string value, int indent)
    {
        text.Append('|');
        if (value[0] is ' ' or '\n') text.Append('2');
        if (!value.EndsWith('\n')) text.Append('-');
        else if (value.Length == 1 || value[^2] == '\n') text.Append('+');
        text.Append('\n');
        var lines = value.Split('\n');
        var count = value.EndsWith('\n') ? lines.Length - 1 : lines.Length;
        for (var i = 0; i < count; i++)
        {
            if (lines[i].Length > 0) text.Append(' ', indent).Append(lines[i]);
            text.Append('\n');
        }
    }

    private static void Double(StringBuilder text, string value, int? indent)
    {
        var line = new Line(text, indent);
        line.Append('"');
        var afterSpace = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == ' ' && !afterSpace && line.IsFull && i > 0 && i + 1 < value.Length)
            {
                line.Break();
                if (value[i + 1] == ' ') line.Append('\\');
            }
            else
            {
                var pair = char.IsHighSurrogate(value[i]) && i + 1 < value.Length;
                line.Append(Escaped(pair ? char.ConvertToUtf32(value[i], value[i + 1]) : value[i]));
                if (pair) i++;
            }

            afterSpace = value[i] == ' ';
        }

        line.Append('"');
    }

    private static string Escaped(int c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        0 => "\\0",
        '\a' => "\\a",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\v' => "\\v",
        '\f' => "\\f",
        '\r' => "\\r",
        0x1b => "\\e",
        0x85 => "\\N",
        0xa0 => "\\_",
        0x2028 => "\\L",
        0x2029 => "\\P",
        _ when IsPrintable(c) => char.ConvertFromUtf32(c),
        <= 0xff => string.Create(CultureInfo.InvariantCulture, $"\\x{c:X2}"),
        <= 0xffff => string.Create(CultureInfo.InvariantCulture, $"\\u{c:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{c:X8}"),
    };

    /// <summary>The line a scalar is written on: upstream folds at the first space behind column 80.</summary>
    private struct Line
    {
        private const int Best = 80;
        private readonly StringBuilder _text;
        private readonly int? _indent;
        private int _column;

        /// <param name="text">The text so far.</param>
        /// <param name="indent">Indentation of continued lines; null where lines may not be broken.</param>
        public Line(StringBuilder text, int? indent)
        {
            _text = text;
            _indent = indent;
            for (var i = text.Length - 1; i >= 0 && text[i] != '\n'; i--)
                if (!char.IsLowSurrogate(text[i])) _column++;
        }

        public readonly bool IsFull => _indent is not null && _column > Best;

        public void Append(char c)
        {
            _text.Append(c);
            if (!char.IsLowSurrogate(c)) _column++;
        }

        public void Append(string part)
        {
            foreach (var c in part) Append(c);
        }

        public void Break()
        {
            _text.Append('\n').Append(' ', _indent!.Value);
            _column = _indent.Value;
        }
    }

    private static bool IsPrintable(int c) => c is '\n' or (>= 0x20 and <= 0x7e) or (>= 0xa0 and <= 0xd7ff) or (>= 0xe000 and <= 0xfffd and not 0xfeff);

    /// <summary>Whether plain text would read back as something other than a string.</summary>
    private static bool LooksTyped(string text)
    {
        if (s_words.Contains(text)) return true;
        return text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.') && (Numeric().IsMatch(text) || Sexagesimal().IsMatch(text) || IsTime(text));
    }

    private static bool IsTime(string text) =>
        TimePattern().Match(text) is { Success: true } match && Part(match, 1) is >= 0 and var year && Part(match, 2) is >= 1 and <= 12 and var month
        && Part(match, 3) is >= 1 and var day && day <= DateTime.DaysInMonth(Math.Clamp(year, 1, 9999), month) && Part(match, 4) < 24 && Part(match, 5) < 60 && Part(match, 6) < 60;

    private static int Part(Match match, int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][0-9_]*|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)$")]
    private static partial Regex Numeric();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$")]
    private static partial Regex Sexagesimal();

    [GeneratedRegex(@"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?)?$")]
    private static partial Regex TimePattern();

    /// <summary>Which styles a text can be written in.</summary>
    private readonly record struct Traits(bool Plain, bool Quotable, bool Literal)
    {
        public static Traits Of(string text)
        {
            if (text.Length == 0) return new(true, true, false);
            bool special = false, breaks = false, indicator = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal);
            bool spaceBeforeBreak = false, breakBeforeSpace = false;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                var blankNext = i + 1 == text.Length || text[i + 1] is ' ' or '\t' or '\n' or '\r';
                indicator |= i == 0 ? c is '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' || (c is '?' or ':' or '-' && blankNext) : (c == ':' && blankNext) || (c == '#' && text[i - 1] is ' ' or '\t' or '\n');
                special |= !IsPrintable(c);
                breaks |= c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';
                if (c == ' ' && i > 0 && text[i - 1] == '\n') breakBeforeSpace = true;
                if (c == '\n' && i > 0 && text[i - 1] == ' ') spaceBeforeBreak = true;
            }

            if (special || spaceBeforeBreak) return default;
            var edges = text[0] is ' ' or '\n' || text[^1] is ' ' or '\n';
            return new(!indicator && !breaks && !edges, !breakBeforeSpace, text[^1] != ' ');
        }
    }
}
