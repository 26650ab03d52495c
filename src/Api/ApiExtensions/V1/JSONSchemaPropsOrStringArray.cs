using System.Text.Json;

namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>A schema, or a list of properties. JSON shows the one or the other.</summary>
public sealed class JSONSchemaPropsOrStringArray : IApiMessage<JSONSchemaPropsOrStringArray>
{
    /// <summary>The schema, if there is a single one.</summary>
    public JSONSchemaProps? Schema { get; set; }

    /// <summary>The properties, if it is a list of them.</summary>
    public List<string>? Property { get; set; }

    /// <inheritdoc/>
    public static ObjectSchema TypeSchema { get; } = SchemaUnion.Of("JSONSchemaPropsOrStringArray", "A schema, or a list of properties.");

    ObjectSchema IApiMessage.Schema => TypeSchema;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrStringArray New() => new();

    /// <inheritdoc/>
    public void WriteJson(Utf8JsonWriter writer, bool typeMeta = true)
    {
        if (Property is { Count: > 0 })
        {
            writer.WriteStartArray();
            foreach (var item in Property) writer.WriteStringValue(item);
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
        Property = null;
        switch (reader.Peek())
        {
            case JsonTokenType.StartObject:
                Schema = reader.Message<JSONSchemaProps>();
                break;
            case JsonTokenType.StartArray:
                Property = reader.List(static (ref ApiJsonReader r) => r.String());
                break;
            default:
                reader.Skip();
                break;
        }
    }

    /// <inheritdoc/>
    public void WriteProto(ProtoWriter writer)
    {
        writer.List(2, Property, static (w, n, v) => w.String(n, v));
        if (Schema is not null) writer.Message(1, Schema);
    }

    /// <inheritdoc/>
    public void ReadProto(ref ProtoReader reader)
    {
        while (reader.NextField())
        {
            if (reader.Field == 1) Schema = reader.Message<JSONSchemaProps>();
            else if (reader.Field == 2) (Property ??= []).Add(reader.String());
            else reader.Skip();
        }
    }

    /// <inheritdoc/>
    public void ApplyDefaults()
    {
    }

    /// <inheritdoc/>
    public JSONSchemaPropsOrStringArray DeepCopy() => new() { Schema = Schema?.DeepCopy(), Property = Property is null ? null : [.. Property] };

    /// <inheritdoc/>
    public IApiMessage DeepCopyMessage() => DeepCopy();
}
