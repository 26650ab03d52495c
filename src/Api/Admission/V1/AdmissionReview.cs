using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Admission.V1;

/// <summary>What the server asks a webhook, and what it answers.</summary>
[ApiKind("admission.k8s.io", "v1")]
public sealed partial class AdmissionReview
{
    /// <summary>The question.</summary>
    [Field(1)]
    public AdmissionRequest? Request { get; set; }

    /// <summary>The answer.</summary>
    [Field(2)]
    public AdmissionResponse? Response { get; set; }
}

/// <summary>A request that is to be admitted.</summary>
[ApiType]
public sealed partial class AdmissionRequest
{
    /// <summary>Identity of the question; the answer repeats it.</summary>
    [Field(1), Required]
    public string Uid { get; set; } = "";

    /// <summary>Kind of the object as the webhook sees it.</summary>
    [Field(2), Required]
    public GroupVersionKind Kind { get; set; } = new();

    /// <summary>Resource as the webhook sees it.</summary>
    [Field(3), Required]
    public GroupVersionResource Resource { get; set; } = new();

    /// <summary>Subresource, if any.</summary>
    [Field(4)]
    public string SubResource { get; set; } = "";

    /// <summary>Kind of the original request.</summary>
    [Field(13)]
    public GroupVersionKind? RequestKind { get; set; }

    /// <summary>Resource of the original request.</summary>
    [Field(14)]
    public GroupVersionResource? RequestResource { get; set; }

    /// <summary>Subresource of the original request.</summary>
    [Field(15)]
    public string RequestSubResource { get; set; } = "";

    /// <summary>Name of the object; may be empty when it is to be generated.</summary>
    [Field(5)]
    public string Name { get; set; } = "";

    /// <summary>Namespace of the object, if any.</summary>
    [Field(6)]
    public string Namespace { get; set; } = "";

    /// <summary>Operation.</summary>
    [Field(7), Required]
    public string Operation { get; set; } = "";

    /// <summary>Who asks.</summary>
    [Field(8), Required]
    public UserInfo UserInfo { get; set; } = new();

    /// <summary>The object after the operation.</summary>
    [Field(9)]
    public RawJson? Object { get; set; }

    /// <summary>The object before the operation.</summary>
    [Field(10)]
    public RawJson? OldObject { get; set; }

    /// <summary>Nothing will be stored.</summary>
    [Field(11)]
    public bool? DryRun { get; set; }

    /// <summary>Options of the operation.</summary>
    [Field(12)]
    public RawJson? Options { get; set; }
}

/// <summary>Operations on objects.</summary>
public static class AdmissionOperation
{
    /// <summary>Making an object.</summary>
    public const string Create = "CREATE";

    /// <summary>Changing an object.</summary>
    public const string Update = "UPDATE";

    /// <summary>Deleting an object.</summary>
    public const string Delete = "DELETE";

    /// <summary>Connecting to an object.</summary>
    public const string Connect = "CONNECT";
}

/// <summary>What a webhook says.</summary>
[ApiType]
public sealed partial class AdmissionResponse
{
    /// <summary>Identity of the question.</summary>
    [Field(1), Required]
    public string Uid { get; set; } = "";

    /// <summary>The request may go on.</summary>
    [Field(2), Required]
    public bool Allowed { get; set; }

    /// <summary>Why it may not.</summary>
    [Field(3)]
    public Status? Status { get; set; }

    /// <summary>Changes to the object.</summary>
    [Field(4)]
    public byte[]? Patch { get; set; }

    /// <summary>How the changes are written: JSONPatch.</summary>
    [Field(5)]
    public string? PatchType { get; set; }

    /// <summary>Annotations for the audit log.</summary>
    [Field(6)]
    public Dictionary<string, string>? AuditAnnotations { get; set; }

    /// <summary>Warnings for the caller.</summary>
    [Field(7), Atomic]
    public List<string>? Warnings { get; set; }
}

/// <summary>How a webhook's changes are written.</summary>
public static class AdmissionPatchType
{
    /// <summary>As a JSON patch.</summary>
    public const string JSONPatch = "JSONPatch";
}
