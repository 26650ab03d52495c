using System.Text.Json;

namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>A schema for all items, or one for each. JSON shows the one or the other.</summary>
public sealed class JSONSchemaPropsOrArray : IApiMessage<JSONSchemaPropsOrArray>
{
    /// <summary>The schema, if there is a single one.</summary>
    public JSONSchemaProps? Schema { get; set; }

    /// <summary>The schemas, if there is one per item.</summary>
    public List<JSONSchemaProps>? JSONSchemas { get; set; }

    /// <inheritdoc/>
    public static ObjectSchema TypeSchema { get; } = SchemaUnion.Of("JSONSchemaPropsOrArray", "A schema for all items, or one for each.");

    ObjectSchema IApiMessage.Schema => TypeSchema;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrArray New() => new();

    /// <inheritdoc/>
    public void WriteJson(Utf8JsonWriter writer, bool typeMeta = true)
    {
        if (JSONSchemas is { Count: > 0 })
        {
            writer.WriteStartArray();
            foreach (var item in JSONSchemas) item.WriteJson(writer);
            writer.WriteEndArray();
        }
        else if (Schema is not null)
        {
            Schema.WriteJson(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    /// <inheritdoc/>
    public void ReadJson(ref ApiJsonReader reader)
    {
        Schema = null;
        JSONSchemas = null;
        switch (reader.Peek())
        {
            case JsonTokenType.StartObject:
                Schema = reader.Message<JSONSchemaProps>();
                break;
            case JsonTokenType.StartArray:
                JSONSchemas = reader.List(static (ref ApiJsonReader r) => r.Message<JSONSchemaProps>() ?? new());
                break;
            default:
                reader.Skip();
                break;
        }
    }

    /// <inheritdoc/>
    public void WriteProto(ProtoWriter writer)
    {
        writer.List(2, JSONSchemas, static (w, n, v) => w.Message(n, v));
        if (Schema is not null) writer.Message(1, Schema);
    }

    /// <inheritdoc/>
    public void ReadProto(ref ProtoReader reader)
    {
        while (reader.NextField())
        {
            if (reader.Field == 1) Schema = reader.Message<JSONSchemaProps>();
            else if (reader.Field == 2) (JSONSchemas ??= []).Add(reader.Message<JSONSchemaProps>());
            else reader.Skip();
        }
    }

    /// <inheritdoc/>
    public void ApplyDefaults()
    {
    }

    /// <inheritdoc/>
    public JSONSchemaPropsOrArray DeepCopy() => new() { Schema = Schema?.DeepCopy(), JSONSchemas = JSONSchemas?.ConvertAll(static s => s.DeepCopy()) };

    /// <inheritdoc/>
    public IApiMessage DeepCopyMessage() => DeepCopy();
}
