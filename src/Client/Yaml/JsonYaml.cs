using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tiphys.Client;

/// <summary>
/// Turns JSON into YAML as upstream prints it, to the byte: block style, lists not indented, keys in its natural order, quotes only
/// where plain text would read back as something else.
/// </summary>
public static class JsonYaml
{
    /// <summary>Converts one JSON value.</summary>
    public static string Convert(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = 512 });
        var text = new StringBuilder();
        var root = document.RootElement;
        if (IsBlock(root)) Block(text, root, 0, inLine: false);
        else Inline(text, root, 0);
        if (text.Length == 0 || text[^1] != '\n') text.Append('\n');
        return text.ToString();
    }

    private static bool IsBlock(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => false,
    };

    /// <summary>A map or list over several lines.</summary>
    /// <param name="text">The text so far.</param>
    /// <param name="value">The map or list; not empty.</param>
    /// <param name="indent">Its indentation.</param>
    /// <param name="inLine">The first line is already begun and indented (after <c>- </c>).</param>
    private static void Block(StringBuilder text, JsonElement value, int indent, bool inLine)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (!inLine) text.Append(' ', indent);
                inLine = false;
                text.Append("- ");
                if (IsBlock(item)) Block(text, item, indent + 2, inLine: true);
                else Inline(text, item, indent);
            }

            return;
        }

        foreach (var field in value.EnumerateObject().OrderBy(static f => f.Name, NaturalOrder.Instance))
        {
            if (!inLine) text.Append(' ', indent);
            inLine = false;
            YamlScalars.AppendKey(text, field.Name);
            text.Append(':');
            if (!IsBlock(field.Value))
            {
                text.Append(' ');
                Inline(text, field.Value, indent);
                continue;
            }

            text.Append('\n');
            Block(text, field.Value, field.Value.ValueKind == JsonValueKind.Array ? indent : indent + 2, inLine: false);
        }
    }

    private static void Inline(StringBuilder text, JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: text.Append("{}"); break;
            case JsonValueKind.Array: text.Append("[]"); break;
            case JsonValueKind.String: YamlScalars.Append(text, value.GetString()!, indent); break;
            case JsonValueKind.Number: text.Append(Number(value)); break;
            default: text.Append(value.GetRawText()); break;
        }

        if (text[^1] != '\n') text.Append('\n');
    }

    private static string Number(JsonElement value)
    {
        var raw = value.GetRawText();
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0) return raw;
        var real = value.GetDouble();
        return Math.Abs(real) is >= 1e-4 and < 1e21 or 0 ? real.ToString("0.#################", CultureInfo.InvariantCulture) : raw;
    }
}
