using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.Kubectl.Printing;

/// <summary>JSON as Go's encoder writes maps: keys sorted, <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped, indented by four spaces if at all.</summary>
internal static class GoJson
{
    /// <summary>The value on one line, without spaces.</summary>
    public static string Compact(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, null);
        return text.ToString();
    }

    /// <summary>The value over several lines.</summary>
    public static string Indented(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.ToString();
    }

    /// <summary>As <see cref="Indented"/>, but with the object's own fields in their order, as Go writes structs.</summary>
    public static string IndentedInOrder(JsonObject item)
    {
        var text = new StringBuilder();
        WriteFields(text, item, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int? depth)
    {
        switch (node)
        {
            case null: text.Append("null"); break;
            case JsonObject { Count: 0 }: text.Append("{}"); break;
            case JsonArray { Count: 0 }: text.Append("[]"); break;
            case JsonObject map:
                WriteFields(text, map.OrderBy(static f => f.Key, StringComparer.Ordinal), depth);
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    Line(text, depth + 1);
                    Write(text, list[i], depth + 1);
                }

                Line(text, depth);
                text.Append(']');
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String) WriteText(text, node.GetValue<string>());
                else text.Append(node.ToJsonString());
                break;
        }
    }

    private static void WriteFields(StringBuilder text, IEnumerable<KeyValuePair<string, JsonNode?>> fields, int? depth)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, value) in fields)
        {
            if (!first) text.Append(',');
            first = false;
            Line(text, depth + 1);
            WriteText(text, name);
            text.Append(depth is null ? ":" : ": ");
            Write(text, value, depth + 1);
        }

        Line(text, depth);
        text.Append('}');
    }

    private static void Line(StringBuilder text, int? depth)
    {
        if (depth is { } level) text.Append('\n').Append(' ', level * 4);
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }
}
