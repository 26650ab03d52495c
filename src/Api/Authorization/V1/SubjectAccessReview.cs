using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Authorization.V1;

/// <summary>Asks whether someone may do something.</summary>
[ApiKind("authorization.k8s.io", "v1", Resource = "subjectaccessreviews", Namespaced = false)]
public sealed partial class SubjectAccessReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who, and what.</summary>
    [Field(2), Required]
    public SubjectAccessReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; set; } = new();
}

/// <summary>Asks whether someone may do something in the review's namespace.</summary>
[ApiKind("authorization.k8s.io", "v1", Resource = "localsubjectaccessreviews")]
public sealed partial class LocalSubjectAccessReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who, and what; its namespace must be the review's.</summary>
    [Field(2), Required]
    public SubjectAccessReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; set; } = new();
}

/// <summary>Who wants to do what.</summary>
[ApiType]
public sealed partial class SubjectAccessReviewSpec
{
    /// <summary>A request to a resource; excludes the other.</summary>
    [Field(1)]
    public ResourceAttributes? ResourceAttributes { get; set; }

    /// <summary>A request to another path; excludes the other.</summary>
    [Field(2)]
    public NonResourceAttributes? NonResourceAttributes { get; set; }

    /// <summary>Name of the user.</summary>
    [Field(3)]
    public string User { get; set; } = "";

    /// <summary>Groups of the user.</summary>
    [Field(4), Atomic]
    public List<string>? Groups { get; set; }

    /// <summary>Further facts about the user, several per key.</summary>
    [Field(5)]
    public Dictionary<string, List<string>>? Extra { get; set; }

    /// <summary>Identity of the user.</summary>
    [Field(6)]
    public string Uid { get; set; } = "";
}

/// <summary>Whether something is allowed.</summary>
[ApiType]
public sealed partial class SubjectAccessReviewStatus
{
    /// <summary>It is allowed.</summary>
    [Field(1), Required]
    public bool Allowed { get; set; }

    /// <summary>It is denied for good, whatever other authorizers say.</summary>
    [Field(4)]
    public bool Denied { get; set; }

    /// <summary>Why.</summary>
    [Field(2)]
    public string Reason { get; set; } = "";

    /// <summary>What went wrong on the way; the answer may hold all the same.</summary>
    [Field(3)]
    public string EvaluationError { get; set; } = "";
}

/// <summary>A request to a resource.</summary>
[ApiType]
public sealed partial class ResourceAttributes
{
    /// <summary>Namespace; empty for cluster-scoped resources and for all namespaces.</summary>
    [Field(1)]
    public string Namespace { get; set; } = "";

    /// <summary>Verb; * for all.</summary>
    [Field(2)]
    public string Verb { get; set; } = "";

    /// <summary>API group; * for all.</summary>
    [Field(3)]
    public string Group { get; set; } = "";

    /// <summary>API version; * for all.</summary>
    [Field(4)]
    public string Version { get; set; } = "";

    /// <summary>Resource; * for all.</summary>
    [Field(5)]
    public string Resource { get; set; } = "";

    /// <summary>Subresource; none when empty.</summary>
    [Field(6)]
    public string Subresource { get; set; } = "";

    /// <summary>Name of the object; all when empty.</summary>
    [Field(7)]
    public string Name { get; set; } = "";

    /// <summary>Fields by which a list is narrowed.</summary>
    [Field(8)]
    public FieldSelectorAttributes? FieldSelector { get; set; }

    /// <summary>Labels by which a list is narrowed.</summary>
    [Field(9)]
    public LabelSelectorAttributes? LabelSelector { get; set; }
}

/// <summary>A label selector of a request; only one form is set.</summary>
[ApiType]
public sealed partial class LabelSelectorAttributes
{
    /// <summary>The selector as text, which the server parses.</summary>
    [Field(1)]
    public string RawSelector { get; set; } = "";

    /// <summary>The selector as requirements, all of which hold.</summary>
    [Field(2), Atomic]
    public List<LabelSelectorRequirement>? Requirements { get; set; }
}

/// <summary>A field selector of a request; only one form is set.</summary>
[ApiType]
public sealed partial class FieldSelectorAttributes
{
    /// <summary>The selector as text, which the server parses.</summary>
    [Field(1)]
    public string RawSelector { get; set; } = "";

    /// <summary>The selector as requirements, all of which hold.</summary>
    [Field(2), Atomic]
    public List<FieldSelectorRequirement>? Requirements { get; set; }
}

/// <summary>A request to a path that is no resource.</summary>
[ApiType]
public sealed partial class NonResourceAttributes
{
    /// <summary>URL path.</summary>
    [Field(1)]
    public string Path { get; set; } = "";

    /// <summary>Lower-case HTTP verb.</summary>
    [Field(2)]
    public string Verb { get; set; } = "";
}
