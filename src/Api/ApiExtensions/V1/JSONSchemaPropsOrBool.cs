using System.Text.Json;

namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>A schema, or whether anything goes. JSON shows the one or the other; protobuf holds both.</summary>
public sealed class JSONSchemaPropsOrBool : IApiMessage<JSONSchemaPropsOrBool>
{
    /// <summary>Whether anything goes; true with a schema.</summary>
    public bool Allows { get; set; }

    /// <summary>The schema, if there is one.</summary>
    public JSONSchemaProps? Schema { get; set; }

    /// <inheritdoc/>
    public static ObjectSchema TypeSchema { get; } = SchemaUnion.Of("JSONSchemaPropsOrBool", "A schema, or whether anything goes.");

    ObjectSchema IApiMessage.Schema => TypeSchema;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrBool New() => new();

    /// <inheritdoc/>
    public void WriteJson(Utf8JsonWriter writer, bool typeMeta = true)
    {
        if (Schema is not null) Schema.WriteJson(writer);
        else writer.WriteBooleanValue(Allows);
    }

    /// <inheritdoc/>
    public void ReadJson(ref ApiJsonReader reader)
    {
        switch (reader.Peek())
        {
            case JsonTokenType.StartObject:
                Allows = true;
                Schema = reader.Message<JSONSchemaProps>();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                Allows = reader.Boolean();
                Schema = null;
                break;
            default:
                throw new ApiDecodeException("boolean or JSON schema expected");
        }
    }

    /// <inheritdoc/>
    public void WriteProto(ProtoWriter writer)
    {
        if (Schema is not null) writer.Message(2, Schema);
        writer.Boolean(1, Allows);
    }

    /// <inheritdoc/>
    public void ReadProto(ref ProtoReader reader)
    {
        while (reader.NextField())
        {
            if (reader.Field == 1) Allows = reader.Boolean();
            else if (reader.Field == 2) Schema = reader.Message<JSONSchemaProps>();
            else reader.Skip();
        }
    }

    /// <inheritdoc/>
    public void ApplyDefaults()
    {
    }

    /// <inheritdoc/>
    public JSONSchemaPropsOrBool DeepCopy() => new() { Allows = Allows, Schema = Schema?.DeepCopy() };

    /// <inheritdoc/>
    public IApiMessage DeepCopyMessage() => DeepCopy();
}

/// <summary>What the unions around schemas have in common.</summary>
internal static class SchemaUnion
{
    /// <summary>A union has no fields of its own: whatever it holds is kept.</summary>
    public static ObjectSchema Of(string name, string description) =>
        new("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1." + name, description, static () => []) { PreserveUnknownFields = true };
}
