using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Rbac.V1;

/// <summary>Permissions within a namespace.</summary>
[ApiKind("rbac.authorization.k8s.io", "v1", Resource = "roles")]
public sealed partial class Role : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is allowed.</summary>
    [Field(2), AlwaysShown, NullWhenUnset, Atomic]
    public List<PolicyRule> Rules { get; set; } = [];
}

/// <summary>Permissions in the whole cluster, or within any namespace that binds them.</summary>
[ApiKind("rbac.authorization.k8s.io", "v1", Resource = "clusterroles", Namespaced = false)]
public sealed partial class ClusterRole : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is allowed.</summary>
    [Field(2), AlwaysShown, NullWhenUnset, Atomic]
    public List<PolicyRule> Rules { get; set; } = [];

    /// <summary>Other roles whose rules fill this one; rules is then the controller's.</summary>
    [Field(3)]
    public AggregationRule? AggregationRule { get; set; }
}

/// <summary>Roles to be joined into one.</summary>
[ApiType]
public sealed partial class AggregationRule
{
    /// <summary>Labels of the roles; any selector that matches counts.</summary>
    [Field(1), Atomic]
    public List<LabelSelector>? ClusterRoleSelectors { get; set; }
}

/// <summary>Something that is allowed: verbs on resources, or on URL paths.</summary>
[ApiType]
public sealed partial class PolicyRule
{
    /// <summary>Verbs that are allowed; * for all.</summary>
    [Field(1), Required, Atomic]
    public List<string> Verbs { get; set; } = [];

    /// <summary>Groups of the resources; * for all, empty string for the core group.</summary>
    [Field(2), Atomic]
    public List<string>? ApiGroups { get; set; }

    /// <summary>Resources and subresources; * for all.</summary>
    [Field(3), Atomic]
    public List<string>? Resources { get; set; }

    /// <summary>Names of the objects; all when empty.</summary>
    [Field(4), Atomic]
    public List<string>? ResourceNames { get; set; }

    /// <summary>Paths that are no resources; * as the last part stands for the rest.</summary>
    [Field(5), Atomic]
    public List<string>? NonResourceURLs { get; set; }
}

/// <summary>Well-known values of rules and subjects.</summary>
public static class RbacConstants
{
    /// <summary>Every verb, group, resource or path.</summary>
    public const string All = "*";

    /// <summary>Kind of a subject: a group.</summary>
    public const string Group = "Group";

    /// <summary>Kind of a subject: a service account.</summary>
    public const string ServiceAccount = "ServiceAccount";

    /// <summary>Kind of a subject: a user.</summary>
    public const string User = "User";

    /// <summary>Annotation: true lets the server put default roles right at its start.</summary>
    public const string AutoUpdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";
}
