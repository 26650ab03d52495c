namespace Tiphys.Api;

/// <summary>
/// Marks a class as an API message that is not itself a kind (PodSpec, Container, ...).
/// Kinds carry <see cref="ApiKindAttribute"/> instead.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ApiTypeAttribute : Attribute;

/// <summary>
/// Makes a property a field of the API type. Its JSON name is the property's name in camel case unless <see cref="Name"/> says otherwise.
/// Nullability is the wire rule: a nullable property is Go's pointer (left out when null); a non-nullable one is Go's plain value
/// (left out of JSON when zero, always present in protobuf; a nested message is always present in both).
/// </summary>
/// <param name="number">Protobuf field number, as in upstream's generated.proto.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(int number) : Attribute
{
    /// <summary>Protobuf field number.</summary>
    public int Number { get; } = number;

    /// <summary>JSON name where camel case does not give it, for example <c>podIP</c>.</summary>
    public string? Name { get; init; }
}

/// <summary>The field must be there: OpenAPI lists it as required and JSON shows it even when it is zero.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute
{
    /// <summary>JSON leaves the field out all the same when it is zero (Go's <c>omitempty</c>).</summary>
    public bool OmitEmpty { get; init; }
}

/// <summary>JSON shows the field even when it is zero, although nobody has to give it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AlwaysShownAttribute : Attribute;

/// <summary>
/// JSON shows the field as <c>null</c> when it is unset (Go's zero <c>metav1.Time</c>), instead of leaving it out. A list that is always shown
/// and comes out of the store without entries is unset, too: protobuf, in which upstream stores it, cannot tell none from an empty one.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullWhenUnsetAttribute : Attribute;

/// <summary>A time field is shown with microseconds (upstream's MicroTime) instead of whole seconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MicroTimeAttribute : Attribute;

/// <summary>Raw JSON that OpenAPI has a definition of its own for.</summary>
/// <param name="name">OpenAPI name of the definition.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RawTypeAttribute(string name) : Attribute
{
    /// <summary>OpenAPI name of the definition.</summary>
    public string Name { get; } = name;
}

/// <summary>The value a missing field gets when an object enters the API server.</summary>
/// <param name="value">A constant of the field's type.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultAttribute(object value) : Attribute
{
    /// <summary>The constant.</summary>
    public object Value { get; } = value;

    /// <summary>OpenAPI tells of the default too (upstream's marker in the type, beside the code that sets most defaults).</summary>
    public bool Published { get; init; }
}

/// <summary>The string field takes one of the constants declared in a static class.</summary>
/// <param name="values">A static class of public string constants.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(Type values) : Attribute
{
    /// <summary>The static class whose public constants are the allowed values.</summary>
    public Type Values { get; } = values;
}

/// <summary>A list that is a map for server-side apply (<c>x-kubernetes-list-type: map</c>); entries are told apart by these JSON field names.</summary>
/// <param name="keys">JSON names of the key fields.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    /// <summary>JSON names of the key fields.</summary>
    public string[] Keys { get; } = keys;
}

/// <summary>A list that is a set of scalars for server-side apply (<c>x-kubernetes-list-type: set</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;

/// <summary>The field is replaced as a whole by server-side apply (<c>x-kubernetes-list-type</c> or <c>x-kubernetes-map-type: atomic</c>).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class AtomicAttribute : Attribute;

/// <summary>The field is merged part by part although its type is atomic elsewhere (<c>x-kubernetes-map-type: granular</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GranularAttribute : Attribute;

/// <summary>Strategic merge patch merges the list by this key (<c>x-kubernetes-patch-merge-key</c>, strategy <c>merge</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatchMergeAttribute : Attribute
{
    /// <summary>Merges a list of scalars.</summary>
    public PatchMergeAttribute() { }

    /// <summary>Merges a list of objects by a key.</summary>
    /// <param name="key">JSON name of the key field.</param>
    public PatchMergeAttribute(string key) => Key = key;

    /// <summary>JSON name of the key field; null for lists of scalars.</summary>
    public string? Key { get; }

    /// <summary>The field also carries strategy <c>retainKeys</c> (unions such as a Deployment's strategy or a volume).</summary>
    public bool RetainKeys { get; init; }
}

/// <summary>Strategic merge patch with <c>retainKeys</c> on a message field.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatchRetainKeysAttribute : Attribute;

/// <summary>
/// The class embeds its base class as Go embeds a struct: JSON flattens the base's fields, protobuf nests them in a message.
/// </summary>
/// <param name="number">Protobuf field number of the nested message.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EmbedsBaseAttribute(int number) : Attribute
{
    /// <summary>Protobuf field number of the nested message.</summary>
    public int Number { get; } = number;

    /// <summary>How many of the class's own fields come before those of the base in JSON.</summary>
    public int After { get; init; }
}
