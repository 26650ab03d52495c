using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class ConcurrencyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_acknowledged_write_is_seen_once_and_in_order(bool onDisk)
    {
        const int writers = 16, each = 300;
        using var directory = new TestDirectory();
        var options = directory.Options with { SegmentBytes = 32 << 10, CheckpointBytes = 32 << 10 };
        await using var store = onDisk ? EmbeddedStore.Open(options) : EmbeddedStore.InMemory(options);

        var watching = Enumerable.Range(0, 4).Select(_ => Collect(store, writers * each)).ToArray();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() => ReadConsistently(store, writers, stop.Token));
        var acknowledged = await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var revisions = new List<long>();
            long mod = 0;
            for (var i = 0; i < each; i++)
            {
                // Each writer owns one key; the counter in its value must rise by one at each of its revisions.
                var result = await store.PutIfAsync($"w{w:d2}".Bytes(), $"{i}".Bytes(), mod);
                Assert.True(result.Succeeded);
                mod = result.Revision;
                revisions.Add(mod);
                Assert.Equal(mod, (await store.GetAsync($"w{w:d2}".Bytes())).Record!.ModRevision);
            }
            return revisions;
        })));
        await stop.CancelAsync();
        await reading;

        var all = acknowledged.SelectMany(r => r).Order().ToList();
        Assert.Equal(Enumerable.Range(2, writers * each).Select(i => (long)i), all);
        foreach (var seen in await Task.WhenAll(watching))
            Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Contended_increments_are_never_lost()
    {
        await using var store = EmbeddedStore.InMemory();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                while (true)
                {
                    var current = (await store.GetAsync("n".Bytes())).Record;
                    var next = current is null ? 1 : int.Parse(current.Value.Text(), System.Globalization.CultureInfo.InvariantCulture) + 1;
                    if ((await store.PutIfAsync("n".Bytes(), $"{next}".Bytes(), current?.ModRevision ?? 0)).Succeeded)
                        break;
                }
            }
        })));
        Assert.Equal("800", await store.Get("n"));
    }

    [Fact]
    public async Task Readers_stay_consistent_while_history_is_compacted()
    {
        await using var store = EmbeddedStore.InMemory();
        using var stop = new CancellationTokenSource();
        // Both keys always change together, so whoever sees them differ has seen half a transaction.
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var records = (await store.RangeAsync(new RangeRequest("k".Prefix()))).Records;
                Assert.True(records.Count is 0 or 2);
                if (records.Count == 2)
                    Assert.Equal(records[0].Value.Text(), records[1].Value.Text());
            }
        })).ToArray();
        for (var i = 0; i < 5000; i++)
        {
            TxnOperation[] operations = i % 3 == 2
                ? [new DeleteOperation("k".Prefix())]
                : [new PutOperation("k1".Bytes(), $"{i}".Bytes()), new PutOperation("k2".Bytes(), $"{i}".Bytes())];
            var result = await store.TxnAsync(new TxnRequest([], operations, []));
            if (i % 7 == 0)
                await store.CompactAsync(result.Revision);
        }
        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    private static async Task<List<long>> Collect(EmbeddedStore store, int count)
    {
        await using var watch = store.Watch(new WatchRequest("w".Prefix()) { FromRevision = 2 });
        var seen = new List<long>();
        while (seen.Count < count)
            seen.AddRange((await watch.ReadAsync()).Events.Select(e => e.Record.ModRevision));
        return seen;
    }

    private static async Task ReadConsistently(EmbeddedStore store, int writers, CancellationToken stop)
    {
        long last = 0;
        while (!stop.IsCancellationRequested)
        {
            var result = await store.RangeAsync(new RangeRequest("w".Prefix()), CancellationToken.None);
            Assert.True(result.Revision >= last);
            last = result.Revision;
            Assert.True(result.Records.Count <= writers);
            // Every write raises the revision by one, so the versions account for all of them.
            Assert.Equal(result.Revision - 1, result.Records.Sum(r => r.Version));
        }
    }
}
