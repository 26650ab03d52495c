using System.Globalization;
using Tiphys.Client;

namespace Tiphys.Kubelet.Cgroups;

/// <summary>cgroup v1: every controller has a tree of its own.</summary>
/// <param name="controllers">Where each controller's tree is mounted.</param>
internal sealed class CgroupV1Tree(IReadOnlyDictionary<string, string> controllers) : ICgroupTree
{
    public int Version => 1;

    public void Apply(string path, CgroupLimits limits)
    {
        foreach (var controller in controllers.Keys)
        {
            // The cpuset tree starts empty at every level, and runc fills it on the way to the container.
            if (controller != "cpuset") Directory.CreateDirectory(At(controller, path));
        }
        if (limits.CpuShares is { } shares) Set("cpu", path, "cpu.shares", shares);
        if (limits.CpuQuota is { } quota)
        {
            Set("cpu", path, "cpu.cfs_period_us", CgroupLimits.DefaultPeriod);
            Set("cpu", path, "cpu.cfs_quota_us", quota == 0 ? -1 : quota);
        }
        if (limits.MemoryBytes is { } memory) Set("memory", path, "memory.limit_in_bytes", memory);
        if (limits.Pids is { } pids && controllers.ContainsKey("pids"))
            CgroupDirectory.Write(At("pids", path), "pids.max", pids < 0 ? "max" : pids.ToString(CultureInfo.InvariantCulture));
    }

    public bool Exists(string path) => controllers.Keys.Any(c => Directory.Exists(At(c, path)));

    public IReadOnlyList<string> Children(string path) =>
        [.. controllers.Keys.Select(c => At(c, path)).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories).Select(d => Path.GetFileName(d)).Distinct()];

    public IReadOnlyList<int> Processes(string path) =>
        [.. controllers.Keys.SelectMany(c => CgroupDirectory.Processes(At(c, path))).Distinct()];

    public bool Remove(string path)
    {
        foreach (var process in Processes(path)) Signals.Send(process, Signals.Kill);
        var removed = true;
        foreach (var controller in controllers.Keys) removed &= CgroupDirectory.Remove(At(controller, path));
        return removed;
    }

    private string At(string controller, string path) => controllers[controller] + path;

    private void Set(string controller, string path, string file, long value)
    {
        if (controllers.ContainsKey(controller))
            CgroupDirectory.Write(At(controller, path), file, value.ToString(CultureInfo.InvariantCulture));
    }
}
