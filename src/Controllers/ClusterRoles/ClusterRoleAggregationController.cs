using Tiphys.Api;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Fills cluster roles that are unions of others (upstream's clusterrole-aggregation-controller).</summary>
internal sealed class ClusterRoleAggregationController : KeyedController
{
    private readonly IInformer<ClusterRole> _roles;

    public ClusterRoleAggregationController(ControllerContext context) : base(context, 5)
    {
        _roles = context.Informer<ClusterRole>();
        _roles.OnChange(_ =>
        {
            foreach (var role in _roles.List())
                if (role.AggregationRule is not null) Enqueue(role);
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_roles.Get(key) is not { AggregationRule: { } rule } role) return Requeue.None;
        var rules = new List<PolicyRule>();
        foreach (var selector in rule.ClusterRoleSelectors ?? [])
        {
            var query = LabelQuery.Of(selector);
            foreach (var part in _roles.List().Where(r => r.Metadata.Name != key.Name && query.Matches(r.Metadata.Labels)).OrderBy(static r => r.Metadata.Name, StringComparer.Ordinal))
            {
                foreach (var one in part.Rules ?? [])
                    if (!rules.Exists(r => ApiJson.Same(r, one))) rules.Add(one);
            }
        }

        if (ApiJson.Same(new ClusterRole { Rules = rules }, new ClusterRole { Rules = role.Rules ?? [] })) return Requeue.None;
        var copy = role.DeepCopy();
        copy.Rules = rules;
        await Client.Resource<ClusterRole>().UpdateAsync(copy, cancel);
        return Requeue.None;
    }
}
