using System.Text.Json;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>What a configuration must be before it can be applied to anything.</summary>
internal static class AppliedConfiguration
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 512 };

    /// <summary>Refuses a configuration that is none of this kind. Unlike other bodies it must say itself what it is.</summary>
    /// <exception cref="StatusException">400.</exception>
    public static void Check(ReadOnlyMemory<byte> configuration, KindInfo kind)
    {
        using var document = JsonDocument.Parse(configuration, s_options);
        var root = document.RootElement;
        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw ApiErrors.BadRequest($"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {NameOf(root.ValueKind)} into Go value of type map[string]interface {{}}");
        var (apiVersion, name) = (Text(root, "apiVersion"), Text(root, "kind"));
        if (apiVersion != kind.ApiVersion || name != kind.Kind) throw ApiErrors.BadRequest($"invalid object type: {Show(apiVersion, name)}");
        if (root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("managedFields", out var managed) && managed.ValueKind != JsonValueKind.Null)
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
    }

    private static string Text(JsonElement root, string field) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Show(string apiVersion, string kind) => apiVersion.Count(static c => c == '/') switch
    {
        0 => $"/{apiVersion}, Kind={kind}",
        1 => $"{apiVersion}, Kind={kind}",
        _ => "/, Kind=", // such a version makes the whole type unreadable
    };

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };
}
