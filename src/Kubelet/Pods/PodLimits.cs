using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Whether the limits of a pod's containers bound the pod as a whole.</summary>
internal static class PodLimits
{
    /// <summary>Whether every container has a limit on the resource, so that their sum bounds the pod.</summary>
    public static bool IsDeclared(Pod pod, string resource) =>
        IsPositive(pod.Spec.Resources?.Limits, resource) ||
        (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).All(c => IsPositive(c.Resources.Limits, resource));

    private static bool IsPositive(Dictionary<string, Quantity>? list, string resource) =>
        list is not null && list.TryGetValue(resource, out var quantity) && !quantity.IsZero;
}
