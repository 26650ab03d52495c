using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Apply;

/// <summary>
/// The patch of client-side apply: whatever the new configuration has and the live object has not is set, and whatever the last
/// configuration had and the new one has not is deleted; the rest of the live object is not ours.
/// </summary>
internal static class ThreeWayMerge
{
    /// <summary>A strategic merge patch, for kinds with a schema.</summary>
    /// <param name="original">What was applied last.</param>
    /// <param name="modified">What is to be applied.</param>
    /// <param name="current">The live object.</param>
    /// <param name="schema">Schema of the kind.</param>
    /// <param name="overwrite">Whether fields that others have changed since are set nevertheless.</param>
    /// <exception cref="KubectlException">Others have changed what the patch sets, and overwriting is not wanted.</exception>
    public static JsonObject Strategic(JsonObject original, JsonObject modified, JsonObject current, ObjectSchema schema, bool overwrite)
    {
        var changes = new StrategicDiff(additions: true, deletions: false).Between(current, modified, schema);
        var deletions = new StrategicDiff(additions: false, deletions: true).Between(original, modified, schema);
        var patch = Join(deletions, changes, schema);
        if (!overwrite && Conflicts(patch, new StrategicDiff(additions: true, deletions: true).Between(original, current, schema)))
            throw new KubectlException("patch:\n" + patch.ToJsonString() + "\nconflicts with changes made from original to current");
        return patch;
    }

    /// <summary>A JSON merge patch, for kinds without.</summary>
    public static JsonObject Plain(JsonObject original, JsonObject modified, JsonObject current)
    {
        var patch = Deleted(original, modified);
        Add(patch, Changed(current, modified));
        return patch;
    }

    /// <summary>Puts two patches together; what the second says counts.</summary>
    private static JsonObject Join(JsonObject first, JsonObject second, ObjectSchema? schema)
    {
        foreach (var (name, value) in second.ToList())
        {
            var field = schema?.Find(name);
            second.Remove(name);
            first[name] = (first[name], value) switch
            {
                (JsonObject a, JsonObject b) => Join(Detached(first, name, a), b, field?.Value.Object),
                (JsonArray a, JsonArray b) when field is { PatchMerge: true, PatchMergeKey: { } key } => JoinLists(a, b, key, field),
                (JsonArray a, JsonArray b) when field is { PatchMerge: true } => new JsonArray([.. a.Concat(b.Where(v => !a.Any(o => JsonNode.DeepEquals(o, v)))).Select(static v => v?.DeepClone())]),
                _ => value,
            };
        }

        return first;
    }

    private static JsonArray JoinLists(JsonArray first, JsonArray second, string key, FieldSchema field)
    {
        var joined = second.Select(static v => (JsonObject)v!.DeepClone()).ToList();
        foreach (var item in first.OfType<JsonObject>())
        {
            var at = joined.FindIndex(j => JsonNode.DeepEquals(j[key], item[key]));
            if (at < 0) joined.Add((JsonObject)item.DeepClone());
            else joined[at] = Join((JsonObject)item.DeepClone(), joined[at], field.Value.Items?.Object);
        }

        return new JsonArray([.. joined]);
    }

    private static JsonObject Detached(JsonObject parent, string name, JsonObject child)
    {
        parent.Remove(name);
        return child;
    }

    private static bool Conflicts(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject a, JsonObject b) => a.Any(f => !f.Key.StartsWith('$') && b.TryGetPropertyValue(f.Key, out var other) && Conflicts(f.Value, other)),
        _ => !JsonNode.DeepEquals(left, right),
    };

    private static JsonObject Changed(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            if (value is null) continue;
            var known = before.TryGetPropertyValue(name, out var old);
            if (known && old is JsonObject a && value is JsonObject b)
            {
                if (Changed(a, b) is { Count: > 0 } change) patch[name] = change;
            }
            else if (!known || !JsonNode.DeepEquals(old, value)) patch[name] = value.DeepClone();
        }

        return patch;
    }

    private static JsonObject Deleted(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, old) in before)
        {
            if (!after.TryGetPropertyValue(name, out var value) || value is null) patch[name] = null;
            else if (old is JsonObject a && value is JsonObject b && Deleted(a, b) is { Count: > 0 } deleted) patch[name] = deleted;
        }

        return patch;
    }

    private static void Add(JsonObject patch, JsonObject changes)
    {
        foreach (var (name, value) in changes.ToList())
        {
            if (patch[name] is JsonObject a && value is JsonObject b) Add(a, b);
            else
            {
                changes.Remove(name);
                patch[name] = value;
            }
        }
    }
}
