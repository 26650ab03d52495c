namespace Tiphys.Storage.Tests.Behaviour;

public abstract class CasTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task An_empty_store_is_at_revision_one_and_the_first_write_makes_two()
    {
        await using var store = await Fixture.OpenAsync();
        Assert.Equal(1, store.CurrentRevision);
        Assert.Equal(0, store.CompactedRevision);
        var created = await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0);
        Assert.True(created.Succeeded);
        Assert.Equal(2, created.Revision);
        Assert.Equal((2, 2, 1), (created.Record!.CreateRevision, created.Record.ModRevision, created.Record.Version));
        Assert.Null(created.Previous);
    }

    [Fact]
    public async Task Creating_what_exists_fails_and_tells_the_current_record()
    {
        await using var store = await Fixture.OpenAsync();
        await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0);
        var again = await store.PutIfAsync("a".Bytes(), "2".Bytes(), 0);
        Assert.False(again.Succeeded);
        Assert.Equal(2, again.Revision);
        Assert.Equal("1", again.Record!.Value.Text());
        Assert.Equal(2, store.CurrentRevision);
    }

    [Fact]
    public async Task Updating_needs_the_current_mod_revision()
    {
        await using var store = await Fixture.OpenAsync();
        await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0);
        var updated = await store.PutIfAsync("a".Bytes(), "2".Bytes(), 2);
        Assert.True(updated.Succeeded);
        Assert.Equal((2, 3, 2), (updated.Record!.CreateRevision, updated.Record.ModRevision, updated.Record.Version));
        Assert.Equal("1", updated.Previous!.Value.Text());
        Assert.False((await store.PutIfAsync("a".Bytes(), "3".Bytes(), 2)).Succeeded);
        Assert.Equal("2", await store.Get("a"));
    }

    [Fact]
    public async Task Updating_a_missing_key_fails_without_a_record()
    {
        await using var store = await Fixture.OpenAsync();
        var result = await store.PutIfAsync("a".Bytes(), "1".Bytes(), 7);
        Assert.False(result.Succeeded);
        Assert.Null(result.Record);
    }

    [Fact]
    public async Task Deleting_compares_too_and_a_new_creation_starts_over()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        Assert.False((await store.DeleteIfAsync("a".Bytes(), 9)).Succeeded);
        var deleted = await store.DeleteIfAsync("a".Bytes(), 2);
        Assert.True(deleted.Succeeded);
        Assert.Equal(3, deleted.Revision);
        Assert.Equal("1", deleted.Previous!.Value.Text());
        Assert.Null(await store.Get("a"));
        var created = await store.PutIfAsync("a".Bytes(), "2".Bytes(), 0);
        Assert.Equal((4, 1), (created.Record!.CreateRevision, created.Record.Version));
    }

    [Fact]
    public async Task Deleting_what_does_not_exist_raises_no_revision()
    {
        await using var store = await Fixture.OpenAsync();
        Assert.True((await store.DeleteIfAsync("a".Bytes(), 0)).Succeeded);
        Assert.Equal(1, await store.Delete("a"));
        Assert.Equal(1, store.CurrentRevision);
    }

    [Fact]
    public async Task An_empty_key_is_refused()
    {
        await using var store = await Fixture.OpenAsync();
        await Assert.ThrowsAsync<InvalidStoreRequestException>(async () => await store.PutIfAsync(default, "1".Bytes(), 0));
        await Assert.ThrowsAsync<InvalidStoreRequestException>(async () => await store.RangeAsync(new RangeRequest(default)));
    }

    [Fact]
    public async Task A_closed_store_refuses_everything()
    {
        var store = await Fixture.OpenAsync();
        await using var watch = store.Watch(new WatchRequest(KeyRange.All));
        var reading = watch.ReadAsync().AsTask();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync("a".Bytes()));
    }

    [Fact]
    public async Task The_callers_key_memory_may_be_used_again()
    {
        await using var store = await Fixture.OpenAsync();
        var key = "a".Bytes();
        await store.PutIfAsync(key, "1".Bytes(), 0);
        key[0] = (byte)'b';
        Assert.Equal("a=1", await store.List(""));
    }
}
