using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tiphys.Kubectl.Printing.JsonPath;

/// <summary>Parses kubectl's JSONPath templates: text with expressions in braces.</summary>
internal sealed partial class JsonPathParser
{
    private const char End = '\0';
    private readonly string _text;
    private int _at;

    private JsonPathParser(string text) => _text = text;

    /// <summary>The template's pieces: each an expression, plain text among them.</summary>
    /// <exception cref="FormatException">The template is malformed.</exception>
    public static List<IReadOnlyList<JsonPathStep>> Parse(string template)
    {
        var parser = new JsonPathParser(template);
        var pieces = new List<IReadOnlyList<JsonPathStep>>();
        while (parser._at < template.Length)
        {
            var brace = template.IndexOf('{', parser._at);
            var end = brace < 0 ? template.Length : brace;
            if (end > parser._at) pieces.Add([Text(template[parser._at..end])]);
            parser._at = end;
            if (brace < 0) break;
            parser._at++;
            pieces.Add(parser.Expression());
        }

        return pieces;
    }

    private static ConstantStep Text(string text) => new(JsonValue.Create(text), true);

    private static IReadOnlyList<JsonPathStep> Inner(string expression) => new JsonPathParser(expression + "}").Expression();

    private char Next() => _at < _text.Length ? _text[_at++] : Past();

    private char Past()
    {
        _at++;
        return End;
    }

    private List<JsonPathStep> Expression()
    {
        var steps = new List<JsonPathStep>();
        while (true)
        {
            var rest = _at < _text.Length ? _text.AsSpan(_at) : default;
            if (rest.StartsWith("}"))
            {
                _at++;
                return steps;
            }

            if (rest.StartsWith("[?("))
            {
                steps.Add(Filter());
                continue;
            }

            if (rest.StartsWith(".."))
            {
                if (steps.Count > 0 && steps[^1] is RecursiveStep) throw new FormatException("invalid multiple recursive descent");
                _at += 2;
                steps.Add(new RecursiveStep());
                if (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) steps.Add(Field());
                continue;
            }

            switch (Next())
            {
                case End or '\r' or '\n': throw new FormatException("unclosed action");
                case ' ' or '@' or '$': break;
                case '[': steps.AddRange(Brackets()); break;
                case '"': steps.Add(Quoted('"')); break;
                case '\'': steps.Add(Quoted('\'')); break;
                case '.': steps.Add(Field()); break;
                case var c when c is '+' or '-' || char.IsDigit(c): steps.Add(Number()); break;
                case var c when c == '_' || char.IsLetterOrDigit(c): steps.Add(Word()); break;
                case var c: throw new FormatException($"unrecognized character in action: U+{(int)c:X4} '{c}'");
            }
        }
    }

    private JsonPathStep Field()
    {
        var start = _at;
        while (_at < _text.Length && !IsTerminator(_text[_at])) _at += _text[_at] == '\\' ? 2 : 1;
        _at = Math.Min(_at, _text.Length);
        var name = _text[start.._at];
        return name == "*" ? new WildcardStep() : new FieldStep(name.Replace("\\", "", StringComparison.Ordinal));
    }

    private JsonPathStep Word()
    {
        var start = --_at;
        while (_at < _text.Length && !IsTerminator(_text[_at])) _at++;
        return _text[start.._at] switch
        {
            "true" => new ConstantStep(JsonValue.Create(true), false),
            "false" => new ConstantStep(JsonValue.Create(false), false),
            var word => new WordStep(word),
        };
    }

    private ConstantStep Number()
    {
        var start = _at - 1;
        while (_at < _text.Length && (_text[_at] == '.' || char.IsDigit(_text[_at]))) _at++;
        var text = _text[start.._at];
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return new ConstantStep(JsonValue.Create(whole), false);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)) return new ConstantStep(JsonValue.Create(real), false);
        throw new FormatException($"cannot parse number {text}");
    }

    private ConstantStep Quoted(char quote)
    {
        var text = new System.Text.StringBuilder();
        while (true)
        {
            var c = Next();
            if (c is End or '\n') throw new FormatException("unterminated quoted string");
            if (c == quote) return Text(text.ToString());
            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            text.Append(Next() switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                var other when other is '\\' or '"' or '\'' => other,
                _ => throw new FormatException($"unquote string {quote}{text}\\{_text[_at - 1]}{quote} error invalid syntax"),
            });
        }
    }

    private IEnumerable<JsonPathStep> Brackets()
    {
        var start = _at;
        while (true)
        {
            var c = Next();
            if (c is End or '\n') throw new FormatException("unterminated array");
            if (c == ']') break;
        }

        var inside = _text[start..(_at - 1)];
        if (inside == "*") inside = ":";
        var parts = inside.Split(',');
        if (parts.Length > 1) return [new UnionStep([.. parts.Select(static p => Inner($"[{p.Trim(' ')}]"))])];
        if (KeyPattern().Match(inside) is { Success: true } key) return Inner("." + key.Groups[1].Value);
        if (SlicePattern().Match(inside) is not { Success: true } slice) throw new FormatException($"invalid array index {inside}");
        var from = Index(slice.Groups[1].Value);
        if (!slice.Groups[2].Success) return [new SliceStep(from ?? 0, null, null, true)];
        return [new SliceStep(from, Index(slice.Groups[2].Value[1..]), slice.Groups[3].Success ? Index(slice.Groups[3].Value[1..]) : null, false)];
    }

    private static int? Index(string text)
    {
        if (text.Length == 0) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? index : throw new FormatException($"array index {text} is not a number");
    }

    private FilterStep Filter()
    {
        _at += 3;
        var start = _at;
        var quote = End;
        while (true)
        {
            var c = Next();
            if (c is End or '\n') throw new FormatException("unterminated filter");
            if (quote == End && c is '"' or '\'') quote = quote == End ? c : quote;
            else if (c == quote && _text[_at - 2] != '\\') quote = End;
            else if (c == ')' && quote == End) break;
        }

        var inside = _text[start..(_at - 1)];
        if (Next() != ']') throw new FormatException("unclosed array expect ]");
        return ComparisonPattern().Match(inside) is { Success: true } match
            ? new FilterStep(Inner(match.Groups[1].Value), match.Groups[2].Value, Inner(match.Groups[3].Value))
            : new FilterStep(Inner(inside), "exists", []);
    }

    private static bool IsTerminator(char c) => c is ' ' or '\t' or '\r' or '\n' or '.' or ',' or '[' or ']' or '$' or '@' or '{' or '}';

    [GeneratedRegex("^'([^']*)'$")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"^(-?\d*)(:-?\d*)?(:-?\d*)?$")]
    private static partial Regex SlicePattern();

    [GeneratedRegex("^([^!<>=]+)([!<>=]+)(.+?)$")]
    private static partial Regex ComparisonPattern();
}
