namespace Tiphys.Storage.Tests.Behaviour;

public abstract class WatchTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task A_watch_from_now_sees_what_follows()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "0");
        await using var watch = store.Watch(new WatchRequest("a".Prefix()) { WithPrevious = true });
        var first = watch.ReadAsync().AsTask();
        Assert.False(first.IsCompleted);
        await store.Put("b", "1");
        await store.Put("a", "1");
        Assert.Equal("4~a=1<0", (await first).Describe());
        await store.Delete("a");
        await store.Put("a", "2");
        var seen = (await watch.ReadAsync()).Describe();
        if (!Fixture.IsLocal && !seen.Contains('6', StringComparison.Ordinal))
            seen += " " + (await watch.ReadAsync()).Describe(); // each change may come as soon as it is made
        Assert.Equal("5-a<1 6+a=2", seen);
    }

    [Fact]
    public async Task A_watch_resumes_at_an_old_revision_without_gap_or_repetition()
    {
        await using var store = await Fixture.OpenAsync();
        for (var i = 0; i < 3000; i++)
            await store.Put($"k{i % 7}", $"{i}");
        for (var from = 2L; from <= store.CurrentRevision; from += 271)
        {
            await using var watch = store.Watch(new WatchRequest("k".Prefix()) { FromRevision = from });
            var revisions = new List<long>();
            while (revisions.Count == 0 || revisions[^1] < store.CurrentRevision)
                revisions.AddRange((await watch.ReadAsync()).Events.Select(e => e.Record.ModRevision));
            Assert.Equal(Enumerable.Range((int)from, (int)(store.CurrentRevision - from + 1)).Select(r => (long)r), revisions);
        }
    }

    [Fact]
    public async Task A_watch_of_a_future_revision_waits_for_it()
    {
        await using var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 4 });
        var reading = watch.ReadAsync().AsTask();
        await store.Put("a", "2");
        await store.Put("a", "3");
        Assert.False(reading.IsCompleted);
        await store.Put("a", "4");
        Assert.Equal("4~a=4", (await reading).Describe());
    }

    [Fact]
    public async Task A_large_transaction_is_never_split()
    {
        await using var store = await Fixture.OpenAsync();
        for (var t = 0; t < 3; t++)
            await store.TxnAsync(new TxnRequest([], [.. Enumerable.Range(0, 3000).Select(i => new PutOperation($"k{i}".Bytes(), default))], []));
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        var seen = 0;
        while (seen < 9000)
        {
            var batch = await watch.ReadAsync();
            Assert.Equal(0, batch.Events.Count % 3000);
            Assert.Equal(batch.Events[^1].Record.ModRevision, batch.Revision);
            seen += batch.Events.Count;
        }
    }

    [Fact]
    public async Task Progress_on_request_tells_how_fresh_the_watch_is()
    {
        await using var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest("a".Prefix()));
        var reading = watch.ReadAsync().AsTask();
        await store.Put("b", "1");
        await store.Put("b", "2");
        Assert.False(reading.IsCompleted);
        watch.RequestProgress();
        var batch = await reading;
        Assert.True(batch.IsProgress);
        Assert.Equal(3, batch.Revision);
    }

    [Fact]
    public async Task An_idle_watch_is_not_overtaken_by_compaction()
    {
        await using var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest("a".Prefix()));
        if (!Fixture.IsLocal)
        {
            watch.RequestProgress();
            await watch.ReadAsync(); // it is open now, not merely on its way
        }
        for (var i = 0; i < 100; i++)
            await store.Put("b", $"{i}");
        await store.CompactAsync(store.CurrentRevision);
        await store.Put("a", "1");
        Assert.Equal("102+a=1", (await watch.ReadAsync()).Describe());
    }

    [Fact]
    public async Task A_slow_watch_with_events_waiting_is_overtaken()
    {
        await using var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest("a".Prefix()));
        await store.Put("a", "1");
        await store.Put("a", "2");
        await store.CompactAsync(3);
        if (!Fixture.IsLocal)
        {
            // What was read ahead is delivered, if the watch was open in time; it must only not begin behind a gap.
            try
            {
                Assert.StartsWith("2+a=1", (await watch.ReadAsync()).Describe(), StringComparison.Ordinal);
            }
            catch (CompactedException late)
            {
                Assert.Equal(3, late.CompactRevision);
            }
            return;
        }
        var e = await Assert.ThrowsAsync<CompactedException>(async () => await watch.ReadAsync());
        Assert.Equal(3, e.CompactRevision);
    }

    [Fact]
    public async Task Cancelling_a_read_loses_nothing()
    {
        await using var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest(KeyRange.All));
        using var cancel = new CancellationTokenSource();
        var reading = watch.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await store.Put("a", "1");
        Assert.Equal("2+a=1", (await watch.ReadAsync()).Describe());
    }

    [Fact]
    public async Task Watchers_share_the_records()
    {
        await using var store = await Fixture.OpenAsync();
        await using var one = store.Watch(new WatchRequest(KeyRange.All));
        await using var two = store.Watch(new WatchRequest("a".Prefix()));
        var written = await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0);
        foreach (var watch in new[] { one, two })
        {
            var seen = (await watch.ReadAsync()).Events[0].Record;
            if (Fixture.IsLocal)
                Assert.Same(written.Record, seen);
            Assert.Equal((written.Record!.ModRevision, written.Record.Version), (seen.ModRevision, seen.Version));
            Assert.Equal(written.Record.Value.ToArray(), seen.Value.ToArray());
        }
    }
}
