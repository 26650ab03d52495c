namespace Tiphys.Api;

/// <summary>Recursive-descent parser of label selector text.</summary>
internal sealed class LabelQueryParser(string text)
{
    private int _at;

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        SkipSpace();
        while (_at < text.Length)
        {
            requirements.Add(Requirement());
            SkipSpace();
            if (_at == text.Length) break;
            if (text[_at] != ',') throw Unexpected("',' or 'end of string'");
            _at++;
            SkipSpace();
            if (_at == text.Length) throw Unexpected("identifier after ','");
        }

        return requirements;
    }

    private LabelRequirement Requirement()
    {
        if (text[_at] == '!')
        {
            _at++;
            return new(Key(), LabelOperator.DoesNotExist, []);
        }

        var key = Key();
        SkipSpace();
        if (_at == text.Length || text[_at] == ',') return new(key, LabelOperator.Exists, []);
        if (Take("==") || (text[_at] == '=' && Take("="))) return new(key, LabelOperator.Equal, [Value()]);
        if (Take("!=")) return new(key, LabelOperator.NotEqual, [Value()]);
        if (Take(">")) return new(key, LabelOperator.GreaterThan, [Number(key)]);
        if (Take("<")) return new(key, LabelOperator.LessThan, [Number(key)]);
        var word = Word();
        return word switch
        {
            "in" => new(key, LabelOperator.In, Set()),
            "notin" => new(key, LabelOperator.NotIn, Set()),
            _ => throw new FormatException($"unable to parse requirement: found '{word}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private string Key()
    {
        SkipSpace();
        var key = Word();
        if (key.Length == 0) throw Unexpected("identifier");
        if (LabelSyntax.KeyErrors(key) is { Count: > 0 } problems) throw new FormatException($"unable to parse requirement: <nil>: Invalid value: \"{key}\": {string.Join("; ", problems)}");
        return key;
    }

    private string Value()
    {
        SkipSpace();
        return Checked(Word());
    }

    private string Number(string key)
    {
        var value = Value();
        return long.TryParse(value, out _) ? value : throw new FormatException($"unable to parse requirement: values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
    }

    private List<string> Set()
    {
        SkipSpace();
        if (!Take("(")) throw Unexpected("'('");
        var values = new List<string>();
        while (true)
        {
            SkipSpace();
            values.Add(Checked(Word()));
            SkipSpace();
            if (Take(")")) return values;
            if (!Take(",")) throw Unexpected("',' or ')'");
        }
    }

    private static string Checked(string value) =>
        LabelSyntax.ValueErrors(value) is { Count: > 0 } problems ? throw new FormatException($"unable to parse requirement: values[0]: Invalid value: \"{value}\": {string.Join("; ", problems)}") : value;

    private string Word()
    {
        var start = _at;
        while (_at < text.Length && text[_at] is not (',' or '(' or ')' or '=' or '!' or '<' or '>') && !char.IsWhiteSpace(text[_at])) _at++;
        return text[start.._at];
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0) return false;
        _at += token.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private FormatException Unexpected(string wanted) =>
        new($"unable to parse requirement: found '{(_at < text.Length ? text[_at].ToString() : "")}', expected: {wanted}");
}
