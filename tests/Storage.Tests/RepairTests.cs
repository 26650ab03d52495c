using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Tests;

public sealed class RepairTests
{
    [Fact]
    public async Task Without_damage_nothing_is_touched()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        var report = StoreRepair.Apply(directory.Path, TimeProvider.System);
        Assert.Equal((0, 1, 2, null), (report.Damages.Count, report.Keys, report.Revision, report.Aside));
        await using var again = directory.Open();
        Assert.Equal(2, again.CurrentRevision);
    }

    [Fact]
    public async Task What_is_whole_is_saved_and_what_is_lost_is_named()
    {
        using var parent = new TestDirectory();
        var path = Path.Combine(parent.Path, "db");
        var options = new EmbeddedStoreOptions { DataDirectory = path, HistoryWindow = null };
        var ends = new List<long>();
        await using (var store = EmbeddedStore.Open(options))
        {
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 1);
            for (var i = 0; i < 6; i++)
            {
                await store.Put($"/registry/k{i}", "old", i == 5 ? 1 : 0);
                ends.Add(new FileInfo(Directory.GetFiles(path, "*.log").Single()).Length);
            }
            await store.Put("/registry/k4", "new");
            await store.Delete("/registry/k0");
        }
        var log = Directory.GetFiles(path, "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[ends[2] + 30] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options));

        var seen = StoreRepair.Inspect(path);
        var damage = Assert.Single(seen.Damages);
        Assert.Equal((log, ends[2], ends[3] - ends[2], 4, 6), (damage.File, damage.Offset, damage.Length, damage.After, damage.Before));
        Assert.Equal(["/registry/k3"], damage.Keys);
        Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options));

        var report = StoreRepair.Apply(path, new ManualTime());
        Assert.Equal(path + ".damaged-20260101000000", report.Aside);
        Assert.True(File.Exists(Path.Combine(report.Aside!, Path.GetFileName(log))));
        await using (var store = EmbeddedStore.Open(options))
        {
            Assert.Equal("/registry/k1=old /registry/k2=old /registry/k4=new /registry/k5=old", await store.List(""));
            Assert.True(store.CurrentRevision > SnapshotFile.DefaultRevisionBump);
            Assert.Equal("/registry/k5", (await store.GetLeaseAsync(1, withKeys: true)).Keys.Single().Text());
            await store.Put("/registry/k6", "1");
        }
        Assert.Empty(StoreRepair.Inspect(path).Damages);
    }

    [Fact]
    public async Task A_damaged_checkpoint_loses_only_its_damaged_frames()
    {
        using var parent = new TestDirectory();
        var path = Path.Combine(parent.Path, "db");
        var options = new EmbeddedStoreOptions { DataDirectory = path, HistoryWindow = null, SegmentBytes = 1000, CheckpointBytes = long.MaxValue };
        await using (var store = EmbeddedStore.Open(options))
        {
            for (var i = 0; i < 40; i++)
                await store.PutIfAsync($"k{i:d2}".Bytes(), new byte[100_000], 0);
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
        }
        var checkpoint = Directory.GetFiles(path, "*.checkpoint").Single();
        var bytes = await File.ReadAllBytesAsync(checkpoint);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(checkpoint, bytes);
        var e = Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options));
        Assert.NotEmpty(e.Keys);
        var report = StoreRepair.Apply(path, TimeProvider.System);
        var lost = Assert.Single(report.Damages).Keys;
        Assert.InRange(lost.Count, 1, 6);
        await using (var store = EmbeddedStore.Open(options))
            Assert.Equal(40 - lost.Count, (await store.RangeAsync(new RangeRequest(KeyRange.All))).Count);
    }

    [Fact]
    public async Task An_open_store_is_not_repaired()
    {
        using var directory = new TestDirectory();
        await using var store = directory.Open();
        Assert.Contains("in use", Assert.Throws<StoreOpenException>(() => StoreRepair.Inspect(directory.Path)).Message, StringComparison.Ordinal);
    }
}
