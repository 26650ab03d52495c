using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// Finds what makes a strategic merge patch impossible, and says it as upstream does: mostly as a fault of the server (500), which
/// clients have come to know it by.
/// </summary>
internal static class StrategicFaults
{
    private const string Directive = "$patch";
    private const string OrderPrefix = "$setElementOrder/";

    /// <summary>Refuses a patch that cannot be merged into any object of the schema.</summary>
    /// <exception cref="StatusException">500, or 400 for lists of keys to retain.</exception>
    public static void Check(JsonObject patch, ObjectSchema? schema)
    {
        if (patch[Directive] is { } directive && Show(directive) is not ("replace" or "delete" or "merge"))
            throw ApiErrors.Plain($"unknown patch type: {Show(directive)} in map: {Show(patch)}");
        foreach (var (name, value) in patch)
        {
            if (name == "$retainKeys" && value is not JsonArray) throw ApiErrors.BadRequest("invalid patch format of retainKeys");
            if (name.StartsWith(OrderPrefix, StringComparison.Ordinal)) CheckOrder(value, schema?.Find(name[OrderPrefix.Length..]));
            else if (!name.StartsWith('$')) CheckField(value, schema?.Find(name));
        }
    }

    private static void CheckOrder(JsonNode? value, FieldSchema? field)
    {
        if (value is not JsonArray order) throw ApiErrors.Plain($"expected a []interface {{}}, but received a {TypeOf(value)}");
        foreach (var entry in order.OfType<JsonObject>()) CheckKey(entry, field);
    }

    private static void CheckField(JsonNode? value, FieldSchema? field)
    {
        if (value is JsonObject change && field?.PatchReplace != true) Check(change, field?.Value.Object);
        if (value is not JsonArray list || field is not { PatchMerge: true, PatchMergeKey: not null }) return;
        foreach (var entry in list.OfType<JsonObject>())
        {
            // An entry that is only a directive to replace stands for the list.
            if (entry.Count == 1 && entry[Directive] is { } only && Show(only) == "replace") continue;
            CheckKey(entry, field);
            Check(entry, field.Value.Items?.Object);
        }
    }

    private static void CheckKey(JsonObject entry, FieldSchema? field)
    {
        if (field?.PatchMergeKey is { } key && !entry.ContainsKey(key)) throw ApiErrors.Plain($"map: {Show(entry)} does not contain declared merge key: {key}");
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "map",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Number => value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') ? "float64" : "int64",
        _ => "invalid",
    };

    /// <summary>A value as messages print it.</summary>
    internal static string Show(JsonNode? value) => value switch
    {
        null => "<nil>",
        JsonObject o => $"map[{string.Join(' ', o.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => $"{f.Key}:{Show(f.Value)}"))}]",
        JsonArray a => $"[{string.Join(' ', a.Select(Show))}]",
        _ => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(),
    };
}
