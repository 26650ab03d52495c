using Tiphys.Api;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Role-based access control. Roles and bindings are compiled into an index by subject that is brought up to date when one of
/// them changes; a decision looks only at the bindings of the user and of their groups.
/// </summary>
public sealed class RbacAuthorizer : IAuthorizer, IRuleLister
{
    private readonly ApiResources _stores;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Name), Compiled> _roles = [];
    private readonly Dictionary<(string Namespace, string Name), Binding> _bindings = [];
    private CacheMirror[]? _mirrors;
    private volatile RbacIndex _index = RbacIndex.Empty;

    /// <summary>Makes the authorizer over the stores of roles and bindings.</summary>
    public RbacAuthorizer(ApiResources stores) => _stores = stores;

    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        List<string>? missing = null;
        foreach (var grant in Current().Grants(user, request.Namespace))
        {
            if (grant.Role is not { } role)
            {
                (missing ??= []).Add(grant.Missing);
                continue;
            }

            foreach (var rule in role.Rules)
                if (rule.Allows(request)) return new(AuthorizationDecision.Allow(grant.Reason));
        }

        return missing is null
            ? new(AuthorizationDecision.NoOpinion)
            : new(new AuthorizationDecision(AuthorizationVerdict.NoOpinion, "RBAC: " + Aggregate.Text(missing)));
    }

    /// <inheritdoc/>
    public (IEnumerable<PolicyRule> Rules, string? Error) RulesOf(UserInfo user, string ns)
    {
        var rules = new List<PolicyRule>();
        var missing = new List<string>();
        foreach (var grant in Current().Grants(user, ns))
        {
            if (grant.Role is { } role) rules.AddRange(role.Rules.Select(static r => r.Source));
            else missing.Add(grant.Missing);
        }

        return (rules, missing.Count == 0 ? null : Aggregate.Text(missing));
    }

    /// <summary>The rules of a role, as they are now; null when there is no such role.</summary>
    /// <param name="reference">The role.</param>
    /// <param name="ns">Namespace of the binding; empty for cluster role bindings.</param>
    public IReadOnlyList<PolicyRule>? RulesOf(RoleRef reference, string ns)
    {
        Current();
        lock (_lock) return _roles.TryGetValue((reference.Kind == "Role" ? ns : "", reference.Name), out var role) ? [.. role.Rules.Select(static r => r.Source)] : null;
    }

    private RbacIndex Current()
    {
        var mirrors = Volatile.Read(ref _mirrors);
        if (mirrors is not null)
        {
            var behind = false;
            foreach (var mirror in mirrors) behind |= mirror.IsBehind;
            if (!behind) return _index;
        }

        lock (_lock) return Refresh();
    }

    private RbacIndex Refresh()
    {
        if (_mirrors is null)
        {
            CacheMirror[] mirrors =
            [
                new(_stores.Of<ClusterRole>().Cache),
                new(_stores.Of<Role>().Cache),
                new(_stores.Of<ClusterRoleBinding>().Cache),
                new(_stores.Of<RoleBinding>().Cache),
            ];
            Volatile.Write(ref _mirrors, mirrors);
        }

        var changed = _mirrors[0].CatchUp(() => Clear(_roles, cluster: true), (ns, name, item) => Put(_roles, ns, name, item, static i => new Compiled(((ClusterRole)i).Rules)));
        changed |= _mirrors[1].CatchUp(() => Clear(_roles, cluster: false), (ns, name, item) => Put(_roles, ns, name, item, static i => new Compiled(((Role)i).Rules)));
        changed |= _mirrors[2].CatchUp(() => Clear(_bindings, cluster: true), (ns, name, item) => Put(_bindings, ns, name, item, static i => Binding.Of((ClusterRoleBinding)i)));
        changed |= _mirrors[3].CatchUp(() => Clear(_bindings, cluster: false), (ns, name, item) => Put(_bindings, ns, name, item, static i => Binding.Of((RoleBinding)i)));
        if (changed) _index = new RbacIndex(_roles, _bindings.Values);
        return _index;
    }

    private static void Put<T>(Dictionary<(string, string), T> into, string ns, string name, StoredObject? stored, Func<IKubernetesObject, T> compile)
    {
        if (stored is null) into.Remove((ns, name));
        else into[(ns, name)] = compile(stored.Decode());
    }

    private static void Clear<T>(Dictionary<(string Namespace, string Name), T> map, bool cluster)
    {
        foreach (var key in map.Keys.Where(k => k.Namespace.Length == 0 == cluster).ToList()) map.Remove(key);
    }

    /// <summary>A role's rules.</summary>
    internal sealed class Compiled(IEnumerable<PolicyRule>? rules)
    {
        public CompiledRule[] Rules { get; } = [.. (rules ?? []).Select(static r => new CompiledRule(r))];
    }

    /// <summary>A binding of either kind.</summary>
    internal sealed record Binding(string Kind, string Namespace, string Name, RoleRef Role, IReadOnlyList<Subject> Subjects)
    {
        public static Binding Of(ClusterRoleBinding b) => new("ClusterRoleBinding", "", b.Metadata.Name, b.RoleRef, b.Subjects ?? []);

        public static Binding Of(RoleBinding b) => new("RoleBinding", b.Metadata.Namespace, b.Metadata.Name, b.RoleRef, b.Subjects ?? []);
    }
}

/// <summary>Lists what a user may do, for reviews and for the check against escalation.</summary>
public interface IRuleLister
{
    /// <summary>The rules, and what went wrong when they may be incomplete.</summary>
    (IEnumerable<PolicyRule> Rules, string? Error) RulesOf(UserInfo user, string ns);
}
