using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The quality-of-service class that a pod's requests and limits give it.</summary>
internal static class PodQos
{
    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(Pod pod)
    {
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []);
        if (pod.Spec.Resources is { } whole && (Any(whole.Requests) || Any(whole.Limits)))
            return IsGuaranteed(whole) ? PodQosClass.Guaranteed : PodQosClass.Burstable;
        var any = false;
        var guaranteed = true;
        foreach (var container in containers)
        {
            any |= Any(container.Resources.Requests) || Any(container.Resources.Limits);
            guaranteed &= IsGuaranteed(container.Resources);
        }

        return !any ? PodQosClass.BestEffort : guaranteed ? PodQosClass.Guaranteed : PodQosClass.Burstable;
    }

    private static bool Any(Dictionary<string, Quantity>? resources) => resources is not null && Counted.Any(r => resources.TryGetValue(r, out var q) && !q.IsZero);

    private static bool IsGuaranteed(ResourceRequirements resources)
    {
        foreach (var name in Counted)
        {
            if (resources.Limits?.TryGetValue(name, out var limit) != true || limit.IsZero) return false;
            if (resources.Requests?.TryGetValue(name, out var request) == true && request != limit) return false;
        }

        return true;
    }
}
