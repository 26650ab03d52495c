using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Containers;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Cgroups;

/// <summary>The cgroups of pods and of the QoS classes they are sorted by.</summary>
internal sealed class PodCgroups(ICgroupTree tree, string root)
{
    private const string PodPrefix = "pod";
    private readonly string _kubepods = (root == "/" ? "" : root.TrimEnd('/')) + "/kubepods";

    /// <summary>Makes the cgroup of all pods, bounded by what the node may give them, and those of the classes.</summary>
    public void SetUp(long allocatableMilliCpu, long allocatableMemory)
    {
        tree.Apply(_kubepods, new CgroupLimits { CpuShares = CgroupLimits.SharesFor(allocatableMilliCpu), MemoryBytes = allocatableMemory });
        tree.Apply(_kubepods + "/burstable", new CgroupLimits { CpuShares = CgroupLimits.SharesFor(0) });
        tree.Apply(_kubepods + "/besteffort", new CgroupLimits { CpuShares = CgroupLimits.SharesFor(0) });
    }

    /// <summary>Gives the burstable class the CPU share its pods ask for together.</summary>
    public void BalanceClasses(IEnumerable<Pod> pods)
    {
        var requested = pods.Where(p => PodQos.Of(p) == PodQosClass.Burstable)
            .Sum(p => PodResources.Requests(p).TryGetValue(ResourceName.Cpu, out var cpu) ? cpu.MilliValue : 0);
        tree.Apply(_kubepods + "/burstable", new CgroupLimits { CpuShares = CgroupLimits.SharesFor(requested) });
    }

    /// <summary>Makes the pod's cgroup and returns its path.</summary>
    public string Ensure(Pod pod)
    {
        var path = PathOf(pod);
        tree.Apply(path, ResourceMapper.ForPod(pod));
        return path;
    }

    /// <summary>Lifts the limits of the pod's cgroup before those of its containers change.</summary>
    public void Grow(Pod pod) => tree.Apply(PathOf(pod), ResourceMapper.ForPod(pod) with { CpuQuota = -1, MemoryBytes = -1 });

    public string PathOf(Pod pod)
    {
        var level = PodQos.Of(pod) switch
        {
            PodQosClass.Guaranteed => _kubepods,
            PodQosClass.Burstable => _kubepods + "/burstable",
            _ => _kubepods + "/besteffort",
        };
        return $"{level}/{PodPrefix}{pod.Metadata.Uid}";
    }

    /// <summary>Removes a pod's cgroup, whichever class it was of; false while processes linger in it.</summary>
    public bool Remove(string uid) =>
        Levels().Select(l => $"{l}/{PodPrefix}{uid}").Where(tree.Exists).Aggregate(true, (removed, path) => tree.Remove(path) && removed);

    private string[] Levels() => [_kubepods, _kubepods + "/burstable", _kubepods + "/besteffort"];
}
