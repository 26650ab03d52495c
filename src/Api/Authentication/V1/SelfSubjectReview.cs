using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Authentication.V1;

/// <summary>Asks who the caller is.</summary>
[ApiKind("authentication.k8s.io", "v1", Resource = "selfsubjectreviews", Namespaced = false)]
public sealed partial class SelfSubjectReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The answer.</summary>
    [Field(2)]
    public SelfSubjectReviewStatus Status { get; set; } = new();
}

/// <summary>Who the caller is.</summary>
[ApiType]
public sealed partial class SelfSubjectReviewStatus
{
    /// <summary>The caller.</summary>
    [Field(1)]
    public UserInfo UserInfo { get; set; } = new();
}

/// <summary>Request headers that act for someone else.</summary>
public static class ImpersonationHeaders
{
    /// <summary>Name of the user.</summary>
    public const string User = "Impersonate-User";

    /// <summary>Group of the user; may repeat.</summary>
    public const string Group = "Impersonate-Group";

    /// <summary>Identity of the user.</summary>
    public const string Uid = "Impersonate-Uid";

    /// <summary>Prefix of headers with further facts; their key follows.</summary>
    public const string ExtraPrefix = "Impersonate-Extra-";
}
