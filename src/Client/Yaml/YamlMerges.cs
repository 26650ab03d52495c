using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.Client;

/// <summary>YAML's merge keys (<c>&lt;&lt;: *defaults</c>): maps that give another map the fields it does not have itself.</summary>
internal static class YamlMerges
{
    /// <summary>The name merge keys go by until they are resolved; no text of a manifest can be it.</summary>
    public const string Mark = "\ufdd0<<";

    /// <summary>The document with its merges carried out.</summary>
    /// <exception cref="FormatException">What is to be merged is no map.</exception>
    public static byte[] Resolve(ReadOnlySpan<byte> json)
    {
        var node = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 512, AllowDuplicateProperties = true });
        Resolve(node);
        return Encoding.UTF8.GetBytes(node!.ToJsonString(s_options));
    }

    private static readonly JsonSerializerOptions s_options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 512,
        TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine(),
    };

    private static void Resolve(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Resolve(item);
        }
        else if (node is JsonObject map)
        {
            foreach (var (_, value) in map) Resolve(value);
            if (!map.TryGetPropertyValue(Mark, out var merged)) return;
            map.Remove(Mark);
            foreach (var source in merged is JsonArray several ? several.ToArray() : [merged])
            {
                if (source is not JsonObject fields) throw new FormatException("error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value");
                foreach (var (name, value) in fields)
                    if (!map.ContainsKey(name)) map[name] = value?.DeepClone();
            }
        }
    }
}
