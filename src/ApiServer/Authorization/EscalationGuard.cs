using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Nobody may give away more than they have: writes of roles and bindings are held against the writer's own rules, unless they
/// may <c>escalate</c> the role or <c>bind</c> it. It is part of RBAC and cannot be switched off.
/// </summary>
/// <param name="rbac">Rules of users and roles.</param>
/// <param name="authorizer">Decides about <c>escalate</c> and <c>bind</c>.</param>
public sealed class EscalationGuard(RbacAuthorizer rbac, IAuthorizer authorizer) : IAdmissionPlugin
{
    private static readonly PolicyRule[] s_everything =
    [
        new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        new() { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    /// <inheritdoc/>
    public string Name => "RBACEscalation";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Kind.Group != PolicyTerms.ApiGroup || write.Operation is not (AdmissionOperation.Create or AdmissionOperation.Update)) return;
        if (write.User.Groups.Contains(UserInfo.Masters)) return;
        switch (write.Object)
        {
            case ClusterRole role: await CheckRoleAsync(write, role, cancel); break;
            case Role role:
                if (write.OldObject is Role old && SameRules(old.Rules, role.Rules)) return;
                if (await MayAsync(write, "escalate", write.Kind.Resource, write.Name, cancel)) return;
                Confirm(write, role.Rules, write.Namespace);
                break;
            case ClusterRoleBinding binding: await CheckBindingAsync(write, binding.RoleRef, binding.Subjects, (write.OldObject as ClusterRoleBinding)?.Subjects, cancel); break;
            case RoleBinding binding: await CheckBindingAsync(write, binding.RoleRef, binding.Subjects, (write.OldObject as RoleBinding)?.Subjects, cancel); break;
        }
    }

    private async ValueTask CheckRoleAsync(AdmissionAttributes write, ClusterRole role, CancellationToken cancel)
    {
        var old = write.OldObject as ClusterRole;
        var aggregates = role.AggregationRule?.ClusterRoleSelectors is { Count: > 0 };
        var aggregated = old?.AggregationRule?.ClusterRoleSelectors is { Count: > 0 };
        if (old is not null && SameRules(old.Rules, role.Rules) && !aggregates && !aggregated) return;
        if (await MayAsync(write, "escalate", "clusterroles", write.Name, cancel)) return;
        Confirm(write, role.Rules, "");
        if (!aggregates && !aggregated) return;

        // Such a role may come to hold anything.
        if (RuleCover.Missing([.. rbac.RulesOf(write.User, "").Rules], s_everything).Count > 0)
            throw ApiErrors.Forbidden(write.GroupResource, write.Name, "must have cluster-admin privileges to use the aggregationRule");
    }

    private async ValueTask CheckBindingAsync(AdmissionAttributes write, RoleRef role, List<Subject>? subjects, List<Subject>? oldSubjects, CancellationToken cancel)
    {
        if (write.OldObject is not null && SameSubjects(oldSubjects, subjects)) return;
        if (await MayAsync(write, "bind", role.Kind == "Role" ? "roles" : "clusterroles", role.Name, cancel)) return;
        var rules = rbac.RulesOf(role, write.Namespace)
            ?? throw ApiErrors.NotFound(new(PolicyTerms.ApiGroup, role.Kind == "Role" ? "roles" : "clusterroles"), role.Name);
        Confirm(write, rules, write.Namespace);
    }

    private async ValueTask<bool> MayAsync(AdmissionAttributes write, string verb, string resource, string name, CancellationToken cancel)
    {
        var info = new RequestInfo { Path = "", Verb = verb, IsResourceRequest = true, Group = PolicyTerms.ApiGroup, Version = "*", Resource = resource, Name = name, Namespace = write.Namespace };
        return (await authorizer.AuthorizeAsync(write.User, info, cancel)).Verdict == AuthorizationVerdict.Allow;
    }

    private void Confirm(AdmissionAttributes write, IReadOnlyList<PolicyRule> granted, string ns)
    {
        var (held, error) = rbac.RulesOf(write.User, ns);
        var missing = RuleCover.Missing([.. held], granted);
        if (missing.Count == 0) return;
        var lines = missing.Select(RuleCover.Describe).Order(StringComparer.Ordinal);
        var groups = string.Join(" ", write.User.Groups.Select(static g => $"\"{g}\""));
        var message = $"user \"{write.User.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join("\n", lines)}";
        if (error is not null) message += $"; resolution errors: {error}";
        throw ApiErrors.Forbidden(write.GroupResource, write.Name, message);
    }

    private static bool SameRules(List<PolicyRule> left, List<PolicyRule> right) =>
        left.Count == right.Count && left.Zip(right).All(static p => Api.ApiJson.Same(p.First, p.Second));

    private static bool SameSubjects(List<Subject>? left, List<Subject>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left ?? []).Zip(right ?? []).All(static p => Api.ApiJson.Same(p.First, p.Second));
}
