using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class FailingDiskTests
{
    [Theory]
    [InlineData("Write")]
    [InlineData("Sync")]
    [InlineData("All")]
    public async Task Failed_writes_are_refused_and_never_seen_and_the_store_recovers(string operation)
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk();
        string before;
        await using (var store = EmbeddedStore.Open(directory.Options with { Disk = disk }))
        {
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 1);
            await store.Put("a", "1", 1);
            await using var watch = store.Watch(new WatchRequest(KeyRange.All));
            before = await store.Dump();

            disk.Failing = Enum.Parse<FailingDisk.Operation>(operation);
            for (var i = 0; i < 3; i++)
            {
                var e = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.PutIfAsync("b".Bytes(), "1".Bytes(), 0));
                Assert.Contains("database space exceeded", e.Message, StringComparison.Ordinal);
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("a", "2"));
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Delete("a"));
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.RevokeLeaseAsync(1));
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.GrantLeaseAsync(TimeSpan.FromSeconds(1), 2));
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CompactAsync(2));
            }
            Assert.Equal(before, await store.Dump());
            Assert.Equal(StoreCondition.DiskFull, store.Health.Condition);

            disk.Failing = FailingDisk.Operation.None;
            Assert.Equal(3, await store.Put("b", "2"));
            Assert.Equal(StoreCondition.Healthy, store.Health.Condition);
            Assert.Equal("3+b=2", (await watch.ReadAsync()).Describe());
            await store.Put("c", "3", 1);
            before = await store.Dump();
        }
        await using (var store = directory.Open())
            Assert.Equal(before, await store.Dump());
    }

    [Fact]
    public async Task A_frame_whose_sync_failed_is_disowned_by_the_next_segment()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk();
        await using (var store = EmbeddedStore.Open(directory.Options with { Disk = disk }))
        {
            await store.Put("a", "1");
            // The bytes reach the file, the sync fails, and so does cutting them off again.
            disk.Failing = FailingDisk.Operation.Sync | FailingDisk.Operation.SetLength;
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("lost", "x"));
            disk.Failing = FailingDisk.Operation.None;
            await store.Put("b", "2");
        }
        await using (var store = directory.Open())
            Assert.Equal("a=1 b=2", await store.List(""));
    }

    [Fact]
    public async Task A_checkpoint_that_fails_leaves_the_log()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk();
        var options = directory.Options with { Disk = disk, SegmentBytes = 500, CheckpointBytes = long.MaxValue };
        string before;
        await using (var store = EmbeddedStore.Open(options))
        {
            for (var i = 0; i < 50; i++)
                await store.Put($"k{i % 5}", "some value");
            await store.CompactAsync(40);
            disk.Failing = FailingDisk.Operation.Rename;
            await store.CheckpointAsync();
            Assert.Empty(directory.Files("*.checkpoint"));
            disk.Failing = FailingDisk.Operation.None;
            before = await store.Dump();
        }
        await using (var store = EmbeddedStore.Open(options))
        {
            Assert.Equal(before, await store.Dump());
            Assert.True(await store.CheckpointAsync());
            Assert.Single(directory.Files("*.checkpoint"));
        }
    }

    [Fact]
    public async Task An_overdue_lease_goes_once_the_disk_works_again()
    {
        using var directory = new TestDirectory();
        var (disk, time) = (new FailingDisk(), new ManualTime());
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk, TimeProvider = time });
        await store.GrantLeaseAsync(TimeSpan.FromSeconds(10), 1);
        await store.Put("a", "1", 1);
        disk.Failing = FailingDisk.Operation.All;
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("a=1", await store.List(""));
        await store.ListLeasesAsync();
        disk.Failing = FailingDisk.Operation.None;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(await store.ListLeasesAsync());
        Assert.Equal("", await store.List(""));
    }
}
