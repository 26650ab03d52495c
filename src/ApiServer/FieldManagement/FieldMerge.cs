using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Merges an applied configuration into an object, and takes out what is no longer applied.</summary>
internal static class FieldMerge
{
    /// <summary>Merges by schema: what the configuration says wins, what it does not mention stays.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, ValueSchema schema)
    {
        switch (applied)
        {
            case JsonObject map when live is JsonObject current && !schema.IsAtomic && schema.Kind is ValueKind.Object or ValueKind.Map:
                foreach (var (name, value) in map)
                {
                    var inner = schema.Object is { } message ? message.Find(name)?.Value ?? Schemas.Raw : schema.Items ?? Schemas.Raw;
                    current[name] = Merge(Detach(current, name), value, inner);
                }

                return current;
            case JsonArray list when live is JsonArray current && schema is { Kind: ValueKind.List, ListType: ListType.Map or ListType.Set }:
                MergeLists(current, list, schema);
                return current;
            default:
                return applied?.DeepClone();
        }
    }

    /// <summary>Removes the fields of <paramref name="last"/> that nobody in <paramref name="kept"/> holds.</summary>
    public static void Prune(JsonNode node, ValueSchema schema, FieldTree last, FieldTree kept)
    {
        if (node is JsonArray list)
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (ElementOf(list[i], schema) is not { } element || last.Child(element) is not { } was) continue;
                var keep = kept.Child(element);
                if (was.IsMember && keep is null) list.RemoveAt(i);
                else if (list[i] is { } item && was.HasChildren) Prune(item, schema.Items!, was, keep ?? FieldTree.Empty);
            }

            return;
        }

        if (node is not JsonObject map) return;
        foreach (var (element, was) in last.Children)
        {
            if (!element.StartsWith("f:", StringComparison.Ordinal)) continue;
            var name = element[2..];
            if (!map.TryGetPropertyValue(name, out var value)) continue;
            var keep = kept.Child(element);
            if (was.IsMember && keep is null) map.Remove(name);
            else if (value is not null && was.HasChildren)
            {
                var inner = schema.Object is { } message ? message.Find(name)?.Value ?? Schemas.Raw : schema.Items ?? Schemas.Raw;
                Prune(value, inner, was, keep ?? FieldTree.Empty);

                // What was there only for what it held goes with it.
                if (value is JsonArray { Count: 0 } && keep is null) map.Remove(name);
            }
        }
    }

    private static void MergeLists(JsonArray current, JsonArray applied, ValueSchema schema)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < current.Count; i++)
            if (ElementOf(current[i], schema) is { } element) places.TryAdd(element, i);
        foreach (var item in applied)
        {
            if (ElementOf(item, schema) is { } element && places.TryGetValue(element, out var place))
            {
                if (schema.ListType != ListType.Map) continue;
                var live = current[place];
                current[place] = null;
                current[place] = Merge(live, item, schema.Items!);
            }
            else current.Add(item?.DeepClone());
        }
    }

    private static JsonNode? Detach(JsonObject map, string name)
    {
        map.Remove(name, out var value);
        return value;
    }

    private static string? ElementOf(JsonNode? item, ValueSchema list)
    {
        var element = JsonSerializer.SerializeToElement(item, JsonContext.Default.JsonNode!);
        return list.ListType == ListType.Map ? PathElements.Keyed(element, list) : "v:" + element.GetRawText();
    }
}
