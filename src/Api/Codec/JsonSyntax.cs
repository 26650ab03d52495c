using System.Text;

namespace Tiphys.Api;

/// <summary>Says what is wrong with malformed JSON in the words clients know from upstream, whose parser is Go's.</summary>
public static class JsonSyntax
{
    private const string Ended = "unexpected end of JSON input";

    /// <summary>The first fault of a document, or null when there is none.</summary>
    /// <param name="json">The document.</param>
    public static string? Fault(ReadOnlySpan<byte> json)
    {
        var at = 0;
        if (Value(json, ref at, 0) is { } fault) return fault;
        SkipSpace(json, ref at);
        return at < json.Length ? Unexpected(json[at], "after top-level value") : null;
    }

    private static string? Value(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        const int deepest = 10_000;
        SkipSpace(json, ref at);
        if (at == json.Length) return Ended;
        if (depth > deepest) return "exceeded max depth";
        switch (json[at])
        {
            case (byte)'{':
                return Members(json, ref at, depth);
            case (byte)'[':
                return Items(json, ref at, depth);
            case (byte)'"':
                return Text(json, ref at);
            case (byte)'t':
                return Literal(json, ref at, "true"u8);
            case (byte)'f':
                return Literal(json, ref at, "false"u8);
            case (byte)'n':
                return Literal(json, ref at, "null"u8);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return Number(json, ref at);
            default:
                return Unexpected(json[at], "looking for beginning of value");
        }
    }

    private static string? Members(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        at++;
        for (var first = true; ; first = false)
        {
            SkipSpace(json, ref at);
            if (at == json.Length) return Ended;
            if (first && Take(json, ref at, '}')) return null;
            if (json[at] != '"') return Unexpected(json[at], "looking for beginning of object key string");
            if (Text(json, ref at) is { } key) return key;
            SkipSpace(json, ref at);
            if (at == json.Length) return Ended;
            if (!Take(json, ref at, ':')) return Unexpected(json[at], "after object key");
            if (Value(json, ref at, depth + 1) is { } value) return value;
            SkipSpace(json, ref at);
            if (at == json.Length) return Ended;
            if (Take(json, ref at, '}')) return null;
            if (!Take(json, ref at, ',')) return Unexpected(json[at], "after object key:value pair");
        }
    }

    private static string? Items(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        at++;
        for (var first = true; ; first = false)
        {
            SkipSpace(json, ref at);
            if (first && Take(json, ref at, ']')) return null;
            if (Value(json, ref at, depth + 1) is { } value) return value;
            SkipSpace(json, ref at);
            if (at == json.Length) return Ended;
            if (Take(json, ref at, ']')) return null;
            if (!Take(json, ref at, ',')) return Unexpected(json[at], "after array element");
        }
    }

    private static string? Text(ReadOnlySpan<byte> json, ref int at)
    {
        for (at++; at < json.Length; at++)
        {
            if (Take(json, ref at, '"')) return null;
            if (json[at] < ' ') return Unexpected(json[at], "in string literal");
            if (json[at] != '\\') continue;
            if (++at == json.Length) return Ended;
            if (json[at] != 'u')
            {
                if ("\"\\/bfnrt"u8.IndexOf(json[at]) < 0) return Unexpected(json[at], "in string escape code");
                continue;
            }

            for (var digit = 0; digit < 4; digit++)
            {
                if (++at == json.Length) return Ended;
                if (!char.IsAsciiHexDigit((char)json[at])) return Unexpected(json[at], "in \\u hexadecimal character escape");
            }
        }

        return Ended;
    }

    private static string? Literal(ReadOnlySpan<byte> json, ref int at, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < word.Length; i++, at++)
        {
            if (at == json.Length) return Ended;
            if (json[at] != word[i]) return Unexpected(json[at], $"in literal {Encoding.ASCII.GetString(word)} (expecting '{(char)word[i]}')");
        }

        return null;
    }

    private static string? Number(ReadOnlySpan<byte> json, ref int at)
    {
        if (Take(json, ref at, '-') && Digit(json, at, "in numeric literal") is { } sign) return sign;
        if (!Take(json, ref at, '0')) SkipDigits(json, ref at);
        if (Take(json, ref at, '.'))
        {
            if (Digit(json, at, "after decimal point in numeric literal") is { } fraction) return fraction;
            SkipDigits(json, ref at);
        }

        if (!Take(json, ref at, 'e') && !Take(json, ref at, 'E')) return null;
        if (!Take(json, ref at, '+')) Take(json, ref at, '-');
        if (Digit(json, at, "in exponent of numeric literal") is { } exponent) return exponent;
        SkipDigits(json, ref at);
        return null;
    }

    private static string? Digit(ReadOnlySpan<byte> json, int at, string where) =>
        at == json.Length ? Ended : char.IsAsciiDigit((char)json[at]) ? null : Unexpected(json[at], where);

    private static void SkipDigits(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length && char.IsAsciiDigit((char)json[at])) at++;
    }

    private static void SkipSpace(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
    }

    private static bool Take(ReadOnlySpan<byte> json, ref int at, char wanted)
    {
        if (at == json.Length || json[at] != wanted) return false;
        at++;
        return true;
    }

    private static string Unexpected(byte found, string where) => $"invalid character {Quote((char)found)} {where}";

    private static string Quote(char c) => c switch
    {
        '\'' => "'\\''",
        '"' => "'\"'",
        '\n' => "'\\n'",
        '\r' => "'\\r'",
        '\t' => "'\\t'",
        < ' ' or (char)0x7f => $"'\\x{(int)c:x2}'",
        _ => $"'{c}'",
    };
}
