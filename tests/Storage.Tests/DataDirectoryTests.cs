using System.Diagnostics;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

/// <summary>Who may open a data directory: its owner alone, one process at a time, in a format it knows.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DataDirectoryTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Everything_a_store_makes_is_its_owners_alone()
    {
        using var parent = new TestDirectory();
        var path = Path.Combine(parent.Path, "a", "b");
        var options = new EmbeddedStoreOptions { DataDirectory = path, HistoryWindow = null, SegmentBytes = 200 };
        await using (var store = EmbeddedStore.Open(options))
        {
            for (var i = 0; i < 20; i++)
                await store.Put($"k{i % 3}", "some value");
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
        }
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        Assert.All(Directory.GetFiles(path), f => Assert.Equal(Private, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task A_directory_or_file_that_others_may_read_is_refused()
    {
        using var directory = new TestDirectory();
        await directory.Open().DisposeAsync();
        File.SetUnixFileMode(directory.Path, Private | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Assert.Equal(
            $"the data directory {directory.Path} may be read by others (mode 0701), and it holds the cluster's secrets: run `chmod 700 {directory.Path}`",
            Assert.Throws<StoreOpenException>(directory.Open).Message);
        File.SetUnixFileMode(directory.Path, Private | UnixFileMode.UserExecute);
        var log = directory.Files("*.log").Single();
        File.SetUnixFileMode(log, Private | UnixFileMode.GroupRead);
        Assert.Contains($"run `chmod 600 {log}`", Assert.Throws<StoreOpenException>(directory.Open).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(log, Private);
        await directory.Open().DisposeAsync();
    }

    [Fact]
    public async Task Format_version_1_is_brought_up_to_the_present_one_and_made_private()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "format"), "tiphys-store 1\n");
        // Version 1 made its files as the umask would have them, and its segments name version 1.
        var log = directory.Files("*.log").Single();
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[8] = 1;
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Embedded.Log.Crc32C.Compute(bytes.AsSpan(0, 60)));
        await File.WriteAllBytesAsync(log, bytes);
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(log, (UnixFileMode)0b110_100_100);
        await using (var store = directory.Open())
            Assert.Equal("a=1", await store.List(""));
        Assert.Equal("tiphys-store 3\n", await File.ReadAllTextAsync(Path.Combine(directory.Path, "format")));
        Assert.Equal(Private, File.GetUnixFileMode(log));
        await directory.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_second_process_is_kept_out_and_told_who_is_in()
    {
        if (!File.Exists("/usr/bin/flock"))
            Assert.Skip("flock is not installed");
        using var directory = new TestDirectory();
        await directory.Open().DisposeAsync();
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", [Path.Combine(directory.Path, "lock"), "/bin/cat"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await holder.StandardInput.WriteAsync("x\n");
        await holder.StandardInput.FlushAsync();
        await holder.StandardOutput.ReadLineAsync();
        Assert.Contains("is in use by another process", Assert.Throws<StoreOpenException>(directory.Open).Message, StringComparison.Ordinal);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync();
        await directory.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_last_record_that_rots_after_a_clean_end_is_damage_and_not_a_torn_tail()
    {
        using var directory = new TestDirectory();
        long begin, end;
        await using (var store = directory.Open())
        {
            await store.Put("a", "1");
            begin = new FileInfo(directory.Files("*.log").Single()).Length;
            await store.Put("/registry/secrets/default/s", "2");
            end = new FileInfo(directory.Files("*.log").Single()).Length;
        }
        var file = directory.Files("*.log").Single();
        var whole = await File.ReadAllBytesAsync(file);
        whole[end - 1] ^= 1;
        await File.WriteAllBytesAsync(file, whole);
        var e = Assert.Throws<StoreDamagedException>(directory.Open);
        Assert.Equal((begin, 2), (e.Offset, e.Revision));
        Assert.Equal(["/registry/secrets/default/s"], e.Keys);
        Assert.Contains("(of /registry/secrets/default/s); restore a snapshot with `tiphys etcd snapshot restore`", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_and_closing_does_not_grow_the_log()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        var length = new FileInfo(directory.Files("*.log").Single()).Length;
        for (var i = 0; i < 3; i++)
            await directory.Open().DisposeAsync();
        Assert.Equal(length, new FileInfo(directory.Files("*.log").Single()).Length);
    }
}
