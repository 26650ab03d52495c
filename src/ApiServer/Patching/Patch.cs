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

    private Patch(ReadOnlyMemory<byte> document, string type, Func<JsonNode, JsonNode> apply)
    {
        Document = document;
        Type = type;
        _apply = apply;
    }

    /// <summary>The patch itself, as JSON.</summary>
    public ReadOnlyMemory<byte> Document { get; }

    /// <summary>Its kind, one of <see cref="PatchType"/>.</summary>
    public string Type { get; }

    /// <summary>Whether it is a server-side apply, which <see cref="IFieldManager.Apply"/> carries out.</summary>
    public bool IsApply => Type == PatchType.Apply;

    /// <summary>What strict readers find wrong with the patch itself: fields that come twice, or that no operation has.</summary>
    public IReadOnlyList<string> Unexpected { get; private init; } = [];

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
                    return new Patch(bytes, type, operations.Apply) { Unexpected = operations.Unexpected };
                case PatchType.Merge:
                    var merge = ParseObject(bytes) ?? throw ApiErrors.BadRequest("Invalid JSON Patch");
                    return new Patch(bytes, type, target => MergePatch.Apply(target, merge)!) { Unexpected = Twice(bytes, schema) };
                case PatchType.StrategicMerge:
                    var strategic = ParseObject(bytes) ?? [];
                    StrategicFaults.Check(strategic, schema);
                    return new Patch(bytes, type, target => StrategicMergePatch.Apply((JsonObject)target, (JsonObject)strategic.DeepClone(), schema)) { Unexpected = Twice(bytes, schema) };
                case PatchType.Apply:
                    return new Patch(YamlJson.ConvertOne(new StreamReader(new MemoryStream(bytes), Encoding.UTF8)), type, static target => target);
                default:
                    throw ApiErrors.UnsupportedPatch();
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            if (type == PatchType.Apply) throw ApiErrors.BadRequest($"error decoding YAML: {e.Message}");
            throw ApiErrors.BadRequest(e is JsonException ? $"{(type == PatchType.StrategicMerge ? "" : "error decoding patch: ")}{JsonSyntax.Fault(bytes) ?? e.Message}" : e.Message);
        }
    }

    /// <summary>What refusals show: the patch where values are converted, and elsewhere what it makes of the object.</summary>
    public string Shown(ReadOnlySpan<byte> changed) => Type == PatchType.StrategicMerge ? StrategicFaults.Show(PatchFaults.Parse(Document)) : Encoding.UTF8.GetString(changed);

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

    /// <summary>The patch that a body holds; null for a null.</summary>
    private static JsonObject? ParseObject(byte[] bytes) => PatchFaults.Parse(bytes) switch
    {
        null => null,
        JsonObject patch => patch,
        var other => throw new JsonException($"json: cannot unmarshal {PatchFaults.Kind(other)} into Go value of type map[string]interface {{}}"),
    };

    private static List<string> Twice(byte[] bytes, ObjectSchema schema) => StrictFields.Check(bytes, schema).FindAll(static e => e.StartsWith("duplicate field", StringComparison.Ordinal));
}
