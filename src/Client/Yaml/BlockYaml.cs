using System.Text.Json.Nodes;

namespace Tiphys.Client;

/// <summary>
/// Reads the YAML that programs write for settings: maps and lists in block style, scalars on one line. It is for starting fast;
/// whatever goes beyond that is left to the full parser.
/// </summary>
internal sealed class BlockYaml
{
    private readonly List<(int Indent, string Text)> _lines = [];
    private int _next;

    private BlockYaml()
    {
    }

    /// <summary>The document, with every scalar as text; null when it needs the full parser.</summary>
    public static JsonObject? TryParse(string text)
    {
        var parser = new BlockYaml();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd();
            var content = line.TrimStart(' ');
            if (content.Length == 0 || content[0] == '#' || (line == "---" && parser._lines.Count == 0)) continue;
            if (content[0] == '\t' || line is "---" or "...") return null;
            parser._lines.Add((line.Length - content.Length, content));
        }

        return parser._lines.Count > 0 && parser.Map(parser._lines[0].Indent) is { } map && parser._next == parser._lines.Count ? map : null;
    }

    private JsonObject? Map(int indent)
    {
        var map = new JsonObject();
        while (_next < _lines.Count && _lines[_next].Indent == indent && !IsItem(_lines[_next].Text))
        {
            var line = _lines[_next++].Text;
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 && line.EndsWith(':')) colon = line.Length - 1;
            if (colon <= 0 || !TryScalar(line[..colon], out var key) || key is null || map.ContainsKey(key)) return null;
            if (!TryValue(indent, line[(colon + 1)..].Trim(), out var value)) return null;
            map[key] = value;
        }

        // Deeper lines here would continue a scalar.
        return _next < _lines.Count && _lines[_next].Indent > indent ? null : map;
    }

    private bool TryValue(int indent, string text, out JsonNode? value)
    {
        value = null;
        if (text.Length > 0)
        {
            if (text is "{}" or "[]")
            {
                value = text == "{}" ? new JsonObject() : new JsonArray();
                return true;
            }

            if (!TryScalar(text, out var scalar)) return false;
            value = scalar is null ? null : JsonValue.Create(scalar);
            return true;
        }

        if (_next == _lines.Count) return true;
        var (deeper, first) = _lines[_next];
        if (IsItem(first) && deeper >= indent) value = List(deeper);
        else if (deeper > indent) value = Map(deeper);
        else return true;
        return value is not null;
    }

    private JsonArray? List(int indent)
    {
        var list = new JsonArray();
        while (_next < _lines.Count && _lines[_next].Indent == indent && IsItem(_lines[_next].Text))
        {
            var content = _lines[_next].Text[1..].TrimStart(' ');
            if (content.Length == 0 || IsItem(content)) return null;
            if (content.Contains(": ", StringComparison.Ordinal) || content.EndsWith(':'))
            {
                // A map that begins behind the dash.
                var inner = indent + _lines[_next].Text.Length - content.Length;
                _lines[_next] = (inner, content);
                if (Map(inner) is not { } map) return null;
                list.Add(map);
                continue;
            }

            _next++;
            if (!TryScalar(content, out var scalar)) return null;
            list.Add(scalar);
        }

        return list;
    }

    private static bool IsItem(string text) => text == "-" || text.StartsWith("- ", StringComparison.Ordinal);

    private static bool TryScalar(string text, out string? scalar)
    {
        scalar = null;
        if (text is "null" or "~") return true;
        var quote = text[0];
        if (quote is '"' or '\'')
        {
            if (text.Length < 2 || text[^1] != quote || text.AsSpan(1, text.Length - 2).IndexOfAny('\\', quote) >= 0) return false;
            scalar = text[1..^1];
            return true;
        }

        if ("&*!|>%@`?[]{},#".Contains(quote, StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal) || text.Contains(": ", StringComparison.Ordinal)) return false;
        scalar = text;
        return true;
    }
}
