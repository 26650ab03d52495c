using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// The default roles and bindings. At every start what is missing is made and what was taken from them is put back, unless an
/// object's autoupdate annotation says false; what was added to them stays.
/// </summary>
/// <param name="stores">Where roles and bindings are.</param>
public sealed class BootstrapPolicy(ApiResources stores)
{
    private const int MostAttempts = 10;

    /// <summary>All default cluster roles. Those that are joined from others have the rules of their parts already.</summary>
    public static IReadOnlyList<ClusterRole> ClusterRoles { get; } = Joined([.. UserFacingRoles.All(), .. SystemRoles.All(), .. ControllerRoles.All()]);

    /// <summary>All default cluster role bindings.</summary>
    public static IReadOnlyList<ClusterRoleBinding> ClusterRoleBindings { get; } =
    [
        .. ClusterBindings.All(),
        .. ControllerRoles.All().Select(static r => PolicyTerms.ClusterRoleBinding(r.Metadata.Name, r.Metadata.Name, PolicyTerms.Account(WellKnownNamespaces.System, r.Metadata.Name["system:controller:".Length..]))),
    ];

    /// <summary>Writes the policy.</summary>
    public async Task ReconcileAsync(CancellationToken cancel)
    {
        foreach (var role in ClusterRoles) await EnsureAsync(role, MergeRole, cancel);
        foreach (var binding in ClusterRoleBindings) await EnsureAsync(binding, MergeBinding, cancel);
        foreach (var role in NamespaceRoles.All()) await EnsureAsync(role, MergeRole, cancel);
        foreach (var binding in NamespaceBindings.All()) await EnsureAsync(binding, MergeBinding, cancel);
    }

    private async Task EnsureAsync<T>(T wanted, Func<T, T, T?> merge, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var store = stores.Of<T>();
        var metadata = wanted.Metadata;
        var context = WriteContext.OfServer(metadata.Namespace, cancel);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await stores.FindAsync<T>(metadata.Namespace, metadata.Name, cancel) is not { } existing)
                {
                    await store.CreateAsync(wanted.DeepCopy(), context);
                    return;
                }

                if (existing.Metadata.Annotations?.GetValueOrDefault(RbacConstants.AutoUpdateAnnotation) == "false") return;
                var merged = merge(existing.DeepCopy(), wanted);
                if (merged is null)
                {
                    // A binding's role cannot be changed: the binding is made anew.
                    await store.DeleteAsync(metadata.Name, new DeleteOptions(), context);
                    continue;
                }

                MergeMetadata(merged.Metadata, metadata);
                if (ApiJson.Same(merged, existing)) return;
                await store.UpdateAsync(metadata.Name, _ => merged.DeepCopy(), new UpdateBehavior(), context);
                return;
            }
            catch (StatusException e) when (attempt < MostAttempts && (e.IsAlreadyExists || e.IsConflict || e.IsNotFound))
            {
                // Another server starts at the same time.
                cancel.ThrowIfCancellationRequested();
            }
        }
    }

    private static ClusterRole MergeRole(ClusterRole role, ClusterRole wanted)
    {
        role.AggregationRule ??= wanted.AggregationRule;
        if (wanted.AggregationRule is null) AddMissing(role.Rules, wanted.Rules);
        return role;
    }

    private static Role MergeRole(Role role, Role wanted)
    {
        AddMissing(role.Rules, wanted.Rules);
        return role;
    }

    private static ClusterRoleBinding? MergeBinding(ClusterRoleBinding binding, ClusterRoleBinding wanted)
    {
        if (!ApiJson.Same(binding.RoleRef, wanted.RoleRef)) return null;
        binding.Subjects = WithMissing(binding.Subjects, wanted.Subjects);
        return binding;
    }

    private static RoleBinding? MergeBinding(RoleBinding binding, RoleBinding wanted)
    {
        if (!ApiJson.Same(binding.RoleRef, wanted.RoleRef)) return null;
        binding.Subjects = WithMissing(binding.Subjects, wanted.Subjects);
        return binding;
    }

    private static void AddMissing(List<PolicyRule> rules, List<PolicyRule> wanted) => rules.AddRange(RuleCover.Missing(rules, wanted));

    private static List<Subject>? WithMissing(List<Subject>? subjects, List<Subject>? wanted)
    {
        foreach (var subject in wanted ?? [])
            if (subjects?.Any(s => ApiJson.Same(s, subject)) != true) (subjects ??= []).Add(subject);
        return subjects;
    }

    private static void MergeMetadata(ObjectMeta metadata, ObjectMeta wanted)
    {
        foreach (var (key, value) in wanted.Labels ?? []) (metadata.Labels ??= [])[key] = value;
        foreach (var (key, value) in wanted.Annotations ?? []) (metadata.Annotations ??= []).TryAdd(key, value);
    }

    /// <summary>
    /// Upstream leaves the joining to a controller; here the roles are whole from the first moment, so that nobody depends on
    /// when that controller gets to run.
    /// </summary>
    private static List<ClusterRole> Joined(List<ClusterRole> roles)
    {
        // A part may be joined itself (admin takes in edit, which takes in view): go round until nothing is added.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var role in roles.Where(static r => r.AggregationRule is not null))
            {
                var label = role.AggregationRule!.ClusterRoleSelectors![0].MatchLabels!.First();
                foreach (var part in roles.Where(r => r.Metadata.Labels!.GetValueOrDefault(label.Key) == label.Value).OrderBy(static r => r.Metadata.Name, StringComparer.Ordinal))
                {
                    foreach (var rule in part.Rules)
                    {
                        if (role.Rules.Any(r => ApiJson.Same(r, rule))) continue;
                        role.Rules.Add(rule.DeepCopy());
                        changed = true;
                    }
                }
            }
        }

        return roles;
    }
}
