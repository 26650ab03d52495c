using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>How two states of an object differ.</summary>
/// <param name="Changed">Fields that are new or have another value.</param>
/// <param name="Removed">Fields that are gone.</param>
internal readonly record struct FieldDifference(FieldTree Changed, FieldTree Removed);

/// <summary>Finds the fields of JSON documents by their schema, and the differences of two of them.</summary>
internal static class FieldWalker
{
    private static readonly ConcurrentDictionary<string, string> s_declared = new(StringComparer.Ordinal);

    /// <summary>The fields an applied configuration sets.</summary>
    public static FieldTree FieldsOf(JsonElement value, ValueSchema schema)
    {
        if (IsLeaf(value, schema)) return FieldTree.Leaf;
        var tree = new FieldTree();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                if (ElementOf(item, schema) is { } element) tree.Add(element, FieldTree.Leaf.Union(schema.ListType == ListType.Map ? FieldsOf(item, schema.Items!) : FieldTree.Empty));
            return tree;
        }

        foreach (var property in value.EnumerateObject())
        {
            var (element, inner, declared) = Below(property.Name, schema);
            var child = FieldsOf(property.Value, inner);
            var self = !declared || property.Value.ValueKind == JsonValueKind.Null || (property.Value.ValueKind == JsonValueKind.Object && !property.Value.EnumerateObject().Any());
            tree.Add(element, self ? FieldTree.Leaf.Union(child) : child);
        }

        return tree;
    }

    /// <summary>How a document differs from the one before.</summary>
    public static FieldDifference Compare(JsonElement before, JsonElement after, ValueSchema schema)
    {
        if (JsonMarshal.GetRawUtf8Value(before).SequenceEqual(JsonMarshal.GetRawUtf8Value(after))) return new(FieldTree.Empty, FieldTree.Empty);
        var beforeLeaf = before.ValueKind != after.ValueKind || IsLeaf(after, schema) || IsLeaf(before, schema);
        if (beforeLeaf)
        {
            // A list or map that was null is one that was empty.
            if (before.ValueKind == JsonValueKind.Null && !IsLeaf(after, schema)) return new(Below(Added(after, schema)), FieldTree.Empty);
            if (after.ValueKind == JsonValueKind.Null && !IsLeaf(before, schema)) return new(FieldTree.Empty, Below(Added(before, schema)));

            // Raw values keep the blanks they were sent with: they are held against each other by what they say.
            return JsonElement.DeepEquals(before, after) ? new(FieldTree.Empty, FieldTree.Empty) : new(FieldTree.Leaf, FieldTree.Empty);
        }

        return after.ValueKind == JsonValueKind.Array ? CompareLists(before, after, schema) : CompareObjects(before, after, schema);
    }

    private static FieldTree Below(FieldTree tree)
    {
        var result = new FieldTree();
        foreach (var (element, child) in tree.Children) result.Add(element, child);
        return result;
    }

    private static FieldDifference CompareObjects(JsonElement before, JsonElement after, ValueSchema schema)
    {
        var changed = new FieldTree();
        var removed = new FieldTree();
        var ahead = before.EnumerateObject();
        var inStep = ahead.MoveNext();
        foreach (var property in after.EnumerateObject())
        {
            // Both were written by the same encoder: mostly the same names come in the same order.
            bool had;
            JsonElement old;
            if (inStep && JsonMarshal.GetRawUtf8PropertyName(property).SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(ahead.Current)))
            {
                had = true;
                old = ahead.Current.Value;
                inStep = ahead.MoveNext();
            }
            else had = before.TryGetProperty(property.Name, out old);

            if (had && JsonMarshal.GetRawUtf8Value(old).SequenceEqual(JsonMarshal.GetRawUtf8Value(property.Value))) continue;
            var (element, inner, _) = Below(property.Name, schema);
            if (!had)
            {
                changed.Add(element, Added(property.Value, inner));
                continue;
            }

            var difference = Compare(old, property.Value, inner);
            changed.Add(element, difference.Changed);
            removed.Add(element, difference.Removed);
        }

        foreach (var property in before.EnumerateObject())
            if (!after.TryGetProperty(property.Name, out _)) removed.Add(Below(property.Name, schema).Element, FieldTree.Leaf);
        return new(changed, removed);
    }

    private static FieldDifference CompareLists(JsonElement before, JsonElement after, ValueSchema schema)
    {
        var changed = new FieldTree();
        var removed = new FieldTree();
        var old = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var item in before.EnumerateArray())
            if (ElementOf(item, schema) is { } element) old[element] = item;
        foreach (var item in after.EnumerateArray())
        {
            if (ElementOf(item, schema) is not { } element) continue;
            if (!old.Remove(element, out var earlier))
            {
                changed.Add(element, Added(item, schema.Items!));
                continue;
            }

            if (schema.ListType != ListType.Map) continue;
            var difference = Compare(earlier, item, schema.Items!);
            changed.Add(element, difference.Changed);
            removed.Add(element, difference.Removed);
        }

        foreach (var element in old.Keys) removed.Add(element, FieldTree.Leaf);
        return new(changed, removed);
    }

    /// <summary>A value that was not there before: itself and everything in it.</summary>
    private static FieldTree Added(JsonElement value, ValueSchema schema)
    {
        if (IsLeaf(value, schema)) return FieldTree.Leaf;
        var tree = new FieldTree { IsMember = true };
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                if (ElementOf(item, schema) is { } element) tree.Add(element, schema.ListType == ListType.Map ? Added(item, schema.Items!) : FieldTree.Leaf);
        }
        else
        {
            foreach (var property in value.EnumerateObject())
            {
                var (element, inner, _) = Below(property.Name, schema);
                tree.Add(element, Added(property.Value, inner));
            }
        }

        return tree.HasChildren ? tree : FieldTree.Leaf;
    }

    private static bool IsLeaf(JsonElement value, ValueSchema schema) => value.ValueKind switch
    {
        JsonValueKind.Object => schema.IsAtomic || schema.Kind is not (ValueKind.Object or ValueKind.Map),
        JsonValueKind.Array => schema.Kind != ValueKind.List || schema.ListType is not (ListType.Map or ListType.Set),
        _ => true,
    };

    private static string? ElementOf(JsonElement item, ValueSchema list) => list.ListType == ListType.Map ? PathElements.Keyed(item, list) : "v:" + item.GetRawText();

    private static (string Element, ValueSchema Inner, bool Declared) Below(string name, ValueSchema schema)
    {
        if (schema.Object is { } message)
            return message.Find(name) is { } field ? (s_declared.GetOrAdd(name, static n => "f:" + n), field.Value, true) : ("f:" + name, Schemas.Raw, false);
        return ("f:" + name, schema.Items ?? Schemas.Raw, false);
    }
}
