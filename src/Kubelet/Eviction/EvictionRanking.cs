using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Eviction;

/// <summary>A pod and how much it uses of what is scarce.</summary>
internal sealed record PodUsage(Pod Pod, long Usage, IReadOnlyDictionary<string, long> ByContainer);

/// <summary>Orders pods by who goes first: those that use more than they asked for, then the less important, then the greedier.</summary>
internal static class EvictionRanking
{
    private const int CriticalPriority = 2_000_000_000;

    public static IReadOnlyList<PodUsage> Order(IEnumerable<PodUsage> pods, string resource) =>
        [.. pods.Where(p => !IsCritical(p.Pod))
            .OrderByDescending(p => p.Usage > Request(p.Pod, resource))
            .ThenBy(p => p.Pod.Spec.Priority ?? 0)
            .ThenByDescending(p => p.Usage - Request(p.Pod, resource))];

    /// <summary>Whether the cluster depends on the pod, so that it is never evicted.</summary>
    public static bool IsCritical(Pod pod) => pod.Spec.Priority >= CriticalPriority ||
        pod.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.ConfigSource) is { } source && source != "api";

    /// <summary>How much the pod asked for.</summary>
    public static long Request(Pod pod, string resource) =>
        PodResources.Requests(pod).TryGetValue(resource, out var quantity) ? quantity.Value : 0;
}
