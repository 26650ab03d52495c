namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Writers, readers and a watcher go on while members of their cluster fail: nothing acknowledged is lost, no event missed or doubled.</summary>
public sealed class EtcdFaultTests(ITestOutputHelper output)
{
    private const int SlowOperationsPerSecond = 50;

    [Fact]
    public async Task Members_are_killed_paused_and_cut_off()
    {
        using var cluster = new EtcdCluster();
        await using var load = await FaultLoad.StartAsync(cluster.Servers, output);
        await load.FaultAsync("kill", () => cluster.Kill(0), () => cluster.Start(0));
        await load.FaultAsync("pause", () => cluster.Pause(1), () => cluster.Resume(1));
        await load.FaultAsync("cut off", () => cluster.CutOff(2), () => cluster.Rejoin(2));
        await load.FaultAsync("cut off", () => cluster.CutOff(0), () => cluster.Rejoin(0));

        // Without a majority nothing can be acknowledged; afterwards all goes on by itself.
        cluster.Kill(1);
        cluster.Kill(2);
        await Patience.UntilAsync(() => load.Stores[0].Health.Condition == StoreCondition.Unreachable, "the loss of the majority is noticed");
        cluster.Start(1);
        cluster.Start(2);
        await load.WritesGoOnAsync("majority back");
        await load.CheckAsync();
    }

    [Fact]
    public async Task Disks_are_slow()
    {
        using var cluster = new EtcdCluster();
        await using var load = await FaultLoad.StartAsync(cluster.Servers, output);
        await load.WritesGoOnAsync("begin");
        List<SlowDisk> slow = [];
        try
        {
            slow.Add(Slow(cluster, 0));
            await load.WritesGoOnAsync("one disk slow");
            await load.AnsweredAsync(200);
            slow.Add(Slow(cluster, 1));
            slow.Add(Slow(cluster, 2));
            await load.WritesGoOnAsync("all disks slow");
            await load.AnsweredAsync(100);
            cluster.Kill(1);
            await load.WritesGoOnAsync("a member killed among slow disks");
            await load.AnsweredAsync(50);
            cluster.Start(1);
        }
        finally
        {
            slow.ForEach(static s => s.Dispose());
        }
        await load.WritesGoOnAsync("slow disks ended");
        await load.CheckAsync();
    }

    [Fact]
    public async Task The_disk_of_a_member_is_full()
    {
        using var disk = SmallDisk.Mount(megabytes: 200);
        using var cluster = new EtcdCluster(dataOfLast: disk.Path);
        await using var load = await FaultLoad.StartAsync(cluster.Servers, output);
        await load.WritesGoOnAsync("begin");

        // etcd gives up when its database cannot be written; the others do not need it.
        disk.Fill();
        load.Padding = 20_000;
        await Patience.UntilAsync(() => !cluster.IsRunning(2), "the member with the full disk has given up");
        load.Padding = 0;
        await load.WritesGoOnAsync("full disk");
        disk.MakeRoom();
        cluster.Start(2);
        await load.WritesGoOnAsync("room again");

        // It has caught up when the others cannot go on without it.
        cluster.Kill(0);
        await load.WritesGoOnAsync("another member killed");
        cluster.Start(0);
        await load.CheckAsync();
    }

    [Fact]
    public async Task All_members_are_at_their_quota()
    {
        using var cluster = new EtcdCluster(arguments: ["--quota-backend-bytes", $"{6 << 20}"]);
        await using var load = await FaultLoad.StartAsync(cluster.Servers, output);
        await load.WritesGoOnAsync("begin");
        load.Padding = 20_000;
        await load.WritesAreRefusedForSpaceAsync();
        load.Padding = 0;
        foreach (var store in load.Stores) await Patience.UntilAsync(() => store.Health.Condition == StoreCondition.DiskFull, "the alarm is noticed");
        Assert.Contains("alarm:NOSPACE", await Etcdctl.RunAsync(cluster.Servers[0], "|alarm list"), StringComparison.Ordinal);

        // The way out that etcd's documentation gives: compact, defragment every member, disarm.
        var revision = await load.WatchedAsync();
        Assert.Contains("exit 0", await Etcdctl.RunAsync(cluster.Servers[0], $"|compact {revision} --physical=true"), StringComparison.Ordinal);
        foreach (var server in cluster.Servers) Assert.Contains("exit 0", await Etcdctl.RunAsync(server, "|defrag"), StringComparison.Ordinal);
        Assert.Contains("exit 0", await Etcdctl.RunAsync(cluster.Servers[0], "|alarm disarm"), StringComparison.Ordinal);
        await load.WritesGoOnAsync("disarmed");
        foreach (var store in load.Stores) await Patience.UntilAsync(() => store.Health.Condition == StoreCondition.Healthy, "the store is healthy again");
        await load.CheckAsync();
    }

    private SlowDisk Slow(EtcdCluster cluster, int member)
    {
        var slow = SlowDisk.Of(cluster.Process(member), cluster.Data(member), SlowOperationsPerSecond);
        output.WriteLine($"member {member}: {slow.Way}");
        return slow;
    }
}
