using System.Diagnostics;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class DiskFullTests
{
    private const int IoError = 5;

    [Fact]
    public async Task A_full_disk_makes_the_store_read_only_with_a_reason_and_room_mends_it_without_a_write()
    {
        using var directory = new TestDirectory();
        var (disk, time) = (new FailingDisk(), new ManualTime());
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk, TimeProvider = time });
        await store.Put("a", "1");
        Assert.Equal((StoreCondition.Healthy, null), (store.Health.Condition, store.Health.Reason));

        disk.Failing = FailingDisk.Operation.Write;
        time.Advance(TimeSpan.FromMinutes(1));
        var e = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("b", "1"));
        Assert.Equal(StoreCondition.DiskFull, e.Condition);
        Assert.StartsWith("etcdserver: mvcc: database space exceeded", e.Message, StringComparison.Ordinal);
        Assert.Equal((StoreCondition.DiskFull, e.Message, time.GetUtcNow()), (store.Health.Condition, store.Health.Reason, store.Health.Since));
        Assert.Equal("a=1", await store.List(""));

        // It looks again every second, and keeps saying since when.
        await RetryAsync(store, time);
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromSeconds(1), store.Health.Since);
        disk.Failing = FailingDisk.Operation.None;
        await RetryAsync(store, time);
        Assert.True(store.Health.IsWritable);
        Assert.Equal(3, await store.Put("b", "1"));
    }

    [Fact]
    public async Task An_io_error_is_told_from_a_full_disk()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk { Error = new IOException("Input/output error", IoError) };
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk });
        disk.Failing = FailingDisk.Operation.Sync;
        var e = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("a", "1"));
        Assert.Equal(StoreCondition.DiskFailing, e.Condition);
        Assert.Contains("read-only until it works again (Input/output error)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_failed_sync_the_acknowledged_tail_is_written_again_before_anything_follows_it()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk { Error = new IOException("Input/output error", IoError) };
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk });
        await store.Put("a", "1");
        var segment = directory.Files("*.log").Single();
        var acknowledged = directory.Read(segment);
        disk.Failing = FailingDisk.Operation.Sync;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("b", "1"));
        disk.Failing = FailingDisk.Operation.None;
        disk.Renamed.Clear();
        await store.Put("c", "1");
        Assert.Contains(segment, disk.Renamed);
        Assert.Equal(acknowledged, directory.Read(segment));
    }

    [Fact]
    public async Task A_tail_that_cannot_be_read_back_after_a_failed_sync_is_never_built_upon()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk { Error = new IOException("Input/output error", IoError) };
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk });
        await store.Put("a", "1");
        disk.Failing = FailingDisk.Operation.Sync;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("b", "1"));
        disk.Failing = FailingDisk.Operation.None;
        // What fsyncgate is about: the page that was acknowledged comes back as something else.
        using (var file = File.OpenHandle(directory.Files("*.log").Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.Write(file, [0, 0, 0, 0], 70);
        var e = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("c", "1"));
        Assert.Contains("cannot be read back", e.Message, StringComparison.Ordinal);
        Assert.Equal("a=1", await store.List(""));
    }

    [Fact]
    public async Task A_store_opens_for_reading_on_a_disk_that_does_not_let_it_write()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        var disk = new FailingDisk { Failing = FailingDisk.Operation.Write };
        await using (var store = EmbeddedStore.Open(directory.Options with { Disk = disk }))
        {
            Assert.Equal(StoreCondition.DiskFull, store.Health.Condition);
            Assert.Equal("a=1", await store.List(""));
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Put("b", "1"));
            disk.Failing = FailingDisk.Operation.None;
            Assert.Equal(3, await store.Put("b", "1"));
        }
        await using (var store = directory.Open())
            Assert.Equal("a=1 b=1", await store.List(""));
    }

    [Fact]
    public async Task A_real_disk_that_is_full_recovers_when_something_is_deleted()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("mounting needs root");
        using var mount = new TestDirectory();
        if (await Run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", mount.Path) != 0)
            Assert.Skip("no tmpfs can be mounted here");
        try
        {
            var options = new EmbeddedStoreOptions { DataDirectory = Path.Combine(mount.Path, "db"), HistoryWindow = null, RetryInterval = TimeSpan.FromMilliseconds(20) };
            string before;
            await using (var store = EmbeddedStore.Open(options))
            {
                await store.Put("first", "1");
                var ballast = Path.Combine(mount.Path, "ballast");
                await File.WriteAllBytesAsync(ballast, new byte[5 << 20]);
                var written = 0;
                var e = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
                {
                    for (; written < 1000; written++)
                        await store.PutIfAsync($"k{written:d4}".Bytes(), new byte[100_000], 0);
                });
                Assert.Equal(StoreCondition.DiskFull, e.Condition);
                Assert.InRange(written, 5, 60);
                Assert.Equal("1", await store.Get("first"));
                Assert.NotNull(await store.Get($"k{written - 1:d4}"));
                Assert.Null(await store.Get($"k{written:d4}"));

                File.Delete(ballast);
                await Patience.UntilAsync(() => store.Health.IsWritable);
                await store.Put("last", "1");
                before = await store.List("");
            }
            await using (var store = EmbeddedStore.Open(options))
                Assert.Equal(before, await store.List(""));
        }
        finally
        {
            await Run("/usr/bin/umount", mount.Path);
        }
    }

    // The timer posts to the writer's queue; a write behind it that changes nothing waits for its turn.
    private static async Task RetryAsync(EmbeddedStore store, ManualTime time)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
            await store.ListLeasesAsync();
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
