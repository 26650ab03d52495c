using Tiphys.Kubelet.Native;

namespace Tiphys.Kubelet.Cgroups;

/// <summary>Finds out which cgroups this machine has.</summary>
internal static class CgroupTrees
{
    private static readonly string[] Controllers =
        ["cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio", "hugetlb", "net_cls", "net_prio", "perf_event"];

    /// <exception cref="PlatformNotSupportedException">No cgroups are mounted.</exception>
    public static ICgroupTree Detect() => Detect(MountTable.Read());

    internal static ICgroupTree Detect(IReadOnlyList<MountEntry> mounts)
    {
        var controllers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mount in mounts.Where(m => m.FileSystem == "cgroup"))
        {
            // Hierarchies with a name and no controller (systemd's) get containers' cgroups too, which have to be removed again.
            foreach (var controller in mount.SuperOptions.Where(o => Controllers.Contains(o) || o.StartsWith("name=", StringComparison.Ordinal)))
                controllers.TryAdd(controller, mount.Point);
        }
        // Hybrid machines mount an empty v2 tree beside the v1 ones; the controllers decide.
        var unified = mounts.FirstOrDefault(m => m.FileSystem == "cgroup2");
        if (controllers.ContainsKey("cpu") || controllers.ContainsKey("memory"))
        {
            if (unified is not null) controllers.TryAdd("unified", unified.Point);
            return new CgroupV1Tree(controllers);
        }
        return unified is not null
            ? new CgroupV2Tree(unified.Point)
            : throw new PlatformNotSupportedException("no cgroups are mounted on this machine");
    }
}
