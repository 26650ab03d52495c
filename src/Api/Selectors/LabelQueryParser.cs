using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>Recursive-descent parser of label selector text, over the tokens of <see cref="LabelQueryLexer"/>.</summary>
internal sealed class LabelQueryParser(string text)
{
    private const string Operators = "in, notin, =, ==, !=, gt, lt";
    private readonly IReadOnlyList<string> _tokens = LabelQueryLexer.Tokens(text);
    private int _at;

    private string Next => _tokens[_at];

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (Next.Length > 0)
        {
            if (!StartsRequirement) throw Unexpected("!, identifier, or 'end of string'");
            try
            {
                requirements.Add(Requirement());
            }
            catch (FormatException e)
            {
                throw new FormatException("unable to parse requirement: " + e.Message);
            }

            if (Next.Length == 0) break;
            if (Next != ",") throw Unexpected("',' or 'end of string'");
            _at++;
            if (!StartsRequirement) throw Unexpected("identifier after ','");
        }

        return requirements;
    }

    private bool StartsRequirement => Next == "!" || IsWord(Next);

    private LabelRequirement Requirement()
    {
        var absent = Take("!");
        if (!IsWord(Next)) throw Unexpected("identifier");
        var key = _tokens[_at++];
        if (LabelSyntax.KeyErrors(key) is { Count: > 0 } problems) throw new FormatException(Wrong("<nil>", key, string.Join("; ", problems)));
        if (absent) return new(key, LabelOperator.DoesNotExist, []);
        if (Next is "" or ",") return new(key, LabelOperator.Exists, []);
        LabelOperator relation = Next switch
        {
            "=" or "==" => LabelOperator.Equal,
            "!=" => LabelOperator.NotEqual,
            ">" => LabelOperator.GreaterThan,
            "<" => LabelOperator.LessThan,
            "in" => LabelOperator.In,
            "notin" => LabelOperator.NotIn,
            _ => throw Unexpected(Operators),
        };
        _at++;
        List<string> values = relation is LabelOperator.In or LabelOperator.NotIn ? Set() : [Value()];
        Check(key, relation, values);
        return new(key, relation, values);
    }

    private string Value()
    {
        if (Next is "" or ",") return "";
        return IsWord(Next) ? _tokens[_at++] : throw Unexpected("identifier");
    }

    /// <summary>Values in parentheses, any of which may be empty; in order, and each once.</summary>
    private List<string> Set()
    {
        if (!Take("(")) throw new FormatException($"found '{Next}' expected: '('");
        var values = new SortedSet<string>(StringComparer.Ordinal);
        if (Take(")")) return [""];
        if (!IsWord(Next) && Next != ",") throw Unexpected("',', ')' or identifier");
        while (true)
        {
            if (IsWord(Next))
            {
                values.Add(_tokens[_at++]);
                if (Next is not ("," or ")")) throw Unexpected("',' or ')'");
            }
            else if (Take(","))
            {
                // Nothing before the first comma, or behind any, is the empty value.
                if (values.Count == 0 || Next is "," or ")") values.Add("");
            }
            else throw Unexpected("',', or identifier");

            if (Take(")")) return [.. values];
        }
    }

    private static void Check(string key, LabelOperator relation, List<string> values)
    {
        var errors = new List<string>();
        if (relation is LabelOperator.GreaterThan or LabelOperator.LessThan && !long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            errors.Add(Wrong("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer"));
        for (var i = 0; i < values.Count; i++)
        {
            if (LabelSyntax.ValueErrors(values[i]) is { Count: > 0 } problems)
                errors.Add(Wrong(string.Create(CultureInfo.InvariantCulture, $"values[{i}][{key}]"), values[i], string.Join("; ", problems)));
        }

        if (errors.Count > 0) throw new FormatException(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }

    private static string Wrong(string field, string value, string why) => $"{field}: Invalid value: \"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\": {why}";

    private static bool IsWord(string token) => token.Length > 0 && !LabelQueryLexer.IsSymbol(token[0]);

    private bool Take(string token)
    {
        if (Next != token) return false;
        _at++;
        return true;
    }

    private FormatException Unexpected(string wanted) => new($"found '{Next}', expected: {wanted}");
}

/// <summary>Cuts label selector text into words and symbols.</summary>
internal static class LabelQueryLexer
{
    /// <summary>Whether words end here.</summary>
    public static bool IsSymbol(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    /// <summary>The tokens; the last one is empty and stands for the end.</summary>
    public static IReadOnlyList<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!IsSymbol(c) && c is not (' ' or '\t' or '\r' or '\n'))
            {
                word.Append(c);
                continue;
            }

            EndWord();
            if (!IsSymbol(c)) continue;
            var isPair = c is '=' or '!' && i + 1 < text.Length && text[i + 1] == '=';
            tokens.Add(isPair ? text.Substring(i++, 2) : text.Substring(i, 1));
        }

        EndWord();
        tokens.Add("");
        return tokens;

        void EndWord()
        {
            if (word.Length > 0) tokens.Add(word.ToString());
            word.Clear();
        }
    }
}
