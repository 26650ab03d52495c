using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>What one binding gives to one subject.</summary>
/// <param name="role">The role; null when it does not exist.</param>
/// <param name="reason">What a decision that rests on it says.</param>
/// <param name="missing">What is said when the role does not exist.</param>
internal sealed class Grant(RbacAuthorizer.Compiled? role, string reason, string missing)
{
    public RbacAuthorizer.Compiled? Role { get; } = role;

    public string Reason { get; } = reason;

    public string Missing { get; } = missing;
}

/// <summary>All grants by namespace (empty: the whole cluster) and subject. It never changes once made.</summary>
internal sealed class RbacIndex
{
    private readonly Dictionary<string, (Dictionary<string, List<Grant>> Users, Dictionary<string, List<Grant>> Groups)> _byNamespace = new(StringComparer.Ordinal);

    public RbacIndex(IReadOnlyDictionary<(string Namespace, string Name), RbacAuthorizer.Compiled> roles, IEnumerable<RbacAuthorizer.Binding> bindings)
    {
        foreach (var binding in bindings.OrderBy(static b => b.Name, StringComparer.Ordinal))
        {
            var isClusterRole = binding.Role.Kind != "Role";
            roles.TryGetValue((isClusterRole ? "" : binding.Namespace, binding.Role.Name), out var role);
            var missing = $"{(isClusterRole ? "clusterrole" : "role")}.rbac.authorization.k8s.io \"{binding.Role.Name}\" not found";
            if (!_byNamespace.TryGetValue(binding.Namespace, out var maps)) _byNamespace[binding.Namespace] = maps = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
            foreach (var subject in binding.Subjects)
            {
                var grant = new Grant(role, Reason(binding, subject), missing);
                switch (subject.Kind)
                {
                    case RbacConstants.User: Add(maps.Users, subject.Name, grant); break;
                    case RbacConstants.Group: Add(maps.Groups, subject.Name, grant); break;
                    case RbacConstants.ServiceAccount:
                        var ns = subject.Namespace.Length > 0 ? subject.Namespace : binding.Namespace;
                        if (ns.Length > 0) Add(maps.Users, ServiceAccountNames.User(ns, subject.Name), grant);
                        break;
                }
            }
        }
    }

    private RbacIndex() { }

    public static RbacIndex Empty { get; } = new();

    /// <summary>The grants of a user and of their groups, in the whole cluster and then in the namespace.</summary>
    public IEnumerable<Grant> Grants(UserInfo user, string ns)
    {
        for (var pass = 0; pass < (ns.Length > 0 ? 2 : 1); pass++)
        {
            if (!_byNamespace.TryGetValue(pass == 0 ? "" : ns, out var maps)) continue;
            if (maps.Users.TryGetValue(user.Name, out var own))
                foreach (var grant in own) yield return grant;
            foreach (var group in user.Groups)
                if (maps.Groups.TryGetValue(group, out var shared))
                    foreach (var grant in shared) yield return grant;
        }
    }

    private static void Add(Dictionary<string, List<Grant>> map, string name, Grant grant)
    {
        if (!map.TryGetValue(name, out var list)) map[name] = list = [];
        list.Add(grant);
    }

    private static string Reason(RbacAuthorizer.Binding binding, Subject subject)
    {
        var name = binding.Namespace.Length > 0 ? $"{binding.Name}/{binding.Namespace}" : binding.Name;
        var who = subject.Kind == RbacConstants.ServiceAccount
            ? $"{subject.Name}/{(subject.Namespace.Length > 0 ? subject.Namespace : binding.Namespace)}"
            : subject.Name;
        return $"RBAC: allowed by {binding.Kind} \"{name}\" of {binding.Role.Kind} \"{binding.Role.Name}\" to {subject.Kind} \"{who}\"";
    }
}
