using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Tests;

/// <summary>Repair finds whatever keeps a store from opening, and what it saves opens.</summary>
public sealed class RepairMissingTests : IDisposable
{
    private readonly TestDirectory _parent = new();

    private string Db => Path.Combine(_parent.Path, "db");

    private EmbeddedStoreOptions Options => new() { DataDirectory = Db, HistoryWindow = null, SegmentBytes = 120, CheckpointBytes = long.MaxValue };

    private string[] Files(string pattern) => [.. Directory.GetFiles(Db, pattern).Order(StringComparer.Ordinal)];

    public void Dispose() => _parent.Dispose();

    // Eight keys, revisions 2 to 9, in four segments.
    private async Task Fill(bool checkpoint = false)
    {
        await using var store = EmbeddedStore.Open(Options);
        for (var i = 0; i < 8; i++)
            await store.Put($"k{i}", "a value of some length");
        if (!checkpoint)
            return;
        await store.CompactAsync(6);
        Assert.True(await store.CheckpointAsync());
    }

    private async Task<string> Repaired(string reason)
    {
        Assert.ThrowsAny<StoreOpenException>(() => EmbeddedStore.Open(Options));
        var seen = StoreRepair.Inspect(Db);
        Assert.Contains(seen.Damages, d => d.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.ThrowsAny<StoreOpenException>(() => EmbeddedStore.Open(Options));
        var report = StoreRepair.Apply(Db, TimeProvider.System);
        Assert.NotNull(report.Aside);
        string keys;
        await using (var store = EmbeddedStore.Open(Options))
        {
            Assert.True(store.CurrentRevision > SnapshotFile.DefaultRevisionBump);
            var all = (await store.RangeAsync(new RangeRequest(KeyRange.All))).Records;
            Assert.Equal(report.Keys, all.Count);
            keys = string.Join(' ', all.Select(r => r.Key.Text()));
            await store.Put("new", "1");
        }
        Assert.Empty(StoreRepair.Inspect(Db).Damages);
        return keys;
    }

    [Fact]
    public async Task A_deleted_checkpoint()
    {
        await Fill(checkpoint: true);
        var first = long.Parse(Path.GetFileNameWithoutExtension(Files("*.log")[0]), null);
        Assert.True(first > 1);
        File.Delete(Files("*.checkpoint").Single());
        Assert.EndsWith("k5 k6 k7", await Repaired("what came before is missing"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "what came before is missing")]
    [InlineData(1, "log segment 2 is missing")]
    public async Task A_deleted_segment(int segment, string reason)
    {
        await Fill();
        File.Delete(Files("*.log")[segment]);
        var keys = await Repaired(reason);
        Assert.EndsWith("k6 k7", keys, StringComparison.Ordinal);
        Assert.Equal(segment == 1, keys.StartsWith("k0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deleted_segments_at_the_end()
    {
        await Fill();
        // The last one holds nothing but the mark of a clean end.
        File.Delete(Files("*.log")[^1]);
        File.Delete(Files("*.log")[^1]);
        Assert.StartsWith("k0 k1", await Repaired("log segment 4 is missing: the log was whole up to revision 9"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(30)]
    public async Task The_only_log_is_gone_with_a_checkpoint_there(int length)
    {
        await Fill(checkpoint: true);
        foreach (var log in Files("*.log"))
            File.Delete(log);
        if (length >= 0)
            _ = WriteLog(length);
        // As an older binary left it, which knew no mark.
        File.Delete(Path.Combine(Db, "durable"));
        Assert.Equal("k0 k1 k2 k3", await Repaired("the log is missing"));
    }

    private string WriteLog(int length)
    {
        var path = Path.Combine(Db, "00000000000000000001.log");
        using var file = Embedded.Log.Permissions.Open(path, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(new byte[length]);
        return path;
    }

    [Fact]
    public async Task A_closed_segment_cut_short_or_emptied()
    {
        await Fill();
        var log = Files("*.log")[1];
        var whole = await File.ReadAllBytesAsync(log);
        foreach (var (length, reason) in new[] { (whole.Length - 1, "checksum"), (64, "cut short"), (20, "header is unreadable"), (0, "header is unreadable") })
        {
            await File.WriteAllBytesAsync(log, whole[..length]);
            Assert.ThrowsAny<StoreOpenException>(() => EmbeddedStore.Open(Options));
            Assert.Contains(StoreRepair.Inspect(Db).Damages, d => d.Reason.Contains(reason, StringComparison.Ordinal));
        }
        Assert.EndsWith("k6 k7", await Repaired("header is unreadable"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("something else")]
    public async Task A_format_file_that_is_missing_or_unreadable(string? text)
    {
        await Fill();
        var file = Path.Combine(Db, "format");
        if (text is null)
            File.Delete(file);
        else
            await File.WriteAllTextAsync(file, text);
        Assert.Equal("k0 k1 k2 k3 k4 k5 k6 k7", await Repaired("format"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_newer_format_is_refused_with_damage_or_without(bool damaged)
    {
        await Fill();
        var file = Path.Combine(Db, "format");
        await File.WriteAllTextAsync(file, "tiphys-store 99\n");
        if (damaged)
            File.Delete(Files("*.log")[1]);
        Assert.Contains("newer format version (99)", Assert.Throws<StoreOpenException>(() => StoreRepair.Inspect(Db)).Message, StringComparison.Ordinal);
        Assert.Contains("newer format version (99)", Assert.Throws<StoreOpenException>(() => StoreRepair.Apply(Db, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal("tiphys-store 99\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_newer_format_is_known_by_its_files_too()
    {
        await Fill();
        File.Delete(Path.Combine(Db, "format"));
        var log = Files("*.log")[0];
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[8] = 99;
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Embedded.Log.Crc32C.Compute(bytes.AsSpan(0, 60)));
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Contains("newer format version (99)", Assert.Throws<StoreOpenException>(() => StoreRepair.Apply(Db, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_store_none_is_made()
    {
        Directory.CreateDirectory(Db);
        Assert.Contains("there is no store", Assert.Throws<StoreOpenException>(() => StoreRepair.Apply(Db, TimeProvider.System)).Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_older_checkpoint_fills_in_for_a_damaged_one(bool header)
    {
        await using (var store = EmbeddedStore.Open(Options))
        {
            for (var i = 0; i < 40; i++)
                await store.PutIfAsync($"k{i:d2}".Bytes(), new byte[100_000], 0);
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
        }
        var older = Files("*.checkpoint").Single();
        var kept = await File.ReadAllBytesAsync(older);
        await using (var store = EmbeddedStore.Open(Options))
        {
            await store.Delete("k00");
            for (var i = 0; i < 10; i++)
                await store.Put($"l{i}", "a value of some length");
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
        }
        var newer = Files("*.checkpoint").Single();
        using (var file = Embedded.Log.Permissions.Open(older, FileMode.Create, FileAccess.Write, FileShare.None))
            file.Write(kept);
        var bytes = await File.ReadAllBytesAsync(newer);
        bytes[header ? 20 : bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(newer, bytes);

        var keys = (await Repaired(header ? "header" : "checksum")).Split(' ');
        // Where only a stretch of the newer is lost, what it said of the other keys holds.
        Assert.Equal(header, keys.Contains("k00"));
        // The older one was made one revision before the last key.
        Assert.Equal(header ? 38 : 39, keys.Count(static k => k[0] == 'k' && k != "k00"));
        Assert.Equal(!header, keys.Contains("l0"));
    }

    [Fact]
    public async Task Frames_that_make_no_sense_together_are_damage_though_each_is_whole()
    {
        await Fill();
        var log = Files("*.log")[^1];
        var bytes = await File.ReadAllBytesAsync(log);
        // A header of another base revision, sealed as it should be.
        BitConverter.TryWriteBytes(bytes.AsSpan(24), BitConverter.ToInt64(bytes, 24) - 1);
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Embedded.Log.Crc32C.Compute(bytes.AsSpan(0, 60)));
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Equal("k0 k1 k2 k3 k4 k5 k6 k7", await Repaired("the segment continues revision"));
    }

    [Fact]
    public async Task A_bad_segment_header_is_reported_behind_the_checkpoint()
    {
        await Fill(checkpoint: true);
        var log = Files("*.log")[0];
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Equal(5, Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(Options)).Revision);
        Assert.Equal(5, StoreRepair.Inspect(Db).Damages[0].After);
    }
}
