namespace Tiphys.Api.Generator;

/// <summary>What the generator needs to know of a declared class. Models compare by value, so that unchanged classes are not generated again.</summary>
internal sealed record TypeModel(
    string Namespace,
    string Name,
    string Doc,
    bool IsKubernetesObject,
    bool IsAtomic,
    KindModel? Kind,
    string? BaseType,
    int BaseNumber,
    int BaseAfter,
    EquatableList<FieldModel> BaseFields,
    EquatableList<FieldModel> Fields)
{
    public bool HasBase => BaseType is not null;

    public IEnumerable<FieldModel> AllFields => Fields.Take(BaseAfter).Concat(BaseFields).Concat(Fields.Skip(BaseAfter));
}

/// <summary>The arguments of [ApiKind].</summary>
internal sealed record KindModel(string Group, string Version, string? Resource, string? Singular, bool Namespaced, EquatableList<string> ShortNames, EquatableList<string> Categories);

/// <summary>A declared field.</summary>
internal sealed record FieldModel(
    string Property,
    string Name,
    int Number,
    string Doc,
    Shape Shape,
    Scalar Scalar,
    string? Message,
    bool Nullable)
{
    public bool Required { get; set; }

    /// <summary>JSON shows the field even when it is zero.</summary>
    public bool AlwaysShown { get; set; }

    public bool NullWhenUnset { get; set; }

    public bool Atomic { get; set; }

    public bool Granular { get; set; }

    public bool ListSet { get; set; }

    public EquatableList<string>? ListMapKeys { get; set; }

    public bool PatchMerge { get; set; }

    public string? PatchMergeKey { get; set; }

    public bool RetainKeys { get; set; }

    public bool PatchReplace { get; set; }

    /// <summary>The kinds in the field show their <c>kind</c> and <c>apiVersion</c>.</summary>
    public bool WithTypeMeta { get; set; }

    /// <summary>Protobuf wraps the list in a message.</summary>
    public bool ItemsMessage { get; set; }

    public EquatableList<string>? Enum { get; set; }

    /// <summary>OpenAPI name of raw JSON's definition.</summary>
    public string? RawType { get; set; }

    /// <summary>The default as a C# literal.</summary>
    public string? Default { get; set; }

    /// <summary>The schema tells the default.</summary>
    public bool DefaultPublished { get; set; }
}

internal enum Shape
{
    Single,
    List,
    Map,

    /// <summary><c>map[string][]string</c>; protobuf wraps the inner list in a message.</summary>
    MapOfLists,
}

internal enum Scalar
{
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    Time,
    MicroTime,
    Duration,
    Quantity,
    IntOrString,
    Bytes,
    Raw,
    Message,
}

/// <summary>A list that compares by its elements.</summary>
internal sealed class EquatableList<T>(IEnumerable<T> items) : IEquatable<EquatableList<T>>, IEnumerable<T>
{
    private readonly T[] _items = [.. items];

    public int Count => _items.Length;

    public bool Equals(EquatableList<T>? other) => other is not null && _items.SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as EquatableList<T>);

    public override int GetHashCode() => _items.Aggregate(17, static (hash, item) => (hash * 31) + (item?.GetHashCode() ?? 0));

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
