namespace Tiphys.ApiServer;

/// <summary>One version of one object, as the cache holds it: the stored bytes, and what selectors look at.</summary>
public sealed class StoredObject
{
    private readonly ResourceSchema _schema;
    private readonly string[] _fields;

    internal StoredObject(ResourceSchema schema, string ns, string name, ReadOnlyMemory<byte> json, long revision)
    {
        _schema = schema;
        Namespace = ns;
        Name = name;
        Json = json;
        Revision = revision;
        (Labels, _fields) = ObjectPeek.Read(json.Span, schema.SelectableFields);
    }

    private StoredObject(StoredObject source, long revision)
    {
        _schema = source._schema;
        _fields = source._fields;
        Namespace = source.Namespace;
        Name = source.Name;
        Json = source.Json;
        Labels = source.Labels;
        Revision = revision;
    }

    /// <summary>Namespace; empty for cluster-scoped objects.</summary>
    public string Namespace { get; }

    /// <summary>Name.</summary>
    public string Name { get; }

    /// <summary>The bytes, in the kind's <see cref="ObjectLayout"/>.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Revision that wrote this version.</summary>
    public long Revision { get; }

    /// <summary>It should be written again even when nothing changes; see <see cref="Storage.StoreRecord.IsStale"/>.</summary>
    public bool IsStale { get; init; }

    /// <summary>Labels, or null.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; }

    /// <summary>The object, decoded anew at every call.</summary>
    public Api.IKubernetesObject Decode() => _schema.Layout.Decode(Json.Span, Revision);

    /// <summary>The value of a selectable field.</summary>
    public string Field(string label)
    {
        if (label == "metadata.name") return Name;
        if (label == "metadata.namespace") return Namespace;
        var fields = _schema.SelectableFields;
        for (var i = 0; i < fields.Count; i++)
            if (fields[i].Label == label) return _fields[i];
        return "";
    }

    /// <summary>The same content with another revision: how a deletion shows the last state.</summary>
    internal StoredObject At(long revision) => new(this, revision);
}
