using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.AdmissionRegistration.V1;

/// <summary>Requests by resource.</summary>
[ApiType]
public partial class Rule
{
    /// <summary>API groups; * for all.</summary>
    [Field(1), Atomic]
    public List<string>? ApiGroups { get; set; }

    /// <summary>API versions; * for all.</summary>
    [Field(2), Atomic]
    public List<string>? ApiVersions { get; set; }

    /// <summary>Resources, with subresources after a slash; * for all.</summary>
    [Field(3), Atomic]
    public List<string>? Resources { get; set; }

    /// <summary>Whether objects live in namespaces; * when unset.</summary>
    [Field(4), OneOf(typeof(ScopeType)), Default(ScopeType.All)]
    public string? Scope { get; set; }
}

/// <summary>Whether objects live in namespaces.</summary>
public static class ScopeType
{
    /// <summary>They do not.</summary>
    public const string Cluster = "Cluster";

    /// <summary>They do.</summary>
    public const string Namespaced = "Namespaced";

    /// <summary>Either.</summary>
    public const string All = "*";
}

/// <summary>Requests by resource and operation.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
public partial class RuleWithOperations : Rule
{
    /// <summary>Operations; * for all.</summary>
    [Field(1), OneOf(typeof(OperationType)), Atomic]
    public List<string>? Operations { get; set; }
}

/// <summary>Operations on objects.</summary>
public static class OperationType
{
    /// <summary>Every one.</summary>
    public const string All = "*";

    /// <summary>Making an object.</summary>
    public const string Create = "CREATE";

    /// <summary>Changing an object.</summary>
    public const string Update = "UPDATE";

    /// <summary>Deleting an object.</summary>
    public const string Delete = "DELETE";

    /// <summary>Connecting to an object, as exec and proxy do.</summary>
    public const string Connect = "CONNECT";
}

/// <summary>Requests by resource, operation and object name.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
[Atomic]
public sealed partial class NamedRuleWithOperations : RuleWithOperations
{
    /// <summary>Names of the objects; all when empty.</summary>
    [Field(1), Atomic]
    public List<string>? ResourceNames { get; set; }
}

/// <summary>Which requests a policy is for.</summary>
[ApiType]
[Atomic]
public sealed partial class MatchResources
{
    /// <summary>Labels of the object's namespace; cluster-scoped objects always match.</summary>
    [Field(1)]
    public LabelSelector? NamespaceSelector { get; set; }

    /// <summary>Labels of the object, old or new.</summary>
    [Field(2)]
    public LabelSelector? ObjectSelector { get; set; }

    /// <summary>Requests that match; any of them.</summary>
    [Field(3), Atomic]
    public List<NamedRuleWithOperations>? ResourceRules { get; set; }

    /// <summary>Requests that do not; they win.</summary>
    [Field(4), Atomic]
    public List<NamedRuleWithOperations>? ExcludeResourceRules { get; set; }

    /// <summary>Whether other versions of a resource match.</summary>
    [Field(7), OneOf(typeof(MatchPolicyType)), Default(MatchPolicyType.Equivalent)]
    public string? MatchPolicy { get; set; }
}

/// <summary>Whether requests to other versions of a resource match.</summary>
public static class MatchPolicyType
{
    /// <summary>They do not.</summary>
    public const string Exact = "Exact";

    /// <summary>They do, after conversion.</summary>
    public const string Equivalent = "Equivalent";
}

/// <summary>What happens when a check cannot be made.</summary>
public static class FailurePolicyType
{
    /// <summary>The request goes on.</summary>
    public const string Ignore = "Ignore";

    /// <summary>The request fails.</summary>
    public const string Fail = "Fail";
}

/// <summary>A CEL condition on requests.</summary>
[ApiType]
public sealed partial class MatchCondition
{
    /// <summary>Name of the condition, unique among its siblings.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Expression, which must yield a boolean.</summary>
    [Field(2), Required]
    public string Expression { get; set; } = "";
}
