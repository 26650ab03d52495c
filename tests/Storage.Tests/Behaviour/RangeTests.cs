namespace Tiphys.Storage.Tests.Behaviour;

public abstract class RangeTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task A_prefix_takes_its_keys_in_order()
    {
        await using var store = await Fixture.OpenAsync();
        foreach (var key in new[] { "/b/2", "/a/1", "/b/1", "/c/1", "/b", "/b0" })
            await store.Put(key, key[^1..]);
        Assert.Equal("/b/1=1 /b/2=2", await store.List("/b/"));
        Assert.Equal("/a/1=1 /b=b /b/1=1 /b/2=2 /b0=0 /c/1=1", await store.List(""));
    }

    [Fact]
    public async Task Old_revisions_show_the_past()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1"); // 2
        await store.Put("b", "1"); // 3
        await store.Put("a", "2"); // 4
        await store.Delete("b"); // 5
        await store.Put("b", "3"); // 6
        Assert.Equal("", await store.List("", 1));
        Assert.Equal("a=1", await store.List("", 2));
        Assert.Equal("a=1 b=1", await store.List("", 3));
        Assert.Equal("a=2 b=1", await store.List("", 4));
        Assert.Equal("a=2", await store.List("", 5));
        Assert.Equal("a=2 b=3", await store.List("", 6));
        Assert.Equal("1", await store.Get("a", 3));
        var e = await Assert.ThrowsAsync<FutureRevisionException>(async () => await store.List("", 7));
        Assert.Equal(6, e.CurrentRevision);
    }

    [Fact]
    public async Task The_header_tells_the_current_revision_not_the_one_read_at()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        await store.Put("a", "2");
        Assert.Equal(3, (await store.RangeAsync(new RangeRequest("a".Prefix()) { Revision = 2 })).Revision);
    }

    [Fact]
    public async Task A_limit_tells_how_much_there_is()
    {
        await using var store = await Fixture.OpenAsync();
        for (var i = 0; i < 10; i++)
            await store.Put($"k{i}", "v");
        var page = await store.RangeAsync(new RangeRequest("k".Prefix()) { Limit = 3 });
        Assert.Equal((3, 10, true), (page.Records.Count, (int)page.Count, page.More));
        var exact = await store.RangeAsync(new RangeRequest("k".Prefix()) { Limit = 10 });
        Assert.Equal((10, 10, false), (exact.Records.Count, (int)exact.Count, exact.More));
        var counted = await store.RangeAsync(new RangeRequest("k".Prefix()) { CountOnly = true });
        Assert.Equal((0, 10, false), (counted.Records.Count, (int)counted.Count, counted.More));
        var uncounted = await store.RangeAsync(new RangeRequest("k".Prefix()) { Limit = 3, SkipCount = true });
        Assert.Equal((3, -1, true), (uncounted.Records.Count, (int)uncounted.Count, uncounted.More));
        var all = await store.RangeAsync(new RangeRequest("k".Prefix()) { Limit = 20, SkipCount = true });
        Assert.Equal((10, 10, false), (all.Records.Count, (int)all.Count, all.More));
    }

    [Fact]
    public void Ranges_follow_etcds_conventions()
    {
        Assert.True(KeyRange.Single("a".Bytes()).Contains("a"u8));
        Assert.False(KeyRange.Single("a".Bytes()).Contains("ab"u8));
        Assert.True(KeyRange.From("b".Bytes()).Contains([0xff, 0xff]));
        Assert.False(KeyRange.From("b".Bytes()).Contains("a"u8));
        Assert.Equal("b", KeyRange.Prefix("a".Bytes()).End.Text());
        Assert.Equal([0x62], KeyRange.Prefix(new byte[] { 0x61, 0xff }).End.ToArray());
        Assert.True(KeyRange.Prefix(new byte[] { 0xff }).IsOpenEnded);
        Assert.True(KeyRange.Prefix(default).Contains([1]));
        Assert.True(KeyRange.All.Contains([0]));
    }

    [Fact]
    public async Task A_page_can_continue_after_its_last_key()
    {
        await using var store = await Fixture.OpenAsync();
        for (var i = 0; i < 500; i++)
            await store.Put($"/p/{i:d4}", "v");
        var revision = store.CurrentRevision;
        var range = "/p/".Prefix();
        var seen = new List<string>();
        while (true)
        {
            var page = await store.RangeAsync(new RangeRequest(range) { Limit = 70, Revision = revision });
            seen.AddRange(page.Records.Select(r => r.Key.Text()));
            await store.Put($"/p/{seen.Count:d4}x", "later");
            if (!page.More)
                break;
            range = range with { Start = (byte[])[.. page.Records[^1].Key.Span, 0] };
        }
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"/p/{i:d4}"), seen);
    }
}
