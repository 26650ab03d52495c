using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>
/// Finds the fields of a JSON document that its schema does not have, or that come twice: what strict decoding refuses and
/// what field validation warns of. It runs beside the decoder, so that decoding itself need not track paths.
/// </summary>
public static class StrictFields
{
    /// <summary>Upstream stops at this many, to bound the answer.</summary>
    private const int Most = 100;

    /// <summary>The errors in upstream's words, such as <c>unknown field "spec.foo"</c>; empty when there are none.</summary>
    public static List<string> Check(ReadOnlySpan<byte> json, ObjectSchema schema)
    {
        var errors = new List<string>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        if (reader.Read()) Value(ref reader, new MessageSchema(() => schema) { Kind = ValueKind.Object }, new StringBuilder(), errors);
        return errors;
    }

    private static void Value(ref Utf8JsonReader reader, ValueSchema schema, StringBuilder path, List<string> errors)
    {
        if (reader.TokenType == JsonTokenType.StartArray && schema.Kind == ValueKind.List)
        {
            var length = path.Length;
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{i}]");
                Value(ref reader, schema.Items!, path, errors);
                path.Length = length;
            }
        }
        else if (reader.TokenType == JsonTokenType.StartObject && schema.Kind is ValueKind.Map or ValueKind.Object) Object(ref reader, schema, path, errors);
        else reader.Skip();
    }

    private static void Object(ref Utf8JsonReader reader, ValueSchema schema, StringBuilder path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var length = path.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var value = schema.Object is { } message ? message.Find(name)?.Value : schema.Items;
            path.Append(length > 0 ? "." : "").Append(name);
            if (!seen.Add(name)) Report(errors, $"duplicate field \"{path}\"");
            if (value is null && schema.Object is { PreserveUnknownFields: false }) Report(errors, $"unknown field \"{path}\"");
            reader.Read();
            if (value is null) reader.Skip();
            else Value(ref reader, value, path, errors);
            path.Length = length;
        }
    }

    private static void Report(List<string> errors, string error)
    {
        if (errors.Count < Most && !errors.Contains(error)) errors.Add(error);
    }
}
