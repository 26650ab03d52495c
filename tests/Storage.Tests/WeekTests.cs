using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class WeekTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A week of node leases, statuses and expiring events, as fast as the disk goes: files and history stay bounded, and all the
    /// while watches and paged lists resume within the window, and only there.
    /// </summary>
    [Fact]
    public async Task A_week_of_updates_keeps_files_and_history_bounded()
    {
        const int nodes = 50;
        using var directory = new TestDirectory();
        var time = new ManualTime();
        var options = directory.Options with { TimeProvider = time, HistoryWindow = Window, SegmentBytes = 1 << 20, CheckpointBytes = 1 << 20 };
        var mods = new Dictionary<string, long>();
        var marks = new List<long>();
        var (largest, written) = (0L, 0L);
        string before;
        await using (var store = EmbeddedStore.Open(options))
        {
            for (var tick = 0; tick < 7 * 24 * 6; tick++)
            {
                var lease = (await store.GrantLeaseAsync(TimeSpan.FromHours(1))).Id;
                await Task.WhenAll(
                [
                    .. Enumerable.Range(0, nodes).Select(n => Renew(store, $"/registry/leases/{n}", 300)),
                    .. Enumerable.Range(0, nodes / 5).Select(n => Renew(store, $"/registry/minions/{(n * 5) + (tick % 5)}", 2000)),
                    .. Enumerable.Range(0, 40).Select(n => store.PutIfAsync($"/registry/events/{tick}-{n}".Bytes(), new byte[500], 0, lease).AsTask()),
                ]);
                written += (nodes * 300) + (nodes / 5 * 2000) + (40 * 500);
                marks.Add(store.CurrentRevision);
                time.Advance(Tick);
                await store.ListLeasesAsync();
                largest = Math.Max(largest, SizeOf(directory));

                if (tick % 50 != 49)
                    continue;
                // Six ticks of events live, and a last one whose hour is just over.
                Assert.InRange((await store.RangeAsync(new RangeRequest("/registry/events/".Prefix()) { CountOnly = true })).Count, 5 * 40, 6 * 40);
                await Resumes(store, marks[^2]);
                await Assert.ThrowsAsync<CompactedException>(async () => await store.List("/registry/leases/", marks[^8]));
                await HistoryShrinks(store, 2000);
            }
            Assert.True(written > 40 << 20);
            Assert.InRange(largest, 1, 12 << 20);
            Assert.InRange((await store.GetStatusAsync()).Keys, 100, 700);
            before = await store.List("");
        }
        await using (var store = EmbeddedStore.Open(options with { HistoryWindow = null }))
            Assert.Equal(before, await store.List(""));

        async Task Renew(EmbeddedStore store, string key, int bytes)
        {
            var result = await store.PutIfAsync(key.Bytes(), new byte[bytes], mods.GetValueOrDefault(key));
            Assert.True(result.Succeeded);
            lock (mods)
                mods[key] = result.Revision;
        }
    }

    // Nothing is freed while a checkpoint reads the tree, and with the clock played this fast one can take a day of the week: so
    // the history may be longer for a moment, but it must come back down without another write.
    private static async Task HistoryShrinks(EmbeddedStore store, long most)
    {
        await Patience.UntilAsync(
            async () =>
            {
                await store.ListLeasesAsync();
                return (await store.GetStatusAsync()).HistoryRecords <= most;
            },
            $"no more than {most} records of history");
        Assert.InRange((await store.GetStatusAsync()).HistoryRecords, 1, most);
    }

    // Files come and go meanwhile.
    private static long SizeOf(TestDirectory directory) =>
        directory.Files("*").Select(static f => new FileInfo(f)).Sum(static f => f.Exists ? f.Length : 0);

    private static async Task Resumes(EmbeddedStore store, long revision)
    {
        // The second page of a list that began then is of then.
        var first = await store.RangeAsync(new RangeRequest("/registry/leases/".Prefix()) { Revision = revision, Limit = 20 });
        var next = new KeyRange((byte[])[.. first.Records[^1].Key.Span, 0], "/registry/leases/".Prefix().End);
        var second = await store.RangeAsync(new RangeRequest(next) { Revision = revision });
        Assert.Equal(50, first.Records.Count + second.Records.Count);
        Assert.All(second.Records, r => Assert.True(r.ModRevision <= revision));

        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = revision + 1 });
        var events = (await watch.ReadAsync()).Events;
        Assert.Equal(revision + 1, events[0].Record.ModRevision);
    }
}
