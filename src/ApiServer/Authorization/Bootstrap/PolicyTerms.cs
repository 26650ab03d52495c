using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>The words the default policy is written in. Lists are separated by spaces; <c>core</c> is the core group.</summary>
internal static class PolicyTerms
{
    public const string ApiGroup = "rbac.authorization.k8s.io";
    private const string AggregatePrefix = "rbac.authorization.k8s.io/aggregate-to-";

    public static PolicyRule Rule(string verbs, string groups, string resources, string names = "") => new()
    {
        Verbs = List(verbs),
        ApiGroups = [.. List(groups).Select(static g => g == "core" ? "" : g)],
        Resources = List(resources),
        ResourceNames = names.Length > 0 ? List(names) : null,
    };

    public static PolicyRule Paths(string verbs, string paths) => new() { Verbs = List(verbs), NonResourceURLs = List(paths) };

    /// <param name="name">Name of the role.</param>
    /// <param name="rules">What it allows.</param>
    /// <param name="partOf">The role it is joined into.</param>
    /// <param name="joins">The name under which other roles say that they are part of this one.</param>
    public static ClusterRole ClusterRole(string name, PolicyRule[] rules, string partOf = "", string joins = "")
    {
        var role = new ClusterRole { Metadata = Metadata(name, ""), Rules = [.. rules] };
        if (partOf.Length > 0) role.Metadata.Labels![AggregatePrefix + partOf] = "true";
        if (joins.Length > 0) role.AggregationRule = new() { ClusterRoleSelectors = [new() { MatchLabels = new() { [AggregatePrefix + joins] = "true" } }] };
        return role;
    }

    public static Role Role(string name, string ns, PolicyRule[] rules) => new() { Metadata = Metadata(name, ns), Rules = [.. rules] };

    public static ClusterRoleBinding ClusterRoleBinding(string name, string role, params Subject[] subjects) => new()
    {
        Metadata = Metadata(name, ""),
        RoleRef = new() { ApiGroup = ApiGroup, Kind = "ClusterRole", Name = role },
        Subjects = subjects.Length > 0 ? [.. subjects] : null,
    };

    public static RoleBinding RoleBinding(string name, string ns, string kind, string role, params Subject[] subjects) => new()
    {
        Metadata = Metadata(name, ns),
        RoleRef = new() { ApiGroup = ApiGroup, Kind = kind, Name = role },
        Subjects = [.. subjects],
    };

    public static Subject User(string name) => new() { Kind = RbacConstants.User, ApiGroup = ApiGroup, Name = name };

    public static Subject Group(string name) => new() { Kind = RbacConstants.Group, ApiGroup = ApiGroup, Name = name };

    public static Subject Account(string ns, string name) => new() { Kind = RbacConstants.ServiceAccount, Namespace = ns, Name = name };

    private static ObjectMeta Metadata(string name, string ns) => new()
    {
        Name = name,
        Namespace = ns,
        Labels = new() { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
        Annotations = new() { [RbacConstants.AutoUpdateAnnotation] = "true" },
    };

    private static List<string> List(string text) => [.. text.Split(' ')];
}
