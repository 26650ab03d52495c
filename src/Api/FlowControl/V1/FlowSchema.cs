using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.FlowControl.V1;

/// <summary>Sorts requests to the API server into flows of a priority level.</summary>
[ApiKind("flowcontrol.apiserver.k8s.io", "v1", Resource = "flowschemas", Namespaced = false)]
public sealed partial class FlowSchema : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which requests, and where they go.</summary>
    [Field(2)]
    public FlowSchemaSpec Spec { get; set; } = new();

    /// <summary>Whether it makes sense.</summary>
    [Field(3)]
    public FlowSchemaStatus Status { get; set; } = new();
}

/// <summary>Which requests make up a flow schema.</summary>
[ApiType]
public sealed partial class FlowSchemaSpec
{
    /// <summary>Priority level of the requests.</summary>
    [Field(1), Required]
    public PriorityLevelConfigurationReference PriorityLevelConfiguration { get; set; } = new();

    /// <summary>Order among schemas, 1 to 10000; the least that matches wins.</summary>
    [Field(2), Required, Default(1000)]
    public int MatchingPrecedence { get; set; }

    /// <summary>What tells its flows apart; they are one when unset.</summary>
    [Field(3)]
    public FlowDistinguisherMethod? DistinguisherMethod { get; set; }

    /// <summary>Requests that match; any of them.</summary>
    [Field(4), Atomic]
    public List<PolicyRulesWithSubjects>? Rules { get; set; }
}

/// <summary>What tells flows apart.</summary>
[ApiType]
public sealed partial class FlowDistinguisherMethod
{
    /// <summary>By user or by namespace.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";
}

/// <summary>What tells flows apart.</summary>
public static class FlowDistinguisherMethodType
{
    /// <summary>The user.</summary>
    public const string ByUser = "ByUser";

    /// <summary>The namespace.</summary>
    public const string ByNamespace = "ByNamespace";
}

/// <summary>Points to a priority level.</summary>
[ApiType]
public sealed partial class PriorityLevelConfigurationReference
{
    /// <summary>Name of the priority level.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>Requests by subject and by resource or path.</summary>
[ApiType]
public sealed partial class PolicyRulesWithSubjects
{
    /// <summary>Who asks; any of them.</summary>
    [Field(1), Required, Atomic]
    public List<Subject> Subjects { get; set; } = [];

    /// <summary>Requests to resources.</summary>
    [Field(2), Atomic]
    public List<ResourcePolicyRule>? ResourceRules { get; set; }

    /// <summary>Requests to other paths.</summary>
    [Field(3), Atomic]
    public List<NonResourcePolicyRule>? NonResourceRules { get; set; }
}

/// <summary>Someone who asks; the part named by the kind is set.</summary>
[ApiType]
public sealed partial class Subject
{
    /// <summary>What sort of subject it is.</summary>
    [Field(1), Required]
    public string Kind { get; set; } = "";

    /// <summary>A user.</summary>
    [Field(2)]
    public UserSubject? User { get; set; }

    /// <summary>A group.</summary>
    [Field(3)]
    public GroupSubject? Group { get; set; }

    /// <summary>A service account.</summary>
    [Field(4)]
    public ServiceAccountSubject? ServiceAccount { get; set; }
}

/// <summary>Sorts of subjects.</summary>
public static class SubjectKind
{
    /// <summary>A user.</summary>
    public const string User = "User";

    /// <summary>A group.</summary>
    public const string Group = "Group";

    /// <summary>A service account.</summary>
    public const string ServiceAccount = "ServiceAccount";
}

/// <summary>A user.</summary>
[ApiType]
public sealed partial class UserSubject
{
    /// <summary>Name of the user; * for all.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>A group.</summary>
[ApiType]
public sealed partial class GroupSubject
{
    /// <summary>Name of the group; * for all.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>A service account.</summary>
[ApiType]
public sealed partial class ServiceAccountSubject
{
    /// <summary>Its namespace.</summary>
    [Field(1), Required]
    public string Namespace { get; set; } = "";

    /// <summary>Its name; * for all.</summary>
    [Field(2), Required]
    public string Name { get; set; } = "";
}

/// <summary>Requests to resources.</summary>
[ApiType]
public sealed partial class ResourcePolicyRule
{
    /// <summary>Verbs; * for all.</summary>
    [Field(1), Required, ListSet]
    public List<string> Verbs { get; set; } = [];

    /// <summary>API groups; * for all.</summary>
    [Field(2), Required, ListSet]
    public List<string> ApiGroups { get; set; } = [];

    /// <summary>Resources; * for all.</summary>
    [Field(3), Required, ListSet]
    public List<string> Resources { get; set; } = [];

    /// <summary>Requests without a namespace match.</summary>
    [Field(4)]
    public bool ClusterScope { get; set; }

    /// <summary>Namespaces; * for all.</summary>
    [Field(5), Required, ListSet]
    public List<string> Namespaces { get; set; } = [];
}

/// <summary>Requests to other paths.</summary>
[ApiType]
public sealed partial class NonResourcePolicyRule
{
    /// <summary>Verbs; * for all.</summary>
    [Field(1), Required, ListSet]
    public List<string> Verbs { get; set; } = [];

    /// <summary>Paths; * as the last part stands for the rest.</summary>
    [Field(6), Required, ListSet]
    public List<string> NonResourceURLs { get; set; } = [];
}

/// <summary>Whether a flow schema makes sense.</summary>
[ApiType]
public sealed partial class FlowSchemaStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), ListMap("type"), PatchMerge("type")]
    public List<FlowSchemaCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a flow schema's state.</summary>
[ApiType]
public sealed partial class FlowSchemaCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1)]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2)]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";
}

/// <summary>Names with a meaning to flow control.</summary>
public static class FlowControlNames
{
    /// <summary>Schema and level of requests without limits.</summary>
    public const string Exempt = "exempt";

    /// <summary>Schema and level of all other requests.</summary>
    public const string CatchAll = "catch-all";

    /// <summary>Condition: the priority level does not exist.</summary>
    public const string Dangling = "Dangling";

    /// <summary>Condition: the level has a share.</summary>
    public const string ConcurrencyShared = "ConcurrencyShared";

    /// <summary>Response header with the identity of the level.</summary>
    public const string PriorityLevelUidHeader = "X-Kubernetes-PF-PriorityLevel-UID";

    /// <summary>Response header with the identity of the schema.</summary>
    public const string FlowSchemaUidHeader = "X-Kubernetes-PF-FlowSchema-UID";

    /// <summary>Annotation: true lets the server keep the spec as it ships it.</summary>
    public const string AutoUpdateAnnotation = "apf.kubernetes.io/autoupdate-spec";
}
