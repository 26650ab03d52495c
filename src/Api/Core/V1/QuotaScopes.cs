namespace Tiphys.Api.Core.V1;

/// <summary>Whether a quota is about an object.</summary>
public static class QuotaScopes
{
    /// <summary>Whether the object is in all the quota's scopes.</summary>
    public static bool Match(ResourceQuota quota, IKubernetesObject item)
    {
        foreach (var scope in quota.Spec.Scopes ?? [])
            if (!IsIn(new() { ScopeName = scope, Operator = ScopeSelectorOperator.Exists }, item)) return false;
        foreach (var selector in quota.Spec.ScopeSelector?.MatchExpressions ?? [])
            if (!IsIn(selector, item)) return false;
        return true;
    }

    private static bool IsIn(ScopedResourceSelectorRequirement selector, IKubernetesObject item) => item switch
    {
        Pod pod => selector.ScopeName switch
        {
            ResourceQuotaScope.Terminating => IsTerminating(pod),
            ResourceQuotaScope.NotTerminating => !IsTerminating(pod),
            ResourceQuotaScope.BestEffort => IsBestEffort(pod),
            ResourceQuotaScope.NotBestEffort => !IsBestEffort(pod),
            ResourceQuotaScope.PriorityClass => Selects(selector, pod.Spec.PriorityClassName),
            ResourceQuotaScope.CrossNamespacePodAffinity => ReachesOtherNamespaces(pod.Spec.Affinity),
            _ => false,
        },
        PersistentVolumeClaim claim => selector.ScopeName == ResourceQuotaScope.VolumeAttributesClass && Selects(selector, claim.Spec.VolumeAttributesClassName ?? ""),
        _ => false,
    };

    private static bool Selects(ScopedResourceSelectorRequirement selector, string value) => selector.Operator switch
    {
        ScopeSelectorOperator.Exists => value.Length > 0,
        ScopeSelectorOperator.DoesNotExist => value.Length == 0,
        ScopeSelectorOperator.In => selector.Values?.Contains(value) == true,
        ScopeSelectorOperator.NotIn => selector.Values?.Contains(value) != true,
        _ => false,
    };

    private static bool IsTerminating(Pod pod) => pod.Spec.ActiveDeadlineSeconds >= 0;

    private static bool IsBestEffort(Pod pod) => PodQos.Of(pod) == PodQosClass.BestEffort;

    private static bool ReachesOtherNamespaces(Affinity? affinity)
    {
        static bool Reaches(PodAffinityTerm term) => term.Namespaces is { Count: > 0 } || term.NamespaceSelector is not null;
        return affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Any(Reaches) == true
            || affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.Any(static t => Reaches(t.PodAffinityTerm)) == true
            || affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Any(Reaches) == true
            || affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.Any(static t => Reaches(t.PodAffinityTerm)) == true;
    }
}
