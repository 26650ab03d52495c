using Microsoft.Extensions.Logging;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

/// <summary>A log whose end is gone: what a crash explains is cut and said, everything else refuses the start.</summary>
public sealed class LostEndTests
{
    private static async Task<TestDirectory> Closed(long segmentBytes = long.MaxValue)
    {
        var directory = new TestDirectory();
        await using var store = EmbeddedStore.Open(directory.Options with { SegmentBytes = segmentBytes });
        for (var i = 0; i < 12; i++)
            await store.Put($"k{i}", "a value of some length");
        return directory;
    }

    [Fact]
    public async Task Segments_deleted_from_the_end_after_a_clean_stop_refuse_the_start()
    {
        using var directory = await Closed(200);
        var files = directory.Files("*.log");
        Assert.True(files.Length > 3);
        foreach (var file in files[^2..])
            File.Delete(file);
        var e = Assert.Throws<StoreDamagedException>(directory.Open);
        Assert.Contains($"log segment {files.Length - 1} is missing: the log was whole up to revision 13", e.Message, StringComparison.Ordinal);
        // Looking did not change anything.
        Assert.Throws<StoreDamagedException>(directory.Open);
    }

    [Fact]
    public async Task A_cleanly_closed_log_that_was_cut_refuses_the_start()
    {
        using var directory = await Closed();
        var file = directory.Files("*.log").Single();
        var whole = await File.ReadAllBytesAsync(file);
        foreach (var length in new[] { whole.Length / 2, 64 })
        {
            await File.WriteAllBytesAsync(file, whole[..length]);
            Assert.Contains("it was whole up to revision 13: ", Assert.Throws<StoreDamagedException>(directory.Open).Message, StringComparison.Ordinal);
        }
        foreach (var length in new[] { 30, 0 })
        {
            await File.WriteAllBytesAsync(file, whole[..length]);
            Assert.Contains("header is unreadable", Assert.Throws<StoreDamagedException>(directory.Open).Message, StringComparison.Ordinal);
        }
        File.Delete(file);
        Assert.Contains("the log is missing: it was whole up to revision 13", Assert.Throws<StoreDamagedException>(directory.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_there_at_the_last_start_is_known_after_a_crash_too()
    {
        using var directory = await Closed();
        TestDirectory crashed;
        await using (var store = directory.Open())
        {
            await store.Put("later", "1");
            crashed = directory.Copy();
        }
        using (crashed)
        {
            var file = crashed.Files("*.log").Single();
            var whole = await File.ReadAllBytesAsync(file);
            await File.WriteAllBytesAsync(file, whole[..^1]);
            await using (var store = crashed.Open())
                Assert.Equal(13, store.CurrentRevision);
            await File.WriteAllBytesAsync(file, whole[..^200]);
            Assert.Throws<StoreDamagedException>(crashed.Open);
        }
    }

    [Fact]
    public async Task A_checkpoint_notes_how_far_the_log_is_durable()
    {
        using var directory = new TestDirectory();
        await using var store = EmbeddedStore.Open(directory.Options with { SegmentBytes = 200 });
        for (var i = 0; i < 12; i++)
            await store.Put("k", "a value of some length");
        await store.CompactAsync(store.CurrentRevision);
        Assert.True(await store.CheckpointAsync());
        await store.Put("k", "later");
        using var crashed = directory.Copy();
        File.WriteAllBytes(crashed.Files("*.log")[^1], crashed.Read(crashed.Files("*.log")[^1])[..64]);
        Assert.Contains("whole up to revision 13", Assert.Throws<StoreDamagedException>(crashed.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cut_off_is_said()
    {
        using var directory = await Closed();
        var file = directory.Files("*.log").Single();
        await File.WriteAllBytesAsync(file, [.. await File.ReadAllBytesAsync(file), .. new byte[5000]]);
        var log = new Lines();
        await using (var store = EmbeddedStore.Open(directory.Options with { Logger = log }))
            Assert.Equal(13, store.CurrentRevision);
        Assert.Contains(log.Warnings, l => l.StartsWith("Cut 5000 bytes off the end of the log", StringComparison.Ordinal) && l.Contains("after revision 13", StringComparison.Ordinal));
        log.Warnings.Clear();
        await EmbeddedStore.Open(directory.Options with { Logger = log }).DisposeAsync();
        Assert.Empty(log.Warnings);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1 2 3 00000000\n")]
    [InlineData("99 99 99\n")]
    public async Task Without_the_mark_there_is_one_check_less(string? mark)
    {
        using var directory = await Closed();
        var path = Path.Combine(directory.Path, "durable");
        if (mark is null)
            File.Delete(path);
        else
            await File.WriteAllTextAsync(path, mark);
        await using (var store = directory.Open())
            Assert.Equal(13, store.CurrentRevision);
        File.Delete(directory.Files("*.log").Single());
        Assert.Throws<StoreDamagedException>(directory.Open);
    }

    [Fact]
    public async Task A_disk_that_takes_no_mark_does_not_keep_the_store_from_working()
    {
        using var directory = new TestDirectory();
        await directory.Open().DisposeAsync();
        var disk = new FailingDisk();
        await using (var store = EmbeddedStore.Open(directory.Options with { Disk = disk }))
        {
            await store.Put("a", "1");
            disk.Failing = FailingDisk.Operation.Rename;
        }
        await using (var store = EmbeddedStore.Open(directory.Options with { Disk = disk }))
            Assert.Equal("a=1", await store.List(""));
        disk.Failing = FailingDisk.Operation.None;
        await using (var store = directory.Open())
            Assert.Equal("a=1", await store.List(""));
        Assert.Empty(directory.Files("*.tmp"));
    }

    private sealed class Lines : ILogger
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
                Warnings.Add(formatter(state, exception));
        }
    }
}
