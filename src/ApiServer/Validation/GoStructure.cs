using System.Text;
using System.Text.Json;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// A value as upstream's messages print the structures of its inside: every field by its Go name, whether it is set or not. (Meta types are
/// printed as clients know them.)
/// </summary>
/// <param name="value">The value.</param>
internal sealed class GoStructure(IApiMessage value)
{
    /// <summary>Fields that cannot be unset inside, where they are numbers or percentages.</summary>
    private static readonly HashSet<string> s_plain = ["io.k8s.api.apps.v1.RollingUpdateDaemonSet.maxSurge"];

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        using var json = JsonDocument.Parse(ApiJson.Encode(value));
        Write(text, json.RootElement, value.Schema);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement json, ObjectSchema schema)
    {
        text.Append('{');
        foreach (var field in schema.Fields)
        {
            if (text[^1] != '{') text.Append(',');
            text.Append('"').Append(Name(field.Name)).Append("\":");
            if (json.TryGetProperty(field.Name, out var given)) Write(text, given, field.Value);
            else text.Append(Unset(schema, field));
        }

        text.Append('}');
    }

    private static void Write(StringBuilder text, JsonElement json, ValueSchema schema)
    {
        if (json.ValueKind == JsonValueKind.Object && schema.Object is { } message && !message.Name.Contains(".apimachinery.", StringComparison.Ordinal)) Write(text, json, message);
        else if (json.ValueKind == JsonValueKind.Array && schema.Items is { } items)
        {
            text.Append('[');
            foreach (var item in json.EnumerateArray())
            {
                if (text[^1] != '[') text.Append(',');
                Write(text, item, items);
            }

            text.Append(']');
        }
        else text.Append(json.GetRawText());
    }

    private static string Unset(ObjectSchema schema, FieldSchema field) => field.Value.Kind switch
    {
        ValueKind.String => "\"\"",
        ValueKind.Boolean => "false",
        _ when s_plain.Contains($"{schema.Name}.{field.Name}") => "0",
        _ => "null",
    };

    private static string Name(string json) =>
        json.StartsWith("api", StringComparison.Ordinal) && json.Length > 3 && char.IsAsciiLetterUpper(json[3]) ? "API" + json[3..]
        : json == "uid" ? "UID"
        : char.ToUpperInvariant(json[0]) + json[1..];
}
