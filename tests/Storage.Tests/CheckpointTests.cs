using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class CheckpointTests
{
    private static EmbeddedStoreOptions Small(TestDirectory directory) => directory.Options with { SegmentBytes = 500, CheckpointBytes = long.MaxValue };

    private static async Task Fill(EmbeddedStore store, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var key = $"k{random.Next(30)}";
            if (random.Next(4) == 0)
                await store.Delete(key);
            else
                await store.Put(key, $"{i}");
        }
    }

    [Fact]
    public async Task A_checkpoint_takes_the_place_of_the_log_before_it()
    {
        using var directory = new TestDirectory();
        string before;
        await using (var store = EmbeddedStore.Open(Small(directory)))
        {
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 1);
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 2);
            await store.Put("leased", "x", 1);
            await Fill(store, 1);
            await store.RevokeLeaseAsync(2);
            var segments = directory.Files("*.log").Length;
            await store.CompactAsync(store.CurrentRevision - 20);
            Assert.True(await store.CheckpointAsync());
            Assert.True(directory.Files("*.log").Length < segments - 2);
            Assert.Single(directory.Files("*.checkpoint"));
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), 3);
            await store.Put("later", "y", 3);
            before = await store.Dump();
        }
        await using (var store = EmbeddedStore.Open(Small(directory)))
        {
            Assert.Equal(before, await store.Dump());
            await Fill(store, 2);
            await store.CompactAsync(store.CurrentRevision);
            Assert.True(await store.CheckpointAsync());
            before = await store.Dump();
            Assert.Single(directory.Files("*.checkpoint"));
        }
        await using (var store = EmbeddedStore.Open(Small(directory)))
            Assert.Equal(before, await store.Dump());
    }

    [Fact]
    public async Task Nothing_compacted_means_nothing_to_write()
    {
        using var directory = new TestDirectory();
        await using var store = EmbeddedStore.Open(Small(directory));
        await store.Put("a", "1");
        Assert.False(await store.CheckpointAsync());
    }

    [Fact]
    public async Task The_event_at_the_compacted_revision_survives()
    {
        using var directory = new TestDirectory();
        string before;
        await using (var store = EmbeddedStore.Open(Small(directory)))
        {
            await store.Put("a", "1");
            await store.Put("b", "1");
            await store.Delete("a");
            await store.CompactAsync(store.CurrentRevision);
            before = await store.Dump();
            Assert.Contains("4-a", before, StringComparison.Ordinal);
            Assert.True(await store.CheckpointAsync());
        }
        await using (var store = EmbeddedStore.Open(Small(directory)))
            Assert.Equal(before, await store.Dump());
    }

    [Fact]
    public async Task A_half_written_checkpoint_is_swept_up()
    {
        using var directory = new TestDirectory();
        await using (var store = EmbeddedStore.Open(Small(directory)))
            await store.Put("a", "1");
        directory.Write("00000000000000000001.checkpoint.tmp", new byte[100]);
        await using (var store = EmbeddedStore.Open(Small(directory)))
            Assert.Equal("a=1", await store.List(""));
        Assert.Empty(directory.Files("*.tmp"));
    }

    [Fact]
    public async Task A_damaged_checkpoint_refuses_the_start()
    {
        using var directory = new TestDirectory();
        await using (var store = EmbeddedStore.Open(Small(directory)))
        {
            await Fill(store, 3);
            await store.CompactAsync(store.CurrentRevision);
            await store.CheckpointAsync();
        }
        var file = directory.Files("*.checkpoint").Single();
        var whole = File.ReadAllBytes(file);
        for (var offset = 0; offset < whole.Length; offset += 7)
        {
            var bytes = whole.ToArray();
            bytes[offset] ^= 1;
            File.WriteAllBytes(file, bytes);
            Assert.Equal(file, Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(Small(directory))).File);
        }
        File.WriteAllBytes(file, whole[..64]);
        Assert.Throws<StoreDamagedException>(() => EmbeddedStore.Open(Small(directory)));
    }

    [Fact]
    public async Task Endless_updates_keep_the_files_bounded()
    {
        using var directory = new TestDirectory();
        var options = directory.Options with { SegmentBytes = 64 << 10, CheckpointBytes = 64 << 10, HistoryByteLimit = 1 << 20 };
        string before;
        await using (var store = EmbeddedStore.Open(options))
        {
            var revision = 0L;
            for (var i = 0; i < 20_000; i++)
            {
                var result = await store.PutIfAsync($"k{i % 10}".Bytes(), new byte[1000], i >= 10 ? revision - 9 : 0);
                Assert.True(result.Succeeded);
                revision = result.Revision;
            }
            Assert.True(store.CompactedRevision > 10_000);
            // Twenty megabytes were written; the history's limit, some segments and a checkpoint may be there.
            Assert.InRange((await store.GetStatusAsync()).DiskBytes, 0, 4 << 20);
            before = await store.Dump();
        }
        Assert.InRange(new DirectoryInfo(directory.Path).EnumerateFiles().Sum(f => f.Length), 0, 4 << 20);
        await using (var store = EmbeddedStore.Open(options))
            Assert.Equal(before, await store.Dump());
    }
}
