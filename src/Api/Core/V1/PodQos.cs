namespace Tiphys.Api.Core.V1;

/// <summary>A pod's quality-of-service class, which decides whose processes the kernel kills first.</summary>
public static class PodQos
{
    private static readonly string[] s_counted = [ResourceName.Cpu, ResourceName.Memory];

    /// <summary>The class the API server recorded, or else the one the spec amounts to.</summary>
    public static string Of(Pod pod) => pod.Status.QosClass.Length > 0 ? pod.Status.QosClass : Compute(pod);

    /// <summary>The class the spec amounts to.</summary>
    public static string Compute(Pod pod)
    {
        var parts = pod.Spec.Resources is { } whole && (whole.Requests?.Count > 0 || whole.Limits?.Count > 0)
            ? [whole]
            : (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Select(c => c.Resources).ToList();
        if (!parts.Any(p => s_counted.Any(r => IsSet(p.Requests, r) || IsSet(p.Limits, r)))) return PodQosClass.BestEffort;
        var guaranteed = parts.All(p => s_counted.All(r =>
            IsSet(p.Limits, r) && (!IsSet(p.Requests, r) || p.Requests![r] == p.Limits![r])));
        return guaranteed ? PodQosClass.Guaranteed : PodQosClass.Burstable;
    }

    private static bool IsSet(Dictionary<string, Quantity>? list, string resource) =>
        list is not null && list.TryGetValue(resource, out var quantity) && !quantity.IsZero;
}
