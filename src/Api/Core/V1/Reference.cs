namespace Tiphys.Api.Core.V1;

/// <summary>Points to an object, or a part of one.</summary>
[ApiType]
[Atomic]
public sealed partial class ObjectReference
{
    /// <summary>Kind of the object.</summary>
    [Field(1)]
    public string Kind { get; set; } = "";

    /// <summary>Namespace of the object.</summary>
    [Field(2)]
    public string Namespace { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(3)]
    public string Name { get; set; } = "";

    /// <summary>Identity of the object.</summary>
    [Field(4)]
    public string Uid { get; set; } = "";

    /// <summary>Group and version of the object.</summary>
    [Field(5)]
    public string ApiVersion { get; set; } = "";

    /// <summary>Version of the object that is meant, if a certain one.</summary>
    [Field(6)]
    public string ResourceVersion { get; set; } = "";

    /// <summary>Part of the object, such as spec.containers{name}.</summary>
    [Field(7)]
    public string FieldPath { get; set; } = "";
}

/// <summary>Points to an object of known kind in the same namespace.</summary>
[ApiType]
[Atomic]
public partial class LocalObjectReference
{
    /// <summary>Name of the object.</summary>
    [Field(1), Default("", Published = true)]
    public string Name { get; set; } = "";
}

/// <summary>Points to an object of any kind in the same namespace.</summary>
[ApiType]
[Atomic]
public sealed partial class TypedLocalObjectReference
{
    /// <summary>API group of the object; the core group when unset.</summary>
    [Field(1), AlwaysShown]
    public string? ApiGroup { get; set; }

    /// <summary>Kind of the object.</summary>
    [Field(2), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";
}

/// <summary>Points to an object of any kind, in another namespace if need be.</summary>
[ApiType]
public sealed partial class TypedObjectReference
{
    /// <summary>API group of the object; the core group when unset.</summary>
    [Field(1), AlwaysShown]
    public string? ApiGroup { get; set; }

    /// <summary>Kind of the object.</summary>
    [Field(2), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";

    /// <summary>Namespace of the object; a grant there has to allow it.</summary>
    [Field(4)]
    public string? Namespace { get; set; }
}

/// <summary>Points to a secret in any namespace.</summary>
[ApiType]
[Atomic]
public sealed partial class SecretReference
{
    /// <summary>Name of the secret.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Namespace of the secret.</summary>
    [Field(2)]
    public string Namespace { get; set; } = "";
}

/// <summary>An object reference wrapped as a kind, once put into annotations.</summary>
[ApiKind("", "v1")]
public sealed partial class SerializedReference
{
    /// <summary>The reference.</summary>
    [Field(1)]
    public ObjectReference Reference { get; set; } = new();
}
