using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class RecoveryTests
{
    [Fact]
    public async Task A_reopened_store_is_the_same_history_and_leases_included()
    {
        using var directory = new TestDirectory();
        string before;
        await using (var store = directory.Open())
        {
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 7);
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 8);
            await store.Put("a", "1", 7);
            await store.Put("b", "1", 8);
            await store.Put("a", "2", 7);
            await store.Delete("a");
            await store.Put("a", "3", 7);
            await store.Put("c", "", 0);
            await store.RevokeLeaseAsync(8);
            await store.CompactAsync(4);
            before = await store.Dump();
        }
        await using (var store = directory.Open())
        {
            Assert.Equal(before, await store.Dump());
            Assert.Equal(9, await store.Put("d", "1"));
        }
    }

    [Fact]
    public async Task An_acknowledged_write_survives_a_crash()
    {
        using var directory = new TestDirectory();
        await using var store = directory.Open();
        for (var i = 0; i < 20; i++)
        {
            await store.Put($"k{i}", "v");
            using var crashed = directory.Copy();
            await using var reopened = crashed.Open();
            Assert.Equal(await store.Dump(), await reopened.Dump());
        }
    }

    [Fact]
    public async Task A_torn_tail_is_cut_at_the_last_whole_record()
    {
        using var directory = new TestDirectory();
        string before;
        long intact;
        byte[] whole;
        TestDirectory torn;
        await using (var store = directory.Open())
        {
            await store.Put("a", "1");
            await store.Put("b", "2");
            before = await store.Dump();
            intact = new FileInfo(directory.Files("*.log").Single()).Length;
            await store.Put("torn", "the last record");
            whole = directory.Read(directory.Files("*.log").Single());
            torn = directory.Copy();
        }
        for (var length = intact; length < whole.Length; length++)
        {
            foreach (var filler in new byte[]?[] { null, [0], [0xa5] })
            {
                // Cut off, or of the full length with what never reached the disk zero or garbage.
                var bytes = whole.AsSpan(0, (int)length).ToArray();
                if (filler is not null)
                {
                    Array.Resize(ref bytes, whole.Length);
                    bytes.AsSpan((int)length).Fill(filler[0]);
                    if (bytes.AsSpan().SequenceEqual(whole))
                        continue;
                }
                using var crashed = torn.Copy();
                File.WriteAllBytes(crashed.Files("*.log").Single(), bytes);
                await using (var store = crashed.Open())
                {
                    Assert.Equal(before, await store.Dump());
                    Assert.Equal(4, await store.Put("c", "3"));
                }
                await using (var store = crashed.Open())
                    Assert.Equal("a=1 b=2 c=3", await store.List(""));
            }
        }
        torn.Dispose();
    }

    [Fact]
    public async Task Damage_before_the_end_refuses_the_start_and_names_the_place()
    {
        using var directory = new TestDirectory();
        var ends = new List<long>();
        await using (var store = directory.Open())
        {
            for (var i = 0; i < 5; i++)
            {
                await store.Put($"k{i}", "value");
                ends.Add(new FileInfo(directory.Files("*.log").Single()).Length);
            }
        }
        var file = directory.Files("*.log").Single();
        var whole = File.ReadAllBytes(file);
        // Every byte of the third record, one after the other.
        for (var offset = ends[1]; offset < ends[2]; offset++)
        {
            var bytes = whole.ToArray();
            bytes[offset] ^= 0x10;
            File.WriteAllBytes(file, bytes);
            var e = Assert.Throws<StoreDamagedException>(directory.Open);
            Assert.Equal((file, ends[1], 3), (e.File, e.Offset, e.Revision));
            Assert.True(e.Keys is [] or ["k2"] || offset - ends[1] is > 12 and < 20, string.Join(' ', e.Keys));
            Assert.Contains($"{file}, offset {ends[1]}, after revision 3", e.Message, StringComparison.Ordinal);
        }
        File.WriteAllBytes(file, whole);
        await using var again = directory.Open();
        Assert.Equal(6, again.CurrentRevision);
    }

    [Fact]
    public async Task Damage_in_a_closed_segment_is_never_taken_for_a_torn_tail()
    {
        using var directory = new TestDirectory();
        var options = directory.Options with { SegmentBytes = 400 };
        await using (var store = EmbeddedStore.Open(options))
        {
            for (var i = 0; i < 40; i++)
                await store.Put($"k{i}", "a value of some length");
        }
        var files = directory.Files("*.log");
        Assert.True(files.Length > 3);
        var whole = File.ReadAllBytes(files[1]);

        File.WriteAllBytes(files[1], whole[..^1]);
        Assert.Equal(files[1], Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options)).File);
        File.WriteAllBytes(files[1], [.. whole[..^1], (byte)(whole[^1] ^ 1)]);
        Assert.Equal(files[1], Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options)).File);
        File.WriteAllBytes(files[1], [(byte)(whole[0] ^ 1), .. whole[1..]]);
        Assert.Contains("header", Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options)).Message, StringComparison.Ordinal);
        File.Delete(files[1]);
        Assert.Contains("segment 2 is missing", Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options)).Message, StringComparison.Ordinal);
        directory.Write(Path.GetFileName(files[1]), whole);
        File.Move(files[0], files[0] + ".away");
        Assert.Contains("what came before is missing", Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(options)).Message, StringComparison.Ordinal);
        File.Move(files[0] + ".away", files[0]);
        await using var again = EmbeddedStore.Open(options);
        Assert.Equal(41, again.CurrentRevision);
    }

    [Fact]
    public async Task A_crash_while_a_segment_is_created_is_nothing()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
            await store.Put("a", "1");
        for (var length = 0; length < 64; length++)
        {
            directory.Write("00000000000000000002.log", new byte[length]);
            await using var store = directory.Open();
            Assert.Equal("a=1", await store.List(""));
        }
    }

    [Fact]
    public async Task A_value_that_looks_like_a_record_does_not_mislead()
    {
        using var directory = new TestDirectory();
        long intact;
        byte[] record;
        TestDirectory crashed;
        await using (var store = directory.Open())
        {
            await store.Put("a", "1");
            record = directory.Read(directory.Files("*.log").Single())[64..];
            intact = new FileInfo(directory.Files("*.log").Single()).Length;
            await store.PutIfAsync("b".Bytes(), record, 0);
            crashed = directory.Copy();
        }
        // Tear the outer record before its value: what remains behind still contains a whole record's bytes.
        using (var file = File.OpenHandle(crashed.Files("*.log").Single(), FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.Write(file, [0, 0, 0, 0], intact);
        await using (var again = crashed.Open())
            Assert.Equal("a=1", await again.List(""));
        crashed.Dispose();
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        using var directory = new TestDirectory();
        await directory.Open().DisposeAsync();
        Assert.Equal("tiphys-store 3\n", await File.ReadAllTextAsync(Path.Combine(directory.Path, "format")));
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "format"), "tiphys-store 4\n");
        Assert.Contains("newer format version (4)", Assert.Throws<StoreOpenException>(directory.Open).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "format"), "something else");
        Assert.Throws<StoreOpenException>(directory.Open);
        File.Delete(Path.Combine(directory.Path, "format"));
        Assert.Contains("no 'format' file", Assert.Throws<StoreOpenException>(directory.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_opener_is_kept_out()
    {
        using var directory = new TestDirectory();
        await using (var store = directory.Open())
        {
            var e = Assert.Throws<StoreOpenException>(directory.Open);
            Assert.Contains($"{directory.Path} is in use by another process (pid {Environment.ProcessId})", e.Message, StringComparison.Ordinal);
            await store.Put("a", "1");
        }
        await using var next = directory.Open();
        Assert.Equal("a=1", await next.List(""));
    }
}
