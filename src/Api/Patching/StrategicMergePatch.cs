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

        foreach (var (name, value) in patch.ToList())
        {
            if (name == RetainKeys) continue;
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal)) DeletePrimitives(target, name[DeletePrefix.Length..], (JsonArray)value!);
            else if (!name.StartsWith(OrderPrefix, StringComparison.Ordinal)) Field(target, patch, name, value, schema?.Find(name));
        }

        foreach (var (name, value) in patch.ToList())
            if (name.StartsWith(OrderPrefix, StringComparison.Ordinal)) Order(target, name[OrderPrefix.Length..], (JsonArray)value!, schema);
        return target;
    }

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
        if (field.PatchMergeKey is not { } key)
        {
            foreach (var value in Take(patch))
                if (!old.Any(o => JsonNode.DeepEquals(o, value))) old.Add(value);
            return old;
        }

        var changes = Take(patch).OfType<JsonObject>().ToList();
        if (changes.Any(static c => Directive(c) == "replace" && c.Count == 1))
            old = [];
        foreach (var change in changes)
        {
            var directive = Directive(change);
            if (directive == "replace" && change.Count == 1) continue;
            var id = change[key] ?? throw new FormatException($"map: {change.ToJsonString()} does not contain declared merge key: {key}");
            var at = IndexOf(old, key, id);
            if (directive == "delete")
            {
                // Every entry of the key goes, should there be several.
                for (; at >= 0; at = IndexOf(old, key, id)) old.RemoveAt(at);
                continue;
            }

            if (at < 0) old.Add((JsonNode)Apply([], change, field.Value.Items?.Object));
            else
            {
                var entry = (JsonObject)old[at]!;
                old.RemoveAt(at);
                old.Insert(at, Apply(entry, change, field.Value.Items?.Object));
            }
        }

        return old;
    }

    /// <summary>Puts a merged list into the order the patch asks for; entries it does not name keep their place among their neighbours.</summary>
    private static void Order(JsonObject target, string name, JsonArray order, ObjectSchema? schema)
    {
        if (target[name] is not JsonArray list) return;
        var key = schema?.Find(name)?.PatchMergeKey;
        var wanted = order.Select(o => key is null ? o : (o as JsonObject)?[key]).ToList();
        var entries = Take(list);
        var ranks = new double[entries.Count];
        var last = -1;
        for (var i = 0; i < entries.Count; i++)
        {
            var id = key is null ? entries[i] : (entries[i] as JsonObject)?[key];
            var rank = wanted.FindIndex(w => JsonNode.DeepEquals(w, id));
            if (rank >= 0) last = rank;
            ranks[i] = rank >= 0 ? rank : last + 0.5;
        }

        foreach (var index in Enumerable.Range(0, entries.Count).OrderBy(i => ranks[i])) list.Add(entries[index]);
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
