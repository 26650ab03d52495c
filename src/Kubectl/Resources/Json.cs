using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Kubectl.Printing;

namespace Tiphys.Kubectl.Resources;

/// <summary>Shorthands for API objects as JSON documents: kubectl must handle kinds it has no type for.</summary>
internal static class Json
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 512 };

    public static JsonNode? Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: s_options);

    public static JsonObject ParseObject(ReadOnlySpan<byte> json) => Parse(json) as JsonObject ?? throw new FormatException("the server's answer is no object");

    /// <summary>The bytes as Go's encoder writes them: compact, keys sorted.</summary>
    public static byte[] Bytes(JsonNode? node) => Encoding.UTF8.GetBytes(GoJson.Compact(node));

    /// <summary>The text at a path; empty when something else or nothing is there.</summary>
    public static string Text(JsonNode? node, params ReadOnlySpan<string> path) => At(node, path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node is not JsonObject o) return null;
            node = o[name];
        }

        return node;
    }

    public static string Name(JsonNode? item) => Text(item, "metadata", "name");

    public static string Namespace(JsonNode? item) => Text(item, "metadata", "namespace");

    public static string Kind(JsonNode? item) => Text(item, "kind");

    public static string ApiVersion(JsonNode? item) => Text(item, "apiVersion");

    public static string ResourceVersion(JsonNode? item) => Text(item, "metadata", "resourceVersion");

    /// <summary>Labels in the order of their keys.</summary>
    public static SortedDictionary<string, string> Labels(JsonNode? item)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (At(item, "metadata", "labels") is not JsonObject map) return labels;
        foreach (var (key, value) in map) labels[key] = Text(value);
        return labels;
    }

    /// <summary>Group and version of an apiVersion.</summary>
    public static (string Group, string Version) GroupVersion(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
    }

    /// <summary>Whether the object is a list of objects.</summary>
    public static bool IsList(JsonNode? item) => item is JsonObject o && o["items"] is JsonArray;

    /// <summary>The objects of a list, each with kind and apiVersion, which servers leave out of lists of one kind.</summary>
    public static IEnumerable<JsonObject> Items(JsonObject list)
    {
        var kind = Kind(list);
        var itemKind = kind.EndsWith("List", StringComparison.Ordinal) ? kind[..^4] : kind;
        foreach (var node in ((JsonArray)list["items"]!).ToList())
        {
            if (node is not JsonObject item) continue;
            ((JsonArray)list["items"]!).Remove(item);
            if (itemKind.Length > 0)
            {
                if (Kind(item).Length == 0) item["kind"] = itemKind;
                if (ApiVersion(item).Length == 0) item["apiVersion"] = ApiVersion(list);
            }

            yield return item;
        }
    }

    /// <summary>Sets or, when the text is empty, removes a field of the metadata.</summary>
    public static void SetMetadata(JsonObject item, string field, string text)
    {
        if (item["metadata"] is not JsonObject metadata)
        {
            if (text.Length == 0) return;
            item["metadata"] = metadata = [];
        }

        if (text.Length == 0) metadata.Remove(field);
        else metadata[field] = text;
    }
}
