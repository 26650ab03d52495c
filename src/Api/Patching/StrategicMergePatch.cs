using System.Text.Json.Nodes;

namespace Tiphys.Api;

/// <summary>
/// Kubernetes' own merge: objects merge field by field, and lists whose declaration names a merge key merge entry by entry.
/// Directives in the patch (<c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder</c>, <c>$deleteFromPrimitiveList</c>) say the rest.
/// </summary>
public static class StrategicMergePatch
{
    private const string PatchDirective = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";

    /// <summary>Merges a patch into a target; both may be changed.</summary>
    /// <exception cref="FormatException">A directive makes no sense, or an entry lacks its key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, ObjectSchema? schema)
    {
        if (patch[PatchDirective] is { } directive)
        {
            patch.Remove(PatchDirective);
            switch (directive.GetValue<string>())
            {
                case "replace": return Cleaned(patch);
                case "delete": return [];
                case "merge": break;
                default: throw new FormatException($"unknown patch type: {directive}");
            }
        }

        if (patch[RetainKeys] is JsonArray retained)
        {
            var keep = retained.Select(static n => n!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            foreach (var name in target.Select(static f => f.Key).Where(n => !keep.Contains(n)).ToList()) target.Remove(name);
        }

        var orders = OrdersOf(target, patch, schema);
        foreach (var (name, value) in patch.ToList())
        {
            if (name == RetainKeys) continue;
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal)) DeletePrimitives(target, name[DeletePrefix.Length..], (JsonArray)value!);
            else if (!name.StartsWith(OrderPrefix, StringComparison.Ordinal)) Field(target, patch, name, value, schema?.Find(name));
        }

        foreach (var (name, order, before) in orders) Order(target, name, order, before, schema);
        return target;
    }

    /// <summary>The orders a patch asks for, with those that the lists had before.</summary>
    private static List<(string Name, JsonArray Order, MergeOrder Before)> OrdersOf(JsonObject target, JsonObject patch, ObjectSchema? schema) =>
    [
        .. from field in patch
           where field.Key.StartsWith(OrderPrefix, StringComparison.Ordinal)
           let name = field.Key[OrderPrefix.Length..]
           select (name, (JsonArray)field.Value!, new MergeOrder(target[name] as JsonArray ?? [], schema?.Find(name)?.PatchMergeKey)),
    ];

    private static void Field(JsonObject target, JsonObject patch, string name, JsonNode? value, FieldSchema? field)
    {
        if (value is null)
        {
            target.Remove(name);
            return;
        }

        patch.Remove(name);
        var before = target[name];
        target.Remove(name);
        var result = (value, before) switch
        {
            (JsonObject change, _) when field?.PatchReplace == true => Cleaned(change),
            (JsonObject change, JsonObject old) => Apply(old, change, field?.Value.Object),
            (JsonObject change, _) => Apply([], change, field?.Value.Object),
            (JsonArray change, JsonArray old) when field?.PatchMerge == true => MergeList(old, change, field),
            (JsonArray change, _) when field?.PatchMerge == true => MergeList([], change, field),
            (JsonArray change, _) => CleanedList(change),
            _ => value,
        };

        // A message that is deleted whole leaves nothing behind.
        if (result is JsonObject { Count: 0 } && value is JsonObject { Count: 0 } && before is not null && field?.Value.Kind == ValueKind.Object && result != before) return;
        target[name] = result;
    }

    private static JsonArray MergeList(JsonArray old, JsonArray patch, FieldSchema field)
    {
        var key = field.PatchMergeKey;
        return key is null ? MergeValues(old, patch) : MergeEntries(old, patch, key, field.Value.Items?.Object);
    }

    private static JsonArray MergeValues(JsonArray old, JsonArray patch)
    {
        var order = new MergeOrder(old, null);
        var wanted = patch.Select(static v => v?.DeepClone()).ToList();
        var merged = new List<JsonNode?>();
        foreach (var value in Take(old).Concat(Take(patch)))
            if (!merged.Exists(m => JsonNode.DeepEquals(m, value))) merged.Add(value);
        return order.Arrange(merged, wanted);
    }

    private static JsonArray MergeEntries(JsonArray old, JsonArray patch, string key, ObjectSchema? schema)
    {
        var changes = Take(patch).OfType<JsonObject>().ToList();
        if (changes.Exists(static c => Directive(c) == "replace" && c.Count == 1))
        {
            // The entries beside the directive are the list.
            return [.. changes.Where(static c => Directive(c) is null).Select(c => Apply([], WithKey(c, key), schema))];
        }

        foreach (var change in changes.Where(static c => Directive(c) == "delete"))
        {
            // Every entry of the key goes, should there be several.
            var id = Id(change, key);
            for (var at = IndexOf(old, key, id); at >= 0; at = IndexOf(old, key, id)) old.RemoveAt(at);
        }

        var order = new MergeOrder(old, key);
        var wanted = new List<JsonNode?>();
        foreach (var change in changes.Where(static c => Directive(c) != "delete"))
        {
            var id = Id(change, key);
            wanted.Add(id.DeepClone());
            var at = IndexOf(old, key, id);
            if (at < 0) old.Add((JsonNode)Apply([], change, schema));
            else
            {
                var entry = (JsonObject)old[at]!;
                old.RemoveAt(at);
                old.Insert(at, Apply(entry, change, schema));
            }
        }

        return order.Arrange(Take(old), wanted);
    }

    private static JsonObject WithKey(JsonObject change, string key)
    {
        _ = Id(change, key);
        return change;
    }

    private static JsonNode Id(JsonObject change, string key) =>
        change[key] ?? throw new FormatException($"map: {change.ToJsonString()} does not contain declared merge key: {key}");

    /// <summary>Puts a merged list into the order the patch asks for.</summary>
    private static void Order(JsonObject target, string name, JsonArray order, MergeOrder before, ObjectSchema? schema)
    {
        if (target[name] is not JsonArray list) return;
        var key = schema?.Find(name)?.PatchMergeKey;
        var wanted = order.Select(o => key is null ? o : (o as JsonObject)?[key]).ToList();
        target[name] = before.Arrange(Take(list), wanted);
    }

    private static void DeletePrimitives(JsonObject target, string name, JsonArray values)
    {
        if (target[name] is not JsonArray list) return;
        for (var i = list.Count - 1; i >= 0; i--)
            if (values.Any(v => JsonNode.DeepEquals(v, list[i]))) list.RemoveAt(i);
    }

    private static string? Directive(JsonObject change) => change[PatchDirective]?.GetValue<string>();

    private static int IndexOf(JsonArray list, string key, JsonNode id)
    {
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject entry && JsonNode.DeepEquals(entry[key], id)) return i;
        return -1;
    }

    /// <summary>Empties a list and returns its entries, free to be put elsewhere.</summary>
    private static List<JsonNode?> Take(JsonArray list)
    {
        var entries = list.ToList();
        list.Clear();
        return entries;
    }

    /// <summary>A new value without the directives a patch may carry.</summary>
    private static JsonObject Cleaned(JsonObject value) => Apply([], value, null);

    private static JsonArray CleanedList(JsonArray values)
    {
        var entries = Take(values);
        foreach (var entry in entries)
        {
            if (entry is JsonObject o && Directive(o) is not null) o.Remove(PatchDirective);
            values.Add(entry);
        }

        return values;
    }
}
