using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Storage.Tests;

public sealed class SnapshotTests
{
    private static string Store(TestDirectory directory) => Path.Combine(directory.Path, "db");

    private static EmbeddedStoreOptions At(string path) => new() { DataDirectory = path, HistoryWindow = null };

    private static async Task Fill(EmbeddedStore store, int count = 300)
    {
        await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 7);
        for (var i = 0; i < count; i++)
            await store.Put($"/registry/configmaps/default/c{i % 90:d3}", $"value {i}", i % 9 == 0 ? 7 : 0);
        await store.Delete("/registry/configmaps/default/c005");
        await store.Put("/registry/last", "1");
    }

    // Keys, values, leases and revisions, but not the store's own revision.
    private static async Task<string> Content(EmbeddedStore store)
    {
        var records = (await store.RangeAsync(new RangeRequest(KeyRange.All))).Records;
        var lease = await store.GetLeaseAsync(7, withKeys: true);
        return string.Join('\n', records.Select(r => $"{r.Key.Text()}={r.Value.Text()} {r.CreateRevision} {r.ModRevision} {r.Version} {r.Lease}"))
            + $"\n{lease.GrantedTtl} {string.Join(' ', lease.Keys.Select(k => k.Text()))}";
    }

    [Fact]
    public async Task A_snapshot_of_a_live_store_is_restored_elsewhere_with_its_leases_and_a_revision_nobody_has_seen()
    {
        using var pair = new Pair();
        var (here, there) = pair;
        var file = Path.Combine(here.Path, "snapshot");
        string content;
        SnapshotInfo saved;
        long revision;
        await using (var store = EmbeddedStore.Open(At(Store(here))))
        {
            await Fill(store);
            (content, revision) = (await Content(store), store.CurrentRevision);
            await using (MaintenanceSocket.Listen(Store(here), store, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)!)
            {
                saved = await StoreMaintenance.SaveSnapshotAsync(Store(here), file);
                // What comes later is not in it.
                await store.Put("/registry/later", "1");
                Assert.Equal(revision, saved.Revision);
            }
        }
        Assert.Equal(saved, SnapshotFile.Inspect(file));
        Assert.Equal((90, new FileInfo(file).Length), (saved.TotalKeys, saved.TotalSize));

        SnapshotFile.Restore(file, Store(there));
        await using (var store = EmbeddedStore.Open(At(Store(there))))
        {
            Assert.Equal(content, await Content(store));
            Assert.Equal(revision + SnapshotFile.DefaultRevisionBump, store.CurrentRevision);
            // A client that knows the lost store's revisions is told to read anew.
            await using (var stale = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = revision + 1 }))
                await Assert.ThrowsAsync<CompactedException>(async () => await stale.ReadAsync());
            await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = store.CurrentRevision });
            await store.Put("/registry/new", "1");
            Assert.Equal($"{store.CurrentRevision}+/registry/new=1", (await watch.ReadAsync()).Describe());
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
            content = await Content(store);
        }
        await using (var store = EmbeddedStore.Open(At(Store(there))))
            Assert.Equal(content, await Content(store));
    }

    [Fact]
    public async Task Without_a_bump_the_restored_store_goes_on_at_the_very_revision()
    {
        using var pair = new Pair();
        var (here, there) = pair;
        var file = Path.Combine(here.Path, "snapshot");
        await using (var store = EmbeddedStore.Open(At(Store(here))))
            await Fill(store);
        // Nobody has the store open: the files are read.
        var saved = await StoreMaintenance.SaveSnapshotAsync(Store(here), file);
        SnapshotFile.Restore(file, Store(there), revisionBump: 0);
        await using var restored = EmbeddedStore.Open(At(Store(there)));
        Assert.Equal((saved.Revision, saved.Revision), (restored.CurrentRevision, restored.CompactedRevision));
        // The last change can be watched, as one at the compacted revision always can.
        await using var watch = restored.Watch(new WatchRequest(KeyRange.All) { FromRevision = saved.Revision });
        Assert.Equal($"{saved.Revision}+/registry/last=1", (await watch.ReadAsync()).Describe());
        var again = Path.Combine(here.Path, "again");
        Assert.Equal(saved.Hash, (await SnapshotFile.SaveAsync(again, s => restored.SaveSnapshotAsync(s))).Hash);
    }

    [Fact]
    public async Task A_snapshot_under_traffic_is_one_revision_and_nothing_else()
    {
        using var directory = new TestDirectory();
        await using var store = EmbeddedStore.Open(directory.Options with { HistoryByteLimit = 1 << 20 });
        using var stop = new CancellationTokenSource();
        // Both keys always change together.
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var result = await store.TxnAsync(new TxnRequest([], [new PutOperation("a".Bytes(), $"{i}".Bytes()), new PutOperation("z".Bytes(), $"{i}".Bytes())], []));
                if (i % 50 == 49)
                    await store.CompactAsync(result.Revision);
            }
        });
        for (var i = 0; i < 20; i++)
        {
            using var target = new TestDirectory();
            var file = Path.Combine(target.Path, "s");
            await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
            SnapshotFile.Restore(file, Store(target));
            await using var restored = EmbeddedStore.Open(At(Store(target)));
            Assert.Equal(await restored.Get("a"), await restored.Get("z"));
        }
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Every_damaged_byte_of_a_snapshot_is_noticed()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await using (var store = EmbeddedStore.Open(At(Store(directory))))
        {
            await store.Put("a", "1");
            await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
        }
        var whole = await File.ReadAllBytesAsync(file);
        for (var i = 0; i < whole.Length; i++)
        {
            var bytes = whole.ToArray();
            bytes[i] ^= 4;
            await File.WriteAllBytesAsync(file, bytes);
            Assert.ThrowsAny<StoreOpenException>(() => SnapshotFile.Inspect(file));
            await File.WriteAllBytesAsync(file, whole[..i]);
            Assert.ThrowsAny<StoreOpenException>(() => SnapshotFile.Restore(file, Path.Combine(directory.Path, "other")));
        }
        Assert.False(Directory.Exists(Path.Combine(directory.Path, "other")));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_not_called_a_damaged_store()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await using (var store = EmbeddedStore.Open(At(Store(directory))))
        {
            await store.Put("a", "1");
            await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
        }
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[80] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var e = Assert.Throws<StoreDamagedException>(() => SnapshotFile.Inspect(file));
        Assert.Equal(
            $"this snapshot is damaged: {file}, offset 64: a frame does not match its checksum (of a); nothing can be restored from it: use another one",
            e.Message);
    }

    [Fact]
    public async Task A_revision_that_cannot_be_is_refused()
    {
        using var directory = new TestDirectory();
        var (file, target) = (Path.Combine(directory.Path, "snapshot"), Path.Combine(directory.Path, "restored"));
        await using (var store = EmbeddedStore.Open(At(Store(directory))))
        {
            await store.Put("a", "1");
            await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
        }
        foreach (var bump in new[] { long.MaxValue, long.MaxValue - 2, long.MaxValue / 2 })
            Assert.Contains("cannot be raised by", Assert.Throws<StoreOpenException>(() => SnapshotFile.Restore(file, target, bump)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
        SnapshotFile.Restore(file, target, (long.MaxValue / 2) - 2);
        await using var restored = EmbeddedStore.Open(At(target));
        Assert.Equal((long.MaxValue / 2) + 1, await restored.Put("b", "1"));
    }

    [Fact]
    public async Task Restoring_over_a_store_and_saving_from_nowhere_are_refused()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await EmbeddedStore.Open(At(Store(directory))).DisposeAsync();
        await StoreMaintenance.SaveSnapshotAsync(Store(directory), file);
        Assert.Contains("is not empty", Assert.Throws<StoreOpenException>(() => SnapshotFile.Restore(file, Store(directory))).Message, StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<StoreOpenException>(() => StoreMaintenance.SaveSnapshotAsync(Path.Combine(directory.Path, "no"), file));
        Assert.Contains("there is no store in", e.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "something else entirely");
        Assert.Contains("is no snapshot", Assert.Throws<StoreOpenException>(() => SnapshotFile.Inspect(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_breaks_off_leaves_the_one_before_it()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await using var store = EmbeddedStore.Open(At(Store(directory)));
        await store.Put("a", "1");
        var first = await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
        await store.Put("a", "2");
        await Assert.ThrowsAnyAsync<StoreOpenException>(() => SnapshotFile.SaveAsync(file, async stream =>
        {
            using var memory = new MemoryStream();
            await store.SaveSnapshotAsync(memory);
            await stream.WriteAsync(memory.ToArray().AsMemory(0, (int)memory.Length - 1));
        }));
        Assert.Equal(first, SnapshotFile.Inspect(file));
        Assert.Equal([file], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task Scheduled_snapshots_are_made_by_the_clock_and_the_oldest_go()
    {
        using var directory = new TestDirectory();
        var time = new ManualTime();
        await using var store = EmbeddedStore.InMemory();
        await store.Put("a", "1");
        var folder = new SnapshotFolder(Path.Combine(directory.Path, "snapshots"), "node", time);
        var plan = new SnapshotPlan("hourly", 3, folder.Path, Disabled: false);
        var keeper = new SnapshotKeeper(
            store, () => plan, (_, after) => new DateTimeOffset(after.Date, TimeSpan.Zero).AddHours(after.Hour + 1), "node", time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        await SnapshotFile.SaveAsync(folder.NewPath(SnapshotFolder.OnDemand), s => store.SaveSnapshotAsync(s));
        var running = keeper.RunAsync(stop.Token);
        for (var hour = 1; hour <= 5; hour++)
        {
            while (time.GetUtcNow().Hour < hour)
                time.Advance(TimeSpan.FromSeconds(30));
            var name = $"etcd-snapshot-node-{time.GetUtcNow().ToUnixTimeSeconds()}";
            await Patience.UntilAsync(() => time.Timers > 0 && File.Exists(Path.Combine(folder.Path, name)), name);
            Assert.Contains(folder.List(), e => e.Name == name);
        }
        Assert.Equal(["on-demand", "etcd-snapshot", "etcd-snapshot", "etcd-snapshot"], folder.List().Select(e => e.Name[..e.Name.IndexOf("-node", StringComparison.Ordinal)]));
        Assert.All(folder.List().Skip(1), e => SnapshotFile.Inspect(e.Path));

        plan = plan with { Disabled = true };
        for (var i = 0; i < 300; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }
        Assert.Equal(4, folder.List().Count);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void The_schedule_is_kept_in_a_file()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "plan.json");
        var plan = new SnapshotPlan("0 3 * * *", 7, "/backup", Disabled: true);
        Assert.Equal(plan, SnapshotPlan.Load(file, plan));
        plan.Save(file);
        Assert.Equal(plan, SnapshotPlan.Load(file, plan with { Retention = 1 }));
        File.WriteAllText(file, "{");
        Assert.Throws<StoreOpenException>(() => SnapshotPlan.Load(file, plan));
    }

    private readonly struct Pair() : IDisposable
    {
        private readonly TestDirectory _here = new(), _there = new();

        public void Deconstruct(out TestDirectory here, out TestDirectory there) => (here, there) = (_here, _there);

        public void Dispose()
        {
            _here.Dispose();
            _there.Dispose();
        }
    }
}
