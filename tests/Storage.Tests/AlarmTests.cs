using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Tests;

/// <summary>Alarms last until they are disarmed, whatever happens to the process meanwhile.</summary>
public sealed class AlarmTests
{
    private static readonly StoreAlarm Full = new(StoreAlarmKind.NoSpace, 7);
    private static readonly StoreAlarm Rotten = new(StoreAlarmKind.Corrupt, ulong.MaxValue);

    [Fact]
    public async Task An_alarm_outlives_a_crash_and_moves_no_revision()
    {
        using var directory = new TestDirectory();
        await using var store = directory.Open();
        await store.Put("a", "1");
        Assert.True(await store.SetAlarmAsync(Rotten, raised: true));
        Assert.True(await store.SetAlarmAsync(Full, raised: true));
        Assert.False(await store.SetAlarmAsync(Full, raised: true));
        Assert.Equal([Full, Rotten], store.Alarms);
        Assert.Equal(2, store.CurrentRevision);
        using var crashed = directory.Copy();
        await using (var again = crashed.Open())
        {
            Assert.Equal([Full, Rotten], again.Alarms);
            Assert.Equal(2, again.CurrentRevision);
            Assert.True(await again.SetAlarmAsync(Rotten, raised: false));
            Assert.False(await again.SetAlarmAsync(Rotten, raised: false));
        }
        using var later = crashed.Copy();
        await using var last = later.Open();
        Assert.Equal([Full], last.Alarms);
    }

    [Fact]
    public async Task A_checkpoint_holds_the_alarms_of_the_log_it_makes_superfluous()
    {
        using var directory = new TestDirectory();
        var options = directory.Options with { SegmentBytes = 200 };
        await using (var store = EmbeddedStore.Open(options))
        {
            await store.SetAlarmAsync(Full, raised: true);
            await store.SetAlarmAsync(Rotten, raised: true);
            for (var i = 0; i < 20; i++)
                await store.Put($"k{i % 3}", "some value");
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
            Assert.DoesNotContain(directory.Files("*.log"), static f => f.EndsWith("01.log", StringComparison.Ordinal));
            await store.SetAlarmAsync(Rotten, raised: false);
        }
        await using var again = EmbeddedStore.Open(options);
        Assert.Equal([Full], again.Alarms);
    }

    [Fact]
    public async Task What_the_log_repeats_of_a_checkpoint_changes_nothing()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
        {
            // All in one segment, which stays: it holds more than the checkpoint.
            await store.SetAlarmAsync(Full, raised: true);
            await store.Put("a", "1");
            await store.SetAlarmAsync(Full, raised: false);
            await store.SetAlarmAsync(Rotten, raised: true);
            await store.Put("a", "2");
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
        }
        await using var again = directory.Open();
        Assert.Equal([Rotten], again.Alarms);
    }

    [Fact]
    public async Task A_snapshot_takes_the_alarms_along()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await using (var store = EmbeddedStore.InMemory())
        {
            await store.Put("a", "1");
            await store.SetAlarmAsync(Full, raised: true);
            await SnapshotFile.SaveAsync(file, output => store.SaveSnapshotAsync(output));
        }
        Assert.Equal(1, SnapshotFile.Inspect(file).TotalKeys);
        var data = Path.Combine(directory.Path, "restored");
        SnapshotFile.Restore(file, data);
        await using var restored = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = data, HistoryWindow = null });
        Assert.Equal([Full], restored.Alarms);
        Assert.Equal("a=1", await restored.List(""));
    }

    [Fact]
    public async Task An_alarm_that_cannot_be_made_durable_is_not_raised()
    {
        using var directory = new TestDirectory();
        var disk = new FailingDisk();
        await using var store = EmbeddedStore.Open(directory.Options with { Disk = disk });
        await store.SetAlarmAsync(Rotten, raised: true);
        disk.Failing = FailingDisk.Operation.All;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SetAlarmAsync(Full, raised: true));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SetAlarmAsync(Rotten, raised: false));
        Assert.Equal([Rotten], store.Alarms);
        disk.Failing = FailingDisk.Operation.None;
        Assert.True(await store.SetAlarmAsync(Full, raised: true));
        Assert.Equal([Full, Rotten], store.Alarms);
    }

    [Fact]
    public async Task Format_version_2_which_knew_no_alarms_is_opened_and_named_anew()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "format"), "tiphys-store 2\n");
        var log = directory.Files("*.log").Single();
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[8] = 2;
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Crc32C.Compute(bytes.AsSpan(0, 60)));
        await File.WriteAllBytesAsync(log, bytes);
        await using (var store = directory.Open())
        {
            Assert.Equal("a=1", await store.List(""));
            Assert.Empty(store.Alarms);
            await store.SetAlarmAsync(Full, raised: true);
        }
        Assert.Equal("tiphys-store 3\n", await File.ReadAllTextAsync(Path.Combine(directory.Path, "format")));
        await using var again = directory.Open();
        Assert.Equal([Full], again.Alarms);
    }
}
