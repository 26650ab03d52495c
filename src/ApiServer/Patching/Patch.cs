using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>A patch of any of the four kinds, parsed.</summary>
internal sealed class Patch
{
    private readonly Func<JsonNode, JsonNode> _apply;

    private Patch(ReadOnlyMemory<byte> document, bool isApply, Func<JsonNode, JsonNode> apply)
    {
        Document = document;
        IsApply = isApply;
        _apply = apply;
    }

    /// <summary>The patch itself, as JSON.</summary>
    public ReadOnlyMemory<byte> Document { get; }

    /// <summary>Whether it is a server-side apply, which <see cref="IFieldManager.Apply"/> carries out.</summary>
    public bool IsApply { get; }

    /// <summary>Parses a patch.</summary>
    /// <exception cref="StatusException">415: unknown kind of patch; 400: malformed.</exception>
    public static Patch Parse(string contentType, byte[] bytes, ObjectSchema schema)
    {
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
        try
        {
            switch (type)
            {
                case PatchType.Json:
                    var operations = JsonPatch.Parse(bytes);
                    return new Patch(bytes, false, operations.Apply);
                case PatchType.Merge:
                    var merge = ParseObject(bytes);
                    return new Patch(bytes, false, target => MergePatch.Apply(target, merge)!);
                case PatchType.StrategicMerge:
                    var strategic = ParseObject(bytes);
                    StrategicFaults.Check(strategic, schema);
                    return new Patch(bytes, false, target => StrategicMergePatch.Apply((JsonObject)target, (JsonObject)strategic.DeepClone(), schema));
                case PatchType.Apply:
                    return new Patch(YamlJson.ConvertOne(new StreamReader(new MemoryStream(bytes), Encoding.UTF8)), true, static target => target);
                default:
                    throw ApiErrors.UnsupportedPatch();
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            if (type == PatchType.Apply) throw ApiErrors.BadRequest($"error decoding YAML: {e.Message}");
            throw ApiErrors.BadRequest(e is JsonException ? $"error decoding patch: {JsonSyntax.Fault(bytes) ?? e.Message}" : e.Message);
        }
    }

    /// <summary>Applies the patch to an object.</summary>
    /// <exception cref="StatusException">422: the patch does not fit the object.</exception>
    public byte[] ApplyTo(byte[] json)
    {
        var target = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 512 })!;
        try
        {
            return Encoding.UTF8.GetBytes(_apply(target).ToJsonString(s_compact));
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    private static readonly JsonSerializerOptions s_compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512, TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine() };

    private static JsonObject ParseObject(byte[] bytes) =>
        JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = 512 }) as JsonObject ?? throw new JsonException("json: cannot unmarshal array into Go value of type map[string]interface {}");
}
