using System.Text.Json;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api;

/// <summary>A list of objects of one kind: <c>PodList</c> is <c>KubernetesList&lt;Pod&gt;</c>.</summary>
/// <typeparam name="T">Kind of the items.</typeparam>
public sealed class KubernetesList<T> : IKind<KubernetesList<T>> where T : class, IKind<T>
{
    private static readonly KindInfo s_info = new(T.Info.Group, T.Info.Version, T.Info.Kind + "List", static () => new KubernetesList<T>(), static () => TypeSchema!);

    /// <summary>The list's schema.</summary>
    public static ObjectSchema TypeSchema { get; } = ListSchema.Of(T.TypeSchema, s_info);

    /// <inheritdoc/>
    public static KindInfo Info => s_info;

    /// <summary>Revision of the list and where its next page begins.</summary>
    public ListMeta Metadata { get; set; } = new();

    /// <summary>The objects.</summary>
    public List<T> Items { get; set; } = [];

    /// <inheritdoc/>
    public KindInfo KindInfo => s_info;

    /// <inheritdoc/>
    public ObjectSchema Schema => TypeSchema;

    /// <inheritdoc/>
    public static KubernetesList<T> New() => new();

    /// <inheritdoc/>
    public void WriteJson(Utf8JsonWriter writer, bool typeMeta = true)
    {
        writer.WriteStartObject();
        if (typeMeta)
        {
            writer.WriteString("kind"u8, s_info.Kind);
            writer.WriteString("apiVersion"u8, s_info.ApiVersion);
        }

        writer.Field("metadata"u8, Metadata);
        writer.WriteStartArray("items"u8);
        foreach (var item in Items) item.WriteJson(writer, typeMeta: false);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public void ReadJson(ref ApiJsonReader reader)
    {
        if (!reader.BeginObject()) return;
        while (reader.NextField())
        {
            if (reader.FieldName.SequenceEqual("metadata"u8)) Metadata.ReadJson(ref reader);
            else if (reader.FieldName.SequenceEqual("items"u8)) Items = reader.List(static (ref ApiJsonReader r) => r.Message<T>() ?? T.New()) ?? [];
            else if (reader.FieldName.SequenceEqual("kind"u8) || reader.FieldName.SequenceEqual("apiVersion"u8)) reader.Skip();
            else reader.SkipUnknown();
        }
    }

    /// <inheritdoc/>
    public void WriteProto(ProtoWriter writer)
    {
        writer.List(2, Items, static (w, n, v) => w.Message(n, v));
        writer.Message(1, Metadata);
    }

    /// <inheritdoc/>
    public void ReadProto(ref ProtoReader reader)
    {
        while (reader.NextField())
        {
            if (reader.Field == 1) reader.Into(Metadata);
            else if (reader.Field == 2) Items.Add(reader.Message<T>());
            else reader.Skip();
        }
    }

    /// <inheritdoc/>
    public void ApplyDefaults()
    {
        foreach (var item in Items) item.ApplyDefaults();
    }

    /// <inheritdoc/>
    public KubernetesList<T> DeepCopy() => new() { Metadata = Metadata.DeepCopy(), Items = Items.ConvertAll(static i => i.DeepCopy()) };

    /// <inheritdoc/>
    public IApiMessage DeepCopyMessage() => DeepCopy();
}

/// <summary>Derives a list kind's schema from its items'.</summary>
public static class ListSchema
{
    /// <summary>The schema of a list kind.</summary>
    /// <param name="item">What it is a list of.</param>
    /// <param name="list">The list kind.</param>
    public static ObjectSchema Of(ObjectSchema item, KindInfo list) => new(item.Name + "List", $"{list.Kind} is a list of {item.Kind!.Kind} objects.", () =>
    [
        new FieldSchema("apiVersion", 0, Schemas.String, TypeMetaDocs.ApiVersion),
        new FieldSchema("items", 2, Schemas.List(Schemas.Message(() => item), ListType.None), "The objects of the list.") { Required = true },
        new FieldSchema("kind", 0, Schemas.String, TypeMetaDocs.Kind),
        new FieldSchema("metadata", 1, Schemas.Message(() => ListMeta.TypeSchema), "Revision of the list and where its next page begins.") { AlwaysThere = true },
    ]) { Kind = list };
}

/// <summary>What the two fields that every kind has are for.</summary>
public static class TypeMetaDocs
{
    /// <summary>Docstring of <c>apiVersion</c>.</summary>
    public const string ApiVersion = "Group and version of the schema this object is written in. The server converts what it knows and refuses the rest.";

    /// <summary>Docstring of <c>kind</c>.</summary>
    public const string Kind = "Name of the object's type, in CamelCase. It cannot be changed once the object exists.";
}
