namespace Tiphys.Storage.Tests.Behaviour;

/// <summary>Expiry, for stores whose clock a test can move.</summary>
public abstract class LeaseTimeTests(StoreFixture fixture) : StoreTests(fixture)
{
    [Fact]
    public async Task An_expired_lease_takes_its_keys_along_in_one_revision()
    {
        await using var store = await Fixture.OpenAsync();
        var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(10));
        await store.Put("b", "1", lease.Id);
        await store.Put("a", "1", lease.Id);
        await store.Put("c", "1");
        await Fixture.PassAsync(TimeSpan.FromSeconds(9.9));
        Assert.Single(await store.ListLeasesAsync());
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { WithPrevious = true });
        await Fixture.PassAsync(TimeSpan.FromSeconds(0.2));
        Assert.Empty(await store.ListLeasesAsync());
        Assert.Equal("c=1", await store.List(""));
        Assert.Equal("5-a<1 5-b<1", (await watch.ReadAsync()).Describe());
    }

    [Fact]
    public async Task Keeping_alive_starts_the_time_anew()
    {
        await using var store = await Fixture.OpenAsync();
        var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(10), 42);
        Assert.Equal((42, TimeSpan.FromSeconds(10)), (lease.Id, lease.GrantedTtl));
        await store.Put("a", "1", 42);
        for (var i = 0; i < 5; i++)
        {
            await Fixture.PassAsync(TimeSpan.FromSeconds(8));
            Assert.Equal(TimeSpan.FromSeconds(2), (await store.GetLeaseAsync(42)).Remaining);
            Assert.Equal(TimeSpan.FromSeconds(10), (await store.KeepLeaseAliveAsync(42)).Remaining);
        }
        await Fixture.PassAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<LeaseNotFoundException>(async () => await store.KeepLeaseAliveAsync(42));
        Assert.Null(await store.Get("a"));
    }

    [Fact]
    public async Task A_key_belongs_to_the_lease_it_was_last_put_under()
    {
        await using var store = await Fixture.OpenAsync();
        await store.GrantLeaseAsync(TimeSpan.FromSeconds(10), 1);
        await store.GrantLeaseAsync(TimeSpan.FromSeconds(20), 2);
        await store.Put("a", "1", 1);
        await store.Put("b", "1", 1);
        await store.Put("a", "2", 2);
        await store.Put("b", "2");
        Assert.Empty((await store.GetLeaseAsync(1, withKeys: true)).Keys);
        Assert.Equal("a", (await store.GetLeaseAsync(2, withKeys: true)).Keys.Single().Text());
        await Fixture.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([2L], await store.ListLeasesAsync());
        Assert.Equal("a=2 b=2", await store.List(""));
        await Fixture.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(await store.ListLeasesAsync());
        Assert.Equal("b=2", await store.List(""));
    }
}
