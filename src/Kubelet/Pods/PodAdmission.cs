using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Turns away pods the node has no room for, however they came to be bound to it.</summary>
internal sealed class PodAdmission(PodServices services)
{
    // Kernel parameters that belong to the pod's namespaces alone and can do no harm outside them.
    private static readonly HashSet<string> SafeSysctls = new(StringComparer.Ordinal)
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    };

    // With the host's network they would be the host's.
    private static bool IsSafe(string name, bool hostNetwork)
    {
        var dotted = name.Replace('/', '.');
        return SafeSysctls.Contains(dotted) && !(hostNetwork && dotted.StartsWith("net.", StringComparison.Ordinal));
    }

    /// <summary>Null when the pod is welcome, otherwise what its status then says.</summary>
    /// <param name="pod">The pod that wants in.</param>
    /// <param name="others">The pods that are in.</param>
    public PodVerdict? Check(Pod pod, IReadOnlyList<Pod> others)
    {
        if (pod.Spec.SecurityContext?.Sysctls?.Find(s => !IsSafe(s.Name, pod.Spec.HostNetwork)) is { } unsafeSysctl)
            return new PodVerdict("SysctlForbidden", $"Pod was rejected: forbidden sysctl: \"{unsafeSysctl.Name}\" not allowlisted");
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
