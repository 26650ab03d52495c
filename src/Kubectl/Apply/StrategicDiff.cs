using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Apply;

/// <summary>
/// Finds the strategic merge patch between two versions of an object, by the merge keys and strategies of its schema.
/// </summary>
/// <param name="additions">The patch says what to add and change.</param>
/// <param name="deletions">The patch says what to delete.</param>
internal sealed class StrategicDiff(bool additions, bool deletions)
{
    public const string Directive = "$patch";
    public const string RetainKeys = "$retainKeys";
    public const string OrderPrefix = "$setElementOrder/";
    public const string DeletePrefix = "$deleteFromPrimitiveList/";

    /// <summary>The patch that leads from one object to the other; empty when there is nothing to do.</summary>
    /// <param name="before">The object as it is.</param>
    /// <param name="after">The object as it should be.</param>
    /// <param name="schema">Its schema; null where fields have none.</param>
    /// <param name="retainKeys">The patch lists the fields that stay, because setting one of them rules out others.</param>
    public JsonObject Between(JsonObject before, JsonObject after, ObjectSchema? schema, bool retainKeys = false)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            if (!before.TryGetPropertyValue(name, out var old))
            {
                if (additions) patch[name] = value?.DeepClone();
            }
            else if (Sort(old) != Sort(value))
            {
                if (additions) patch[name] = value?.DeepClone();
            }
            else Field(patch, name, old, value, schema?.Find(name));
        }

        if (deletions)
            foreach (var (name, _) in before)
                if (!after.ContainsKey(name)) patch[name] = null;
        if (retainKeys && (patch.Count > 0 || before.Any(f => f.Value is not null && !after.ContainsKey(f.Key))))
            patch[RetainKeys] = new JsonArray([.. after.Where(static f => f.Value is not null).Select(static f => f.Key).Order(StringComparer.Ordinal).Select(static k => JsonValue.Create(k))]);
        return patch;
    }

    private static JsonValueKind Sort(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        var kind => kind.Value,
    };

    private void Field(JsonObject patch, string name, JsonNode? old, JsonNode? value, FieldSchema? field)
    {
        if (old is JsonObject oldMap && value is JsonObject map)
        {
            if (field?.PatchReplace == true)
            {
                if (additions) patch[name] = value.DeepClone(); // upstream does not compare here
                return;
            }

            var change = Between(oldMap, map, field?.Value.Object, field?.PatchRetainKeys == true);
            if (change.Count > 0) patch[name] = change;
        }
        else if (old is JsonArray oldList && value is JsonArray list && field?.PatchMerge == true) List(patch, name, oldList, list, field);
        else if (additions && !JsonNode.DeepEquals(old, value)) patch[name] = value?.DeepClone();
    }

    private void List(JsonObject patch, string name, JsonArray old, JsonArray list, FieldSchema field)
    {
        if (old.Count == 0)
        {
            if (list.Count > 0 && additions) patch[name] = list.DeepClone();
        }
        else if (field.PatchMergeKey is { } key) Maps(patch, name, old, list, field, key);
        else Scalars(patch, name, old, list);
    }

    private void Maps(JsonObject patch, string name, JsonArray old, JsonArray list, FieldSchema field, string key)
    {
        var before = old.Select(o => (Key: KeyText(o, key), Item: (JsonObject)o!)).OrderBy(static e => e.Key, StringComparer.Ordinal).ToList();
        var after = list.Select(o => (Key: KeyText(o, key), Item: (JsonObject)o!)).OrderBy(static e => e.Key, StringComparer.Ordinal).ToList();
        var changes = new List<JsonObject>();
        var gone = new List<JsonObject>();
        for (int i = 0, j = 0; i < before.Count || j < after.Count;)
        {
            var order = i == before.Count ? 1 : j == after.Count ? -1 : string.CompareOrdinal(before[i].Key, after[j].Key);
            if (order == 0)
            {
                var item = after[j++].Item;
                var change = Between(before[i++].Item, item, field.Value.Items?.Object, field.PatchRetainKeys);
                if (change.Count == 0) continue;
                change[key] = item[key]!.DeepClone();
                changes.Add(change);
            }
            else if (order > 0)
            {
                var item = after[j++].Item;
                if (additions) changes.Add((JsonObject)item.DeepClone());
            }
            else
            {
                var item = before[i++].Item;
                if (deletions) gone.Add(new JsonObject { [Directive] = "delete", [key] = item[key]!.DeepClone() });
            }
        }

        var places = list.Select((o, i) => (Key: KeyText(o, key), Place: i)).GroupBy(static p => p.Key).ToDictionary(static g => g.Key, static g => g.First().Place);
        List<JsonObject> all = [.. changes.OrderBy(c => places[KeyText(c, key)]), .. gone];
        var sameOrder = old.Count == list.Count && old.Zip(list).All(p => KeyText(p.First, key) == KeyText(p.Second, key));
        if (all.Count > 0) patch[name] = new JsonArray([.. all]);
        if ((additions && (all.Count > 0 || !sameOrder)) || (deletions && all.Count > 0))
            patch[OrderPrefix + name] = new JsonArray([.. list.Select(o => new JsonObject { [key] = o![key]!.DeepClone() })]);
    }

    private void Scalars(JsonObject patch, string name, JsonArray old, JsonArray list)
    {
        var added = list.Where(v => !Contains(old, v)).Select(static v => v?.DeepClone()).ToList();
        var gone = old.Where(v => !Contains(list, v)).DistinctBy(static v => v?.ToJsonString()).Select(static v => v?.DeepClone()).ToList();
        if (additions && added.Count > 0) patch[name] = new JsonArray([.. added]);
        if (deletions && gone.Count > 0) patch[DeletePrefix + name] = new JsonArray([.. gone]);
        if ((deletions && gone.Count > 0) || (additions && !JsonNode.DeepEquals(old, list))) patch[OrderPrefix + name] = list.DeepClone();
    }

    private static bool Contains(JsonArray list, JsonNode? value) => list.Any(v => JsonNode.DeepEquals(v, value));

    private static string KeyText(JsonNode? item, string key) =>
        item is JsonObject map && map[key] is { } value ? value.ToString() : throw new KubectlException($"map: {Printing.GoText.Plain(item)} does not contain declared merge key: {key}");
}
