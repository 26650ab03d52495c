using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>What upstream says of patches that do not fit.</summary>
internal static partial class PatchFaults
{
    /// <summary>422: the object that the patch makes is none. Upstream names neither kind nor object there.</summary>
    /// <param name="shown">The value that is told.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static StatusException Invalid(string shown, string fault)
    {
        var errors = new FieldErrors();
        errors.Invalid(FieldPath.Of("patch"), shown, fault);
        return ApiErrors.Invalid(new("", ""), "", errors);
    }

    /// <summary>What is wrong with a value, as upstream says it of strategic merge patches: it converts values there instead of decoding them.</summary>
    public static string Conversion(ApiDecodeException e)
    {
        var match = Mismatch().Match(e.Message);
        if (!match.Success) return e.Message;
        var (found, given, wanted) = (match.Groups["found"].Value, match.Groups["given"].Value, match.Groups["wanted"].Value);
        var number = given.Contains('.', StringComparison.Ordinal) || given.Contains('e', StringComparison.OrdinalIgnoreCase) ? "float64" : "int64";
        return (found, wanted) switch
        {
            (_, "object") => $"cannot restore struct from: {(found == "array" ? "slice" : Name(found, number))}",
            (_, "map") => $"cannot restore map from {Name(found, number)}",
            (_, "list") => $"cannot restore slice from {Name(found, number)}",
            ("number", "string") when number == "int64" => "cannot convert int64 to string",
            ("number", not ("string" or "bool")) => $"cannot convert {number} to {wanted}",
            _ => $"unrecognized type: {wanted}",
        };
    }

    /// <summary>The kind of a value, as Go names it when it wanted another.</summary>
    public static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    /// <summary>Parses a document; of fields that come twice, the last counts.</summary>
    public static JsonNode? Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 512 });
        return Copy(document.RootElement);
    }

    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var field in element.EnumerateObject()) map[field.Name] = Copy(field.Value);
                return map;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Copy)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static string Name(string found, string number) => found switch
    {
        "array" => "slice",
        "object" => "map",
        "number" => number,
        _ => found,
    };

    [GeneratedRegex(@"^json: cannot unmarshal (?<found>\w+)( (?<given>\S+))? into Go struct field .* of type (?<wanted>.*)$")]
    private static partial Regex Mismatch();
}
