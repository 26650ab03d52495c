using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Holds namespaces to their quotas. What a write adds is charged to the quotas' status before it is stored; a controller
/// counts anew and puts right what was charged for writes that failed.
/// </summary>
/// <param name="resources">Where quotas are.</param>
/// <param name="time">Clock.</param>
public sealed class ResourceQuotaAdmission(ApiResources resources, TimeProvider time) : IAdmissionPlugin
{
    private static readonly HashSet<string> s_mustAsk = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <inheritdoc/>
    public string Name => "ResourceQuota";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Namespace.Length == 0 || write.Object is not IKubernetesObject item || !Counts(write)) return;
        var store = resources.Of<ResourceQuota>();
        if (store.Cache.List(Selection.All with { Namespace = write.Namespace }).Items.Count == 0) return;
        var now = time.GetUtcNow();
        var usage = QuotaUsage.Of(item, now);
        var charges = new List<(string Quota, Dictionary<string, Quantity> Delta)>();
        foreach (var cached in store.Cache.List(Selection.All with { Namespace = write.Namespace }).Items)
        {
            if (await resources.FindAsync<ResourceQuota>(write.Namespace, cached.Name, cancel) is not { } quota || !QuotaScopes.Match(quota, item)) continue;
            var bounded = (quota.Status.Hard ?? []).Keys.Where(usage.ContainsKey).ToList();
            CheckAsked(write, quota);
            if (bounded.Count == 0) continue;
            var unknown = bounded.Where(n => quota.Status.Used?.ContainsKey(n) != true).Order(StringComparer.Ordinal).ToList();
            if (unknown.Count > 0) throw Refusal.Of(write, $"status unknown for quota: {quota.Metadata.Name}, resources: {string.Join(",", unknown)}");
            var delta = Delta(usage, bounded, write.OldObject is IKubernetesObject old && QuotaScopes.Match(quota, old) ? QuotaUsage.Of(old, now) : null);
            if (delta.Count == 0) continue;
            Check(write, quota, delta);
            charges.Add((quota.Metadata.Name, delta));
        }

        if (write.DryRun) return;
        foreach (var (name, delta) in charges) await ChargeAsync(write, name, delta, cancel);
    }

    private static bool Counts(AdmissionAttributes write) => (write.Operation, write.Subresource, write.Object) switch
    {
        (AdmissionOperation.Create, "", _) => true,
        (AdmissionOperation.Update, "", Service or PersistentVolumeClaim or Pod) => true,
        (AdmissionOperation.Update, "resize", Pod) => true,
        _ => false,
    };

    /// <summary>What is used more than before; using less is the controller's to note.</summary>
    private static Dictionary<string, Quantity> Delta(Dictionary<string, Quantity> usage, List<string> names, Dictionary<string, Quantity>? before)
    {
        var delta = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var more = before is not null && before.TryGetValue(name, out var had) ? usage[name] - had : usage[name];
            if (more > Quantity.Zero) delta[name] = more;
        }

        return delta;
    }

    private static void CheckAsked(AdmissionAttributes write, ResourceQuota quota)
    {
        if (write.Object is not Pod pod || pod.Spec.Resources is { Requests.Count: > 0 } or { Limits.Count: > 0 }) return;
        var required = (quota.Status.Hard ?? []).Keys.Where(s_mustAsk.Contains).Order(StringComparer.Ordinal).ToList();
        if (required.Count == 0) return;
        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
        {
            var asked = new Dictionary<string, Quantity>();
            QuotaUsage.AddCompute(asked, container.Resources.Requests ?? [], container.Resources.Limits ?? []);
            foreach (var name in required)
            {
                if (asked.ContainsKey(name)) continue;
                if (!missing.TryGetValue(name, out var containers)) missing[name] = containers = new(StringComparer.Ordinal);
                containers.Add(container.Name);
            }
        }

        if (missing.Count > 0) throw Refusal.Of(write, $"failed quota: {quota.Metadata.Name}: must specify {string.Join("; ", missing.Select(static m => $"{m.Key} for: {string.Join(",", m.Value)}"))}");
    }

    private static void Check(AdmissionAttributes write, ResourceQuota quota, Dictionary<string, Quantity> delta)
    {
        var used = quota.Status.Used!;
        var hard = quota.Status.Hard!;
        var exceeded = delta.Keys.Where(n => used[n] + delta[n] > hard[n]).Order(StringComparer.Ordinal).ToList();
        if (exceeded.Count == 0) return;
        string Show(Dictionary<string, Quantity> amounts) => string.Join(",", exceeded.Select(n => $"{n}={amounts[n]}"));
        throw Refusal.Of(write, $"exceeded quota: {quota.Metadata.Name}, requested: {Show(delta)}, used: {Show(used)}, limited: {Show(hard)}");
    }

    private async ValueTask ChargeAsync(AdmissionAttributes write, string name, Dictionary<string, Quantity> delta, CancellationToken cancel)
    {
        var store = resources.Of<ResourceQuota>();
        var context = WriteContext.OfServer(write.Namespace, cancel) with { Subresource = "status" };
        var strategy = (store.Definition.Subresources.GetValueOrDefault("status") as ObjectSubresource)?.Strategy;
        try
        {
            await store.UpdateAsync(
                name,
                current =>
                {
                    // Others may have charged in between: what was checked is checked again on what is there now.
                    var quota = (ResourceQuota)current!;
                    if (quota.Status.Hard is null || quota.Status.Used is null) return quota;
                    var still = delta.Where(d => quota.Status.Hard.ContainsKey(d.Key) && quota.Status.Used.ContainsKey(d.Key)).ToDictionary(static d => d.Key, static d => d.Value);
                    Check(write, quota, still);
                    foreach (var (resource, more) in still) quota.Status.Used[resource] += more;
                    return quota;
                },
                new UpdateBehavior(strategy, RetryOnConflict: true),
                context);
        }
        catch (StatusException e) when (e.IsNotFound)
        {
            // The quota is gone, and with it its bounds.
        }
    }
}
