using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Authorization.V1;

/// <summary>Asks whether the caller may do something.</summary>
[ApiKind("authorization.k8s.io", "v1", Resource = "selfsubjectaccessreviews", Namespaced = false)]
public sealed partial class SelfSubjectAccessReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What.</summary>
    [Field(2), Required]
    public SelfSubjectAccessReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; set; } = new();
}

/// <summary>What the caller wants to do.</summary>
[ApiType]
public sealed partial class SelfSubjectAccessReviewSpec
{
    /// <summary>A request to a resource; excludes the other.</summary>
    [Field(1)]
    public ResourceAttributes? ResourceAttributes { get; set; }

    /// <summary>A request to another path; excludes the other.</summary>
    [Field(2)]
    public NonResourceAttributes? NonResourceAttributes { get; set; }
}

/// <summary>Asks what the caller may do in a namespace.</summary>
[ApiKind("authorization.k8s.io", "v1", Resource = "selfsubjectrulesreviews", Namespaced = false)]
public sealed partial class SelfSubjectRulesReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The namespace.</summary>
    [Field(2), Required]
    public SelfSubjectRulesReviewSpec Spec { get; set; } = new();

    /// <summary>What is allowed.</summary>
    [Field(3)]
    public SubjectRulesReviewStatus Status { get; set; } = new();
}

/// <summary>The namespace to look at.</summary>
[ApiType]
public sealed partial class SelfSubjectRulesReviewSpec
{
    /// <summary>Name of the namespace.</summary>
    [Field(1)]
    public string Namespace { get; set; } = "";
}

/// <summary>What someone may do in a namespace; a hint for display, not a basis for decisions.</summary>
[ApiType]
public sealed partial class SubjectRulesReviewStatus
{
    /// <summary>What is allowed on resources.</summary>
    [Field(1), Required, Atomic]
    public List<ResourceRule> ResourceRules { get; set; } = [];

    /// <summary>What is allowed on other paths.</summary>
    [Field(2), Required, Atomic]
    public List<NonResourceRule> NonResourceRules { get; set; } = [];

    /// <summary>More may be allowed, as some authorizer cannot list its rules.</summary>
    [Field(3), Required]
    public bool Incomplete { get; set; }

    /// <summary>What went wrong on the way.</summary>
    [Field(4)]
    public string EvaluationError { get; set; } = "";
}

/// <summary>Verbs that are allowed on resources.</summary>
[ApiType]
public sealed partial class ResourceRule
{
    /// <summary>Verbs; * for all.</summary>
    [Field(1), Required, Atomic]
    public List<string> Verbs { get; set; } = [];

    /// <summary>API groups; * for all.</summary>
    [Field(2), Atomic]
    public List<string>? ApiGroups { get; set; }

    /// <summary>Resources; * for all, */name for one subresource of all.</summary>
    [Field(3), Atomic]
    public List<string>? Resources { get; set; }

    /// <summary>Names of the objects; all when empty.</summary>
    [Field(4), Atomic]
    public List<string>? ResourceNames { get; set; }
}

/// <summary>Verbs that are allowed on other paths.</summary>
[ApiType]
public sealed partial class NonResourceRule
{
    /// <summary>Verbs; * for all.</summary>
    [Field(1), Required, Atomic]
    public List<string> Verbs { get; set; } = [];

    /// <summary>Paths; * as the last part stands for the rest.</summary>
    [Field(2), Atomic]
    public List<string>? NonResourceURLs { get; set; }
}
