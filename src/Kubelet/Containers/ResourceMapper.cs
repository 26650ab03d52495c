using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Pods;
using Container = Tiphys.Api.Core.V1.Container;

namespace Tiphys.Kubelet.Containers;

/// <summary>Turns resource requests and limits into cgroup settings.</summary>
internal static class ResourceMapper
{
    private const int GuaranteedScore = -997;
    private const int BestEffortScore = 1000;
    private const int LeastBurstableScore = 3;

    /// <summary>The settings of one container.</summary>
    public static LinuxContainerResources ForContainer(Pod pod, Container container, long memoryCapacity)
    {
        var cpuLimit = Milli(container.Resources.Limits, ResourceName.Cpu);
        // A limit without a request is a request too.
        var cpuRequest = container.Resources.Requests?.ContainsKey(ResourceName.Cpu) is true
            ? Milli(container.Resources.Requests, ResourceName.Cpu)
            : cpuLimit;
        var resources = new LinuxContainerResources
        {
            CpuShares = CgroupLimits.SharesFor(cpuRequest),
            OomScoreAdj = OomScore(pod, container, memoryCapacity),
        };
        if (cpuLimit > 0)
        {
            resources.CpuPeriod = CgroupLimits.DefaultPeriod;
            resources.CpuQuota = CgroupLimits.QuotaFor(cpuLimit);
        }
        if (container.Resources.Limits?.TryGetValue(ResourceName.Memory, out var memory) is true) resources.MemoryLimitInBytes = memory.Value;
        return resources;
    }

    /// <summary>The limits of the pod's own cgroup.</summary>
    public static CgroupLimits ForPod(Pod pod)
    {
        var qos = PodQos.Of(pod);
        if (qos == PodQosClass.BestEffort) return new CgroupLimits { CpuShares = CgroupLimits.SharesFor(0) };
        var limits = PodResources.Limits(pod);
        var bounded = qos == PodQosClass.Guaranteed;
        return new CgroupLimits
        {
            CpuShares = CgroupLimits.SharesFor(Milli(PodResources.Requests(pod), ResourceName.Cpu)),
            CpuQuota = bounded || PodLimits.IsDeclared(pod, ResourceName.Cpu) ? CgroupLimits.QuotaFor(Milli(limits, ResourceName.Cpu)) : null,
            MemoryBytes = (bounded || PodLimits.IsDeclared(pod, ResourceName.Memory)) && limits.TryGetValue(ResourceName.Memory, out var memory)
                ? memory.Value
                : null,
        };
    }

    /// <summary>How readily the kernel kills the container when memory runs out: the less of its memory was asked for, the sooner.</summary>
    internal static int OomScore(Pod pod, Container container, long memoryCapacity)
    {
        const int criticalPriority = 2_000_000_000;
        if (pod.Spec.Priority >= criticalPriority) return GuaranteedScore;
        switch (PodQos.Of(pod))
        {
            case PodQosClass.Guaranteed:
                return GuaranteedScore;
            case PodQosClass.BestEffort:
                return BestEffortScore;
            default:
                var requested = container.Resources.Requests?.TryGetValue(ResourceName.Memory, out var memory) is true ? memory.Value : 0;
                var score = BestEffortScore - (int)(BestEffortScore * (decimal)requested / Math.Max(1, memoryCapacity));
                return score < LeastBurstableScore ? LeastBurstableScore : Math.Min(score, BestEffortScore - 1);
        }
    }

    private static long Milli(Dictionary<string, Quantity>? list, string resource) =>
        list is not null && list.TryGetValue(resource, out var quantity) ? quantity.MilliValue : 0;
}
