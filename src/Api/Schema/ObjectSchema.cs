namespace Tiphys.Api;

/// <summary>
/// Shape of a value, recursively: what upstream's structural schemas and OpenAPI describe.
/// Declared types get theirs from the generator; custom resources build the same from a schema that arrives at run time.
/// </summary>
public class ValueSchema
{
    /// <summary>What sort of value it is.</summary>
    public required ValueKind Kind { get; init; }

    /// <summary>OpenAPI format, for example <c>int32</c> or <c>date-time</c>; empty when there is none.</summary>
    public string Format { get; init; } = "";

    /// <summary>OpenAPI name of raw JSON that has a definition of its own; empty otherwise.</summary>
    public string Name { get; init; } = "";

    /// <summary>Schema of a list's items or a map's values; null otherwise.</summary>
    public ValueSchema? Items { get; init; }

    /// <summary>How server-side apply merges a list.</summary>
    public ListType ListType { get; init; }

    /// <summary>JSON names of the fields that tell the entries of a <see cref="ListType.Map"/> apart.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Server-side apply replaces the map or object as a whole.</summary>
    public bool Atomic { get; init; }

    /// <summary>Merged part by part here although the type is atomic elsewhere.</summary>
    public bool Granular { get; init; }

    /// <summary>Server-side apply replaces the value as a whole, by what the field or its type says.</summary>
    public bool IsAtomic => Atomic || (!Granular && Object is { Atomic: true });

    /// <summary>The allowed strings; empty when any will do.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    /// <summary>The message, for objects that have declared fields; null otherwise.</summary>
    public virtual ObjectSchema? Object => null;
}

/// <summary>A reference to a message's schema, resolved on first use so that types may refer to each other and to themselves.</summary>
/// <param name="resolve">Gives the schema.</param>
public sealed class MessageSchema(Func<ObjectSchema> resolve) : ValueSchema
{
    private ObjectSchema? _object;

    /// <inheritdoc/>
    public override ObjectSchema Object => _object ??= resolve();
}

/// <summary>A message: its fields by JSON name.</summary>
/// <param name="name">OpenAPI name, for example <c>io.k8s.api.core.v1.Pod</c>.</param>
/// <param name="description">What it is, as kubectl explain shows it.</param>
/// <param name="fields">Makes the fields, on first use.</param>
public sealed class ObjectSchema(string name, string description, Func<FieldSchema[]> fields)
{
    private readonly Lazy<(FieldSchema[] List, Dictionary<string, FieldSchema> ByName)> _fields = new(() =>
    {
        var list = fields();
        return (list, list.ToDictionary(f => f.Name, StringComparer.Ordinal));
    });

    /// <summary>OpenAPI name.</summary>
    public string Name { get; } = name;

    /// <summary>What the type is.</summary>
    public string Description { get; } = description;

    /// <summary>Fields in declaration order.</summary>
    public IReadOnlyList<FieldSchema> Fields => _fields.Value.List;

    /// <summary>Server-side apply replaces objects of the type as a whole.</summary>
    public bool Atomic { get; init; }

    /// <summary>The kind, when the type is one.</summary>
    public KindInfo? Kind { get; init; }

    /// <summary>Fields not declared are kept, not pruned (custom resources).</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary>The field of this JSON name, or null.</summary>
    public FieldSchema? Find(string jsonName) => _fields.Value.ByName.GetValueOrDefault(jsonName);
}

/// <summary>A field of a message.</summary>
/// <param name="Name">JSON name.</param>
/// <param name="Number">Protobuf field number; 0 for <c>kind</c> and <c>apiVersion</c>.</param>
/// <param name="Value">Shape of the value.</param>
/// <param name="Description">What it is, as kubectl explain shows it.</param>
public sealed record FieldSchema(string Name, int Number, ValueSchema Value, string Description)
{
    /// <summary>The field must be given.</summary>
    public bool Required { get; init; }

    /// <summary>Strategic merge patch merges the list or map instead of replacing it.</summary>
    public bool PatchMerge { get; init; }

    /// <summary>JSON name of the key that strategic merge patch merges a list of objects by.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Strategic merge patch drops fields that the patch does not name (<c>retainKeys</c>).</summary>
    public bool PatchRetainKeys { get; init; }

    /// <summary>Strategic merge patch replaces the message as a whole (strategy <c>replace</c>).</summary>
    public bool PatchReplace { get; init; }

    /// <summary>The message is there even when nobody gave it (Go's plain struct).</summary>
    public bool AlwaysThere { get; init; }

    /// <summary>The constant a missing field counts as (string, int, long or bool); null when there is none.</summary>
    public object? Default { get; init; }
}

/// <summary>The sorts of API values.</summary>
public enum ValueKind
{
    /// <summary>Text.</summary>
    String,

    /// <summary>Whole number.</summary>
    Integer,

    /// <summary>Floating-point number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>RFC 3339 time.</summary>
    Time,

    /// <summary>RFC 3339 time with microseconds.</summary>
    MicroTime,

    /// <summary>Go duration.</summary>
    Duration,

    /// <summary>Resource quantity.</summary>
    Quantity,

    /// <summary>Number or string.</summary>
    IntOrString,

    /// <summary>Base64 bytes.</summary>
    Bytes,

    /// <summary>Any JSON.</summary>
    Raw,

    /// <summary>Message with declared fields.</summary>
    Object,

    /// <summary>List.</summary>
    List,

    /// <summary>Map with string keys.</summary>
    Map,
}

/// <summary>How server-side apply treats a list.</summary>
public enum ListType
{
    /// <summary>Nothing is said about it: replaced as a whole.</summary>
    None,

    /// <summary>Replaced as a whole.</summary>
    Atomic,

    /// <summary>Scalars, merged as a set.</summary>
    Set,

    /// <summary>Objects, merged by key fields.</summary>
    Map,
}
