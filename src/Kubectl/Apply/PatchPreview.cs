using System.Text.Json.Nodes;
using Tiphys.Api;

namespace Tiphys.Kubectl.Apply;

/// <summary>Applies patches that we made ourselves, for <c>--dry-run=client</c>: none of them holds more than the diff writes.</summary>
internal static class PatchPreview
{
    /// <summary>The object after a JSON merge patch.</summary>
    public static JsonObject Plain(JsonObject item, JsonObject patch)
    {
        item = (JsonObject)item.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null) item.Remove(name);
            else if (value is JsonObject change) item[name] = Plain(item[name] as JsonObject ?? [], change);
            else item[name] = value.DeepClone();
        }

        return item;
    }

    /// <summary>The object after a strategic merge patch.</summary>
    public static JsonObject Strategic(JsonObject item, JsonObject patch, ObjectSchema? schema)
    {
        item = (JsonObject)item.DeepClone();
        if (patch[StrategicDiff.RetainKeys] is JsonArray kept)
            foreach (var name in item.Select(static f => f.Key).Except(kept.Select(static k => k!.GetValue<string>())).ToList()) item.Remove(name);
        foreach (var (name, value) in patch)
        {
            var field = schema?.Find(name);
            if (name.StartsWith('$')) continue;
            if (value is null) item.Remove(name);
            else item[name] = value switch
            {
                JsonObject change when field?.PatchReplace != true => Strategic(item[name] as JsonObject ?? [], change, field?.Value.Object),
                JsonArray changes when field is { PatchMerge: true, PatchMergeKey: { } key } => Merged(item[name] as JsonArray ?? [], changes, key, field),
                JsonArray added when field is { PatchMerge: true } => new JsonArray([.. (item[name] as JsonArray ?? []).Concat(added).Select(static v => v?.DeepClone()).DistinctBy(static v => v?.ToJsonString())]),
                _ => value.DeepClone(),
            };
        }

        foreach (var (name, value) in patch.Where(static f => f.Key.StartsWith(StrategicDiff.DeletePrefix, StringComparison.Ordinal)))
            if (item[name[StrategicDiff.DeletePrefix.Length..]] is JsonArray list)
                foreach (var gone in list.Where(v => ((JsonArray)value!).Any(d => JsonNode.DeepEquals(d, v))).ToList()) list.Remove(gone);
        foreach (var (name, value) in patch.Where(static f => f.Key.StartsWith(StrategicDiff.OrderPrefix, StringComparison.Ordinal)))
            Order(item, name[StrategicDiff.OrderPrefix.Length..], (JsonArray)value!, schema);
        return item;
    }

    private static JsonArray Merged(JsonArray list, JsonArray changes, string key, FieldSchema field)
    {
        var merged = list.Select(static v => v?.DeepClone()).ToList();
        foreach (var change in changes.OfType<JsonObject>())
        {
            var at = merged.FindIndex(m => JsonNode.DeepEquals(m?[key], change[key]));
            if (change.ContainsKey(StrategicDiff.Directive)) merged.RemoveAll(m => JsonNode.DeepEquals(m?[key], change[key]));
            else if (at < 0) merged.Add(change.DeepClone());
            else merged[at] = Strategic((JsonObject)merged[at]!, change, field.Value.Items?.Object);
        }

        return new JsonArray([.. merged]);
    }

    private static void Order(JsonObject item, string name, JsonArray order, ObjectSchema? schema)
    {
        if (item[name] is not JsonArray list) return;
        var key = schema?.Find(name)?.PatchMergeKey;
        var places = order.Select((o, i) => (Text: Text(o, key), Place: i)).DistinctBy(static p => p.Text).ToDictionary(static p => p.Text, static p => p.Place);

        // What the patch does not know stays behind its neighbour in the live list.
        var last = -1;
        var sorted = list.Select(v => (Value: v, Place: places.TryGetValue(Text(v, key), out var place) ? last = place : last)).OrderBy(static e => e.Place).Select(static e => e.Value?.DeepClone()).ToList();
        item[name] = new JsonArray([.. sorted]);
    }

    private static string Text(JsonNode? node, string? key) => (key is null ? node : node?[key])?.ToJsonString() ?? "";
}
