using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Counts what namespaces use (upstream's resourcequota controller). New uses are charged by the API server as they come; this
/// counts anew when something goes, when a quota changes, and from time to time.
/// </summary>
internal sealed class ResourceQuotaController : KeyedController
{
    private static readonly TimeSpan Resync = TimeSpan.FromMinutes(5);

    /// <summary>Objects that are only counted are not watched.</summary>
    private static readonly TimeSpan CountResync = TimeSpan.FromSeconds(15);

    private readonly IInformer<ResourceQuota> _quotas;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<Service> _services;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly MetadataClient _metadata;

    public ResourceQuotaController(ControllerContext context) : base(context, 5)
    {
        _metadata = new(Client);
        _quotas = context.Informer<ResourceQuota>();
        _pods = context.Informer<Pod>();
        _services = context.Informer<Service>();
        _claims = context.Informer<PersistentVolumeClaim>();
        _quotas.On(Enqueue, (before, after) =>
        {
            if (!ApiJson.Same(before.Spec, after.Spec)) Enqueue(after);
        });
        _pods.On(null, (before, after) =>
        {
            if (after.IsFinished() && !before.IsFinished()) Freed(after);
        }, Freed);
        _services.On(null, (before, after) =>
        {
            if (before.Spec.Type != after.Spec.Type || before.Spec.Ports?.Count != after.Spec.Ports?.Count) Freed(after);
        }, Freed);
        _claims.On(null, (_, after) => Freed(after), Freed);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_quotas.Get(key) is not { Metadata.DeletionTimestamp: null } quota) return Requeue.None;
        var hard = quota.Spec.Hard ?? [];
        var now = Context.Now;
        var used = hard.Keys.ToDictionary(static k => k, static _ => new Quantity(0), StringComparer.Ordinal);
        foreach (var pod in _pods.List(key.Namespace)) Add(pod);
        foreach (var service in _services.List(key.Namespace)) Add(service);
        foreach (var claim in _claims.List(key.Namespace)) Add(claim);
        var counted = await CountOthersAsync(key.Namespace, hard.Keys, used, quota, cancel);
        var status = new ResourceQuotaStatus { Hard = hard, Used = used };
        if (!ApiJson.Same(status, quota.Status))
        {
            var copy = quota.DeepCopy();
            copy.Status = status;
            await Client.Resource<ResourceQuota>().UpdateStatusAsync(copy, cancel);
        }

        return Requeue.In(counted ? CountResync : Resync);

        void Add(IKubernetesObject item)
        {
            if (!QuotaScopes.Match(quota, item)) return;
            foreach (var (name, amount) in QuotaUsage.Of(item, now))
                if (used.TryGetValue(name, out var sum)) used[name] = sum + amount;
        }
    }

    /// <summary>Counts objects of kinds that are bounded by number only; tells whether there are such bounds.</summary>
    private async Task<bool> CountOthersAsync(string ns, IEnumerable<string> names, Dictionary<string, Quantity> used, ResourceQuota quota, CancellationToken cancel)
    {
        var counted = names.Where(static n => n is "configmaps" or "secrets" or "replicationcontrollers" or "resourcequotas" || (n.StartsWith("count/", StringComparison.Ordinal) && n is not ("count/pods" or "count/services" or "count/persistentvolumeclaims"))).ToList();
        if (counted.Count == 0 || quota.Spec.Scopes is { Count: > 0 } || quota.Spec.ScopeSelector?.MatchExpressions is { Count: > 0 }) return false;
        var served = await ServedResources.FetchAsync(Client, cancel);
        foreach (var name in counted)
        {
            var plain = name.StartsWith("count/", StringComparison.Ordinal) ? name[6..] : name;
            if (served.FirstOrDefault(r => r.Namespaced && r.Verbs.Contains("list") && (r.Group.Length == 0 ? r.Resource : $"{r.Resource}.{r.Group}") == plain) is not { } resource) continue;
            used[name] = new Quantity((await _metadata.ListAsync(resource.Path(ns), ListQuery.All, cancel)).Items.Count);
        }

        return true;
    }

    private void Freed(IKubernetesObject item)
    {
        foreach (var quota in _quotas.List(item.Metadata.Namespace)) Enqueue(quota);
    }
}
