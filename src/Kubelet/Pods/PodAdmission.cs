using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Turns away pods the node has no room for, however they came to be bound to it.</summary>
internal sealed class PodAdmission(PodServices services)
{
    /// <summary>Null when the pod is welcome, otherwise what its status then says.</summary>
    /// <param name="pod">The pod that wants in.</param>
    /// <param name="others">The pods that are in.</param>
    public PodVerdict? Check(Pod pod, IReadOnlyList<Pod> others)
    {
        var (memory, disk) = services.Pressure();
        var refused = disk || (memory && PodQos.Of(pod) == PodQosClass.BestEffort);
        if (refused && !Eviction.EvictionRanking.IsCritical(pod))
        {
            var conditions = string.Join(' ', new[] { memory ? NodeConditionType.MemoryPressure : null, disk ? NodeConditionType.DiskPressure : null }.OfType<string>());
            return new PodVerdict("Evicted", $"Pod was rejected: The node had condition: [{conditions}]. ");
        }
        if (others.Count + 1 > services.Options.MaxPods)
        {
            return new PodVerdict("OutOfpods",
                $"Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: {others.Count}, capacity: {services.Options.MaxPods}");
        }
        foreach (var (resource, requested) in PodResources.Requests(pod))
        {
            if (requested.IsZero || resource is not (ResourceName.Cpu or ResourceName.Memory)) continue;
            if (!services.Allocatable.TryGetValue(resource, out var capacity)) continue;
            var used = others.Sum(p => PodResources.Requests(p).TryGetValue(resource, out var other) ? other.Amount : 0);
            if (used + requested.Amount <= capacity.Amount) continue;
            // CPU is counted in thousandths.
            var scale = resource == ResourceName.Cpu ? 1000 : 1;
            return new PodVerdict($"OutOf{resource}",
                $"Pod was rejected: Node didn't have enough resource: {resource}, requested: {(long)(requested.Amount * scale)}, used: {(long)(used * scale)}, capacity: {(long)(capacity.Amount * scale)}");
        }
        return null;
    }
}
