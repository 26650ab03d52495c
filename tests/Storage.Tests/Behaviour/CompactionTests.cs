namespace Tiphys.Storage.Tests.Behaviour;

public abstract class CompactionTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task Compaction_hides_the_past_and_keeps_the_present()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1"); // 2
        await store.Put("a", "2"); // 3
        await store.Put("b", "1"); // 4
        await store.Delete("b"); // 5
        await store.Put("a", "3"); // 6
        await store.CompactAsync(5);
        Assert.Equal(5, store.CompactedRevision);
        var e = await Assert.ThrowsAsync<CompactedException>(async () => await store.List("", 4));
        Assert.Equal(5, e.CompactRevision);
        Assert.Equal("a=2", await store.List("", 5));
        Assert.Equal("a=3", await store.List("", 6));
        Assert.Equal("a=3", await store.List(""));
    }

    [Fact]
    public async Task A_compaction_must_move_on_and_not_ahead()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        await store.Put("a", "2");
        await store.CompactAsync(3);
        await Assert.ThrowsAsync<CompactedException>(async () => await store.CompactAsync(3));
        await Assert.ThrowsAsync<CompactedException>(async () => await store.CompactAsync(2));
        await Assert.ThrowsAsync<FutureRevisionException>(async () => await store.CompactAsync(4));
    }

    [Fact]
    public async Task A_watch_may_begin_at_the_compacted_revision_but_not_before()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        await store.Delete("a");
        await store.Put("a", "2");
        await store.CompactAsync(3);
        await using var before = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        await Assert.ThrowsAsync<CompactedException>(async () => await before.ReadAsync());
        await using var at = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 3, WithPrevious = true });
        // What the first change replaced is gone with compaction, but a local store holds it as long as the change itself.
        Assert.Equal(Fixture.IsLocal ? "3-a<1 4+a=2" : "3-a 4+a=2", (await at.ReadAsync()).Describe());
    }

    [Fact]
    public async Task Deleted_keys_leave_the_index()
    {
        await using var store = await Fixture.OpenAsync();
        for (var i = 0; i < 1000; i++)
        {
            await store.Put($"k{i}", "v");
            if (i % 2 == 0)
                await store.Delete($"k{i}");
        }
        Assert.Equal(Fixture.IsLocal ? 1000 : 500, (await store.GetStatusAsync()).Keys); // etcd counts what there is
        await store.Put("last", "v");
        await store.CompactAsync(store.CurrentRevision);
        await store.ListLeasesAsync(); // cutting is done between batches
        var status = await store.GetStatusAsync();
        Assert.Equal(501, status.Keys);
        Assert.True(status.HistoryRecords < 600);
        Assert.Equal(501, (await store.RangeAsync(new RangeRequest(KeyRange.All))).Count);
    }
}
