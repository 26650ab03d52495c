using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Native;

namespace Tiphys.Kubelet.Tests.Cgroups;

public sealed class CgroupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tiphys-cgroup-").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    [Fact]
    public void Shares_quotas_and_weights_follow_upstreams_formulas()
    {
        Assert.Equal(2, CgroupLimits.SharesFor(0));
        Assert.Equal(2, CgroupLimits.SharesFor(1));
        Assert.Equal(512, CgroupLimits.SharesFor(500));
        Assert.Equal(262144, CgroupLimits.SharesFor(1_000_000));
        Assert.Equal(0, CgroupLimits.QuotaFor(0));
        Assert.Equal(1000, CgroupLimits.QuotaFor(5));
        Assert.Equal(50_000, CgroupLimits.QuotaFor(500));
        Assert.Equal(1, CgroupLimits.WeightFor(2));
        Assert.Equal(39, CgroupLimits.WeightFor(1024));
        Assert.Equal(10_000, CgroupLimits.WeightFor(262144));
    }

    [Fact]
    public void Version_two_passes_controllers_down_and_sets_limits()
    {
        File.WriteAllText(Path.Combine(_root, "cgroup.controllers"), "cpu memory pids\n");
        File.WriteAllText(Path.Combine(_root, "cgroup.subtree_control"), "cpu\n");
        new CgroupV2Tree(_root).Apply("/kubepods/burstable", new CgroupLimits { CpuShares = 1024, CpuQuota = 50_000, MemoryBytes = 1 << 20, Pids = -1 });
        Assert.Equal("+memory +pids", File.ReadAllText(Path.Combine(_root, "cgroup.subtree_control")));
        var group = Path.Combine(_root, "kubepods/burstable");
        Assert.Equal("39", File.ReadAllText(Path.Combine(group, "cpu.weight")));
        Assert.Equal("50000 100000", File.ReadAllText(Path.Combine(group, "cpu.max")));
        Assert.Equal("1048576", File.ReadAllText(Path.Combine(group, "memory.max")));
        Assert.Equal("max", File.ReadAllText(Path.Combine(group, "pids.max")));
    }

    [Fact]
    public void Version_one_writes_to_each_controllers_tree()
    {
        var tree = new CgroupV1Tree(new Dictionary<string, string> { ["cpu"] = Path.Combine(_root, "cpu"), ["memory"] = Path.Combine(_root, "memory") });
        tree.Apply("/kubepods/podx", new CgroupLimits { CpuShares = 2, CpuQuota = 0, MemoryBytes = 42 });
        Assert.Equal("2", File.ReadAllText(Path.Combine(_root, "cpu/kubepods/podx/cpu.shares")));
        Assert.Equal("-1", File.ReadAllText(Path.Combine(_root, "cpu/kubepods/podx/cpu.cfs_quota_us")));
        Assert.Equal("42", File.ReadAllText(Path.Combine(_root, "memory/kubepods/podx/memory.limit_in_bytes")));
        Assert.Equal(["podx"], tree.Children("/kubepods"));
        Assert.True(tree.Exists("/kubepods/podx"));
    }

    [Fact]
    public void The_controllers_decide_which_version_a_machine_has()
    {
        MountEntry unified = new("/sys/fs/cgroup/unified", "/", "cgroup2", ["rw"]);
        Assert.Equal(1, CgroupTrees.Detect([unified, new MountEntry("/sys/fs/cgroup/cpu", "/", "cgroup", ["rw", "cpu", "cpuacct"])]).Version);
        Assert.Equal(2, CgroupTrees.Detect([unified with { Point = "/sys/fs/cgroup" }]).Version);
        Assert.Throws<PlatformNotSupportedException>(() => CgroupTrees.Detect([]));
    }
}
