using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.Kubectl.Printing.JsonPath;

/// <summary>A JSONPath template, ready to be applied to objects.</summary>
internal sealed class JsonPathTemplate
{
    private readonly List<IReadOnlyList<JsonPathStep>> _pieces;
    private readonly bool _allowMissingKeys;

    /// <exception cref="FormatException">The template is malformed.</exception>
    public JsonPathTemplate(string text, bool allowMissingKeys = true)
    {
        _pieces = JsonPathParser.Parse(text);
        _allowMissingKeys = allowMissingKeys;
    }

    /// <summary>What each piece of the template yields, ranges repeated.</summary>
    /// <exception cref="FormatException">The template does not fit the object.</exception>
    public List<List<JsonNode?>> Find(JsonNode? item)
    {
        var results = new List<List<JsonNode?>>();
        Run(0, item, results, depth: 0);
        return results;
    }

    /// <summary>The template's text for an object.</summary>
    public string Text(JsonNode? item)
    {
        var text = new System.Text.StringBuilder();
        foreach (var results in Find(item)) text.AppendJoin(' ', results.Select(Printed));
        return text.ToString();
    }

    /// <summary>Runs pieces from one on, to the end of the range or template; returns where that is.</summary>
    private int Run(int at, JsonNode? item, List<List<JsonNode?>>? results, int depth)
    {
        for (; at < _pieces.Count; at++)
        {
            var word = _pieces[at].OfType<WordStep>().FirstOrDefault()?.Word;
            if (word == "end") return depth > 0 ? at : throw new FormatException("not in range, nothing to end");
            if (word is not null and not "range") throw new FormatException($"unrecognized identifier {word}");
            var found = results is null ? [] : Walk([item], _pieces[at].Where(static s => s is not WordStep));
            if (word is null)
            {
                results?.Add(found);
                continue;
            }

            var end = Run(at + 1, null, null, depth + 1);
            foreach (var value in found) Run(at + 1, value, results, depth + 1);
            at = end;
        }

        return at;
    }

    private static string Printed(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject or JsonArray => GoJson.Compact(value),
        _ => GoText.Plain(value),
    };

    private List<JsonNode?> Walk(List<JsonNode?> values, IEnumerable<JsonPathStep> steps)
    {
        foreach (var step in steps) values = Walk(values, step);
        return values;
    }

    private List<JsonNode?> Walk(List<JsonNode?> values, JsonPathStep step)
    {
        switch (step)
        {
            case ConstantStep { IsText: true } text: return [text.Value];
            case ConstantStep constant: return [.. values.Select(_ => constant.Value)];
            case FieldStep field: return Field(values, field.Name);
            case WildcardStep: return [.. values.SelectMany(Children)];
            case RecursiveStep: return [.. values.SelectMany(Descend)];
            case SliceStep slice: return [.. values.Where(static v => v is not null).SelectMany(v => Slice(v!, slice))];
            case UnionStep union: return [.. union.Parts.SelectMany(p => Walk(values, p))];
            case FilterStep filter: return [.. values.SelectMany(v => Filter(v, filter))];
            default: throw new FormatException($"unexpected Node {step}");
        }
    }

    private List<JsonNode?> Field(List<JsonNode?> values, string name)
    {
        var found = new List<JsonNode?>();
        foreach (var value in values)
            if (value is JsonObject map && map.TryGetPropertyValue(name, out var child)) found.Add(child);
        if (found.Count == 0 && values.Count > 0 && !_allowMissingKeys) throw new FormatException($"{name} is not found");
        return found;
    }

    private static IEnumerable<JsonNode?> Children(JsonNode? value) => value switch
    {
        JsonObject map => map.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => f.Value),
        JsonArray list => list,
        _ => [],
    };

    private static IEnumerable<JsonNode?> Descend(JsonNode? value)
    {
        var children = Children(value).ToList();
        return children.Count == 0 ? [] : [value, .. children.SelectMany(Descend)];
    }

    private static IEnumerable<JsonNode?> Slice(JsonNode value, SliceStep slice)
    {
        if (value is not JsonArray list) throw new FormatException($"{TypeName(value)} is not array or slice");
        var count = list.Count;
        var from = slice.From ?? 0;
        if (from < 0) from += count;
        var to = slice.One ? from + 1 : slice.To ?? count;
        if (to < 0) to += count;
        if (from == to) return [];
        if (from < 0 || from >= count) throw new FormatException($"array index out of bounds: index {from.ToString(CultureInfo.InvariantCulture)}, length {count.ToString(CultureInfo.InvariantCulture)}");
        if (to < 0 || to > count) throw new FormatException($"array index out of bounds: index {(to - 1).ToString(CultureInfo.InvariantCulture)}, length {count.ToString(CultureInfo.InvariantCulture)}");
        if (from > to) throw new FormatException($"starting index {from.ToString(CultureInfo.InvariantCulture)} is greater than ending index {to.ToString(CultureInfo.InvariantCulture)}");
        if (slice.Step is <= 0) throw new FormatException("step must be > 0");
        return list.Skip(from).Take(to - from).Where((_, i) => i % (slice.Step ?? 1) == 0);
    }

    private List<JsonNode?> Filter(JsonNode? value, FilterStep filter)
    {
        if (value is not JsonArray list) throw new FormatException($"{GoText.Plain(value)} is not array or slice and cannot be filtered");
        var passed = new List<JsonNode?>();
        foreach (var item in list)
        {
            if (filter.Operator == "exists")
            {
                if (Exists(item, filter.Left)) passed.Add(item);
                continue;
            }

            var left = Walk([item], filter.Left);
            if (left.Count == 0) continue;
            var right = Walk([item], filter.Right);
            if (right.Count == 0) continue;
            if (left.Count > 1 || right.Count > 1) throw new FormatException("can only compare one element at a time");
            if (Holds(left[0], filter.Operator, right[0])) passed.Add(item);
        }

        return passed;
    }

    private bool Exists(JsonNode? item, IReadOnlyList<JsonPathStep> steps)
    {
        try
        {
            return Walk([item], steps).Count > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool Holds(JsonNode? left, string op, JsonNode? right)
    {
        var order = Compare(left, right, op);
        return op switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw new FormatException($"unrecognized filter operator {op}"),
        };
    }

    private static int Compare(JsonNode? left, JsonNode? right, string op) => (left?.GetValueKind(), right?.GetValueKind()) switch
    {
        (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left!.GetValue<string>(), right!.GetValue<string>()),
        (JsonValueKind.Number, JsonValueKind.Number) => Number(left!).CompareTo(Number(right!)),
        (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True or JsonValueKind.False) when op is "==" or "!=" => left!.GetValueKind() == right!.GetValueKind() ? 0 : 1,
        (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) => throw new FormatException("incompatible types for comparison"),
        _ => throw new FormatException("invalid type for comparison"),
    };

    private static decimal Number(JsonNode node) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string TypeName(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "int64",
        _ => "bool",
    };
}
