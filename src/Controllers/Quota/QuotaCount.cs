using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>What objects count for towards quotas; the API server charges by the same rules when they are written.</summary>
internal static class QuotaCount
{
    private static readonly Quantity s_one = new(1);

    /// <summary>What a pod uses: nothing once it has ended, or should be gone.</summary>
    public static Dictionary<string, Quantity> Of(Pod pod, DateTimeOffset now)
    {
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal) { ["count/pods"] = s_one };
        if (!Holds(pod, now)) return usage;
        usage["pods"] = s_one;
        foreach (var (name, amount) in PodResources.Requests(pod, new() { UseStatus = true }))
        {
            var plain = IsPlain(name);
            if (plain) usage[name] = amount;
            if (plain || name.Contains('/')) usage["requests." + name] = amount;
        }

        foreach (var (name, amount) in PodResources.Limits(pod))
            if (name is "cpu" or "memory" or "ephemeral-storage") usage["limits." + name] = amount;
        return usage;
    }

    /// <summary>What a service uses.</summary>
    public static Dictionary<string, Quantity> Of(Service service)
    {
        var ports = service.Spec.Ports ?? [];
        var nodePorts = service.Spec.Type switch
        {
            ServiceType.NodePort => ports.Count,
            ServiceType.LoadBalancer => service.Spec.AllocateLoadBalancerNodePorts == false ? ports.Count(static p => p.NodePort != 0) : ports.Count,
            _ => 0,
        };
        return new(StringComparer.Ordinal)
        {
            ["count/services"] = s_one,
            ["services"] = s_one,
            ["services.loadbalancers"] = new(service.Spec.Type == ServiceType.LoadBalancer ? 1 : 0),
            ["services.nodeports"] = new(nodePorts),
        };
    }

    /// <summary>What a claim uses.</summary>
    public static Dictionary<string, Quantity> Of(PersistentVolumeClaim claim)
    {
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal) { ["count/persistentvolumeclaims"] = s_one, ["persistentvolumeclaims"] = s_one };
        var storageClass = claim.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.BetaStorageClass) ?? claim.Spec.StorageClassName ?? "";
        if (storageClass.Length > 0) usage[storageClass + ".storageclass.storage.k8s.io/persistentvolumeclaims"] = s_one;
        if (claim.Spec.Resources.Requests?.TryGetValue("storage", out var asked) != true) return usage;
        if (claim.Status.AllocatedResources?.TryGetValue("storage", out var held) == true && held > asked) asked = held;
        usage["requests.storage"] = asked;
        if (storageClass.Length > 0) usage[storageClass + ".storageclass.storage.k8s.io/requests.storage"] = asked;
        return usage;
    }

    /// <summary>Whether a pod still counts.</summary>
    public static bool Holds(Pod pod, DateTimeOffset now) =>
        !pod.IsFinished() && !(pod.Metadata is { DeletionTimestamp: { } deleted, DeletionGracePeriodSeconds: { } grace } && now > deleted.AddSeconds(grace));

    /// <summary>Whether a quota's scopes include an object.</summary>
    public static bool Includes(ResourceQuota quota, IKubernetesObject item)
    {
        foreach (var scope in quota.Spec.Scopes ?? [])
            if (!IsIn(scope, ScopeSelectorOperator.Exists, null, item)) return false;
        foreach (var e in quota.Spec.ScopeSelector?.MatchExpressions ?? [])
            if (!IsIn(e.ScopeName, e.Operator, e.Values, item)) return false;
        return true;
    }

    private static bool IsIn(string scope, string op, List<string>? values, IKubernetesObject item) => (scope, item) switch
    {
        (ResourceQuotaScope.Terminating, Pod pod) => pod.Spec.ActiveDeadlineSeconds >= 0,
        (ResourceQuotaScope.NotTerminating, Pod pod) => !(pod.Spec.ActiveDeadlineSeconds >= 0),
        (ResourceQuotaScope.BestEffort, Pod pod) => pod.Status.QosClass == PodQosClass.BestEffort,
        (ResourceQuotaScope.NotBestEffort, Pod pod) => pod.Status.QosClass != PodQosClass.BestEffort,
        (ResourceQuotaScope.PriorityClass, Pod pod) => Selects(op, values, pod.Spec.PriorityClassName),
        (ResourceQuotaScope.CrossNamespacePodAffinity, Pod pod) => Terms(pod.Spec.Affinity).Any(static t => t.Namespaces is { Count: > 0 } || t.NamespaceSelector is not null),
        (ResourceQuotaScope.VolumeAttributesClass, PersistentVolumeClaim claim) => Selects(op, values, claim.Spec.VolumeAttributesClassName ?? ""),
        _ => false,
    };

    private static IEnumerable<PodAffinityTerm> Terms(Affinity? affinity) =>
        (affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
        .Concat((affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(static t => t.PodAffinityTerm))
        .Concat(affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
        .Concat((affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(static t => t.PodAffinityTerm));

    private static bool Selects(string op, List<string>? values, string value) => op switch
    {
        ScopeSelectorOperator.Exists => value.Length > 0,
        ScopeSelectorOperator.DoesNotExist => value.Length == 0,
        ScopeSelectorOperator.In => values?.Contains(value) == true,
        ScopeSelectorOperator.NotIn => values?.Contains(value) != true,
        _ => false,
    };

    private static bool IsPlain(string name) => name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);
}
