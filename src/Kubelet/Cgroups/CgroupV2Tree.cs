using System.Globalization;

namespace Tiphys.Kubelet.Cgroups;

/// <summary>cgroup v2: one tree, in which each level must pass the controllers on to the next.</summary>
/// <param name="root">Where the tree is mounted.</param>
internal sealed class CgroupV2Tree(string root) : ICgroupTree
{
    private static readonly string[] Wanted = ["cpuset", "cpu", "io", "memory", "hugetlb", "pids"];

    public int Version => 2;

    public void Apply(string path, CgroupLimits limits)
    {
        var directory = root;
        foreach (var level in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            PassControllersOn(directory);
            directory = Path.Combine(directory, level);
            Directory.CreateDirectory(directory);
        }
        PassControllersOn(directory);
        if (limits.CpuShares is { } shares)
            CgroupDirectory.Write(directory, "cpu.weight", Text(CgroupLimits.WeightFor(shares)));
        if (limits.CpuQuota is { } quota)
            CgroupDirectory.Write(directory, "cpu.max", $"{(quota <= 0 ? "max" : Text(quota))} {CgroupLimits.DefaultPeriod}");
        if (limits.MemoryBytes is { } memory)
            CgroupDirectory.Write(directory, "memory.max", memory < 0 ? "max" : Text(memory));
        if (limits.Pids is { } pids)
            CgroupDirectory.Write(directory, "pids.max", pids < 0 ? "max" : Text(pids));
    }

    public bool Exists(string path) => Directory.Exists(root + path);

    public IReadOnlyList<string> Children(string path) => Directory.Exists(root + path)
        ? [.. Directory.EnumerateDirectories(root + path).Select(d => Path.GetFileName(d))]
        : [];

    public IReadOnlyList<int> Processes(string path) => [.. CgroupDirectory.Processes(root + path)];

    public bool Remove(string path)
    {
        CgroupDirectory.KillAll(root + path);
        return CgroupDirectory.Remove(root + path);
    }

    private void PassControllersOn(string directory)
    {
        var available = Words(Path.Combine(directory, "cgroup.controllers"));
        var passed = Words(Path.Combine(directory, "cgroup.subtree_control"));
        var missing = Wanted.Where(c => available.Contains(c) && !passed.Contains(c)).ToList();
        if (missing.Count == 0) return;
        var value = string.Join(' ', missing.Select(c => "+" + c));
        try
        {
            CgroupDirectory.Write(directory, "cgroup.subtree_control", value);
        }
        catch (IOException) when (directory == root)
        {
            // In a container the root holds processes (ours among them), and may not then have children with controllers.
            var aside = Path.Combine(root, "tiphys-init");
            Directory.CreateDirectory(aside);
            foreach (var process in File.ReadAllLines(Path.Combine(root, "cgroup.procs")))
            {
                try
                {
                    CgroupDirectory.Write(aside, "cgroup.procs", process);
                }
                catch (IOException)
                {
                    // It ended meanwhile, or belongs to the kernel.
                }
            }
            CgroupDirectory.Write(directory, "cgroup.subtree_control", value);
        }
    }

    private static string[] Words(string file) =>
        File.Exists(file) ? File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
