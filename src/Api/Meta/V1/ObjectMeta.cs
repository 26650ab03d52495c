namespace Tiphys.Api.Meta.V1;

/// <summary>What every stored object carries: its name, its identity, its labels and the bookkeeping of the API server.</summary>
[ApiType]
public sealed partial class ObjectMeta
{
    /// <summary>Name, unique among the objects of its resource and namespace; fixed once the object exists.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Prefix to which the server adds a random suffix when no name is given; an exhausted name space answers 409.</summary>
    [Field(2)]
    public string GenerateName { get; set; } = "";

    /// <summary>Namespace the object lives in; empty for cluster-scoped objects.</summary>
    [Field(3)]
    public string Namespace { get; set; } = "";

    /// <summary>Formerly the object's URL; the server no longer fills it.</summary>
    [Field(4)]
    public string SelfLink { get; set; } = "";

    /// <summary>Identity that is never reused, even when a later object takes the same name; assigned by the server.</summary>
    [Field(5)]
    public string Uid { get; set; } = "";

    /// <summary>Opaque version of the stored object, used for optimistic concurrency and for watches; compare for equality only.</summary>
    [Field(6)]
    public string ResourceVersion { get; set; } = "";

    /// <summary>Counter of the desired state, raised by the server whenever the spec changes.</summary>
    [Field(7)]
    public long Generation { get; set; }

    /// <summary>When the server stored the object, in UTC.</summary>
    [Field(8)]
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>
    /// When the object is due to disappear; set by the server once deletion was asked for, gone only when no finalizer remains.
    /// </summary>
    [Field(9)]
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>Seconds the object may take to terminate; set together with the deletion timestamp and only ever shortened.</summary>
    [Field(10)]
    public long? DeletionGracePeriodSeconds { get; set; }

    /// <summary>Short key and value pairs that selectors match against.</summary>
    [Field(11)]
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Free-form key and value pairs for tools; not selectable.</summary>
    [Field(12)]
    public Dictionary<string, string>? Annotations { get; set; }

    /// <summary>Objects this one depends on; the garbage collector removes it when all of them are gone.</summary>
    [Field(13), ListMap("uid"), PatchMerge("uid")]
    public List<OwnerReference>? OwnerReferences { get; set; }

    /// <summary>Names of components that must do their cleanup, and take their name off, before the object can go.</summary>
    [Field(14), ListSet, PatchMerge]
    public List<string>? Finalizers { get; set; }

    /// <summary>Which manager set which fields, kept by the server for server-side apply.</summary>
    [Field(17), Atomic]
    public List<ManagedFieldsEntry>? ManagedFields { get; set; }
}

/// <summary>Points from a dependent to an owner in the same namespace, or to a cluster-scoped owner.</summary>
[ApiType]
[Atomic]
public sealed partial class OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    [Field(5), Required]
    public string ApiVersion { get; set; } = "";

    /// <summary>Kind of the owner.</summary>
    [Field(1), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the owner.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";

    /// <summary>Identity of the owner; an owner of the same name with another identity does not count.</summary>
    [Field(4), Required]
    public string Uid { get; set; } = "";

    /// <summary>True for the one owner that manages the object.</summary>
    [Field(6)]
    public bool? Controller { get; set; }

    /// <summary>True when foreground deletion of the owner waits until this object is gone.</summary>
    [Field(7)]
    public bool? BlockOwnerDeletion { get; set; }
}

/// <summary>The set of fields one manager owns, at one API version.</summary>
[ApiType]
public sealed partial class ManagedFieldsEntry
{
    /// <summary>Name of the client or component that owns the fields.</summary>
    [Field(1)]
    public string Manager { get; set; } = "";

    /// <summary>Kind of request that created the entry.</summary>
    [Field(2)]
    public string Operation { get; set; } = "";

    /// <summary>API version in which the field set is expressed.</summary>
    [Field(3)]
    public string ApiVersion { get; set; } = "";

    /// <summary>When the entry was added or its field set last changed.</summary>
    [Field(4)]
    public DateTimeOffset? Time { get; set; }

    /// <summary>Format of the field set; always FieldsV1.</summary>
    [Field(6)]
    public string FieldsType { get; set; } = "";

    /// <summary>The owned fields as a trie of field paths.</summary>
    [Field(7), RawType("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1")]
    public RawJson? FieldsV1 { get; set; }

    /// <summary>Subresource through which the fields were set; empty for the main resource.</summary>
    [Field(8)]
    public string Subresource { get; set; } = "";
}

/// <summary>The two ways of owning a field.</summary>
public static class ManagedFieldsOperationType
{
    /// <summary>Server-side apply.</summary>
    public const string Apply = "Apply";

    /// <summary>Any other write.</summary>
    public const string Update = "Update";
}
