namespace Tiphys.Storage.Tests.Behaviour;

public abstract class LeaseTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task Revoking_deletes_the_keys()
    {
        await using var store = await Fixture.OpenAsync();
        await store.GrantLeaseAsync(TimeSpan.FromMinutes(10), 1);
        await store.Put("a", "1", 1);
        Assert.Equal(3, await store.RevokeLeaseAsync(1));
        Assert.Null(await store.Get("a"));
        await Assert.ThrowsAsync<LeaseNotFoundException>(async () => await store.RevokeLeaseAsync(1));
        await store.GrantLeaseAsync(TimeSpan.FromMinutes(10), 1);
        Assert.Equal(3, await store.RevokeLeaseAsync(1));
    }

    [Fact]
    public async Task A_deleted_key_leaves_its_lease()
    {
        await using var store = await Fixture.OpenAsync();
        await store.GrantLeaseAsync(TimeSpan.FromMinutes(10), 1);
        await store.Put("a", "1", 1);
        await store.Delete("a");
        await store.Put("a", "2");
        await store.RevokeLeaseAsync(1);
        Assert.Equal("2", await store.Get("a"));
    }

    [Fact]
    public async Task Leases_are_checked()
    {
        await using var store = await Fixture.OpenAsync();
        await Assert.ThrowsAsync<LeaseNotFoundException>(async () => await store.PutIfAsync("a".Bytes(), "1".Bytes(), 0, lease: 9));
        Assert.Equal(1, store.CurrentRevision);
        await store.GrantLeaseAsync(TimeSpan.FromMinutes(10), 9);
        await Assert.ThrowsAsync<LeaseExistsException>(async () => await store.GrantLeaseAsync(TimeSpan.FromMinutes(10), 9));
        await Assert.ThrowsAsync<InvalidStoreRequestException>(async () => await store.GrantLeaseAsync(TimeSpan.FromSeconds(9_000_000_001)));
        Assert.Equal(TimeSpan.FromSeconds(1), (await store.GrantLeaseAsync(TimeSpan.Zero)).GrantedTtl);
        await store.GrantLeaseAsync(TimeSpan.FromSeconds(9_000_000_000));
    }
}
