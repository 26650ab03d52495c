using System.Net;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;
using Tiphys.Testing;

namespace Tiphys.ApiServer.Tests;

/// <summary>Who stands behind the <c>kubernetes</c> Service when several servers share a store.</summary>
public sealed class ServerEndpointsTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly EmbeddedStore _store;

    public ServerEndpointsTests() => _store = EmbeddedStore.Open(new EmbeddedStoreOptions { TimeProvider = _time });

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task All_living_servers_are_listed_and_one_that_stops_leaves_at_once()
    {
        await using var first = await TestServer.StartAsync(_store, "192.0.2.2", _time);
        Assert.Equal("192.0.2.2", await AddressesAsync(first));
        var second = await TestServer.StartAsync(_store, "192.0.2.1", _time);

        // In order, as upstream packs them; both objects say the same. Both servers write: whoever is second leaves it to the other.
        await Patience.ForAsync(() => AddressesAsync(second), static a => a == "192.0.2.1 192.0.2.2");
        await Patience.ForAsync(() => SliceAsync(first), static a => a == "192.0.2.1 192.0.2.2");
        await second.DisposeAsync();
        await Patience.ForAsync(() => AddressesAsync(first), static a => a == "192.0.2.2");
        await Patience.ForAsync(() => SliceAsync(first), static a => a == "192.0.2.2");
    }

    [Fact]
    public async Task A_server_that_dies_is_out_when_its_lease_has_run_out()
    {
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1", _time);
        var cancel = TestContext.Current.CancellationToken;

        // Others wait as long, since the start; what is waited for below is what begins to wait now.
        _time.Advance(TimeSpan.FromSeconds(1));

        // Another server, which says once that it lives, and then dies.
        var ghost = new ServerLeases(_store, KubernetesServiceController.TimeToLive);
        await ghost.RefreshAsync(IPAddress.Parse("192.0.2.7"), cancel);
        await Patience.ForAsync(() => AddressesAsync(server), static a => a == "192.0.2.1 192.0.2.7");
        await Patience.ForAsync(() => Task.FromResult(_time.IsAwaited(KubernetesServiceController.Interval)), static awaited => awaited);
        _time.Advance(KubernetesServiceController.Interval);
        var lease = (await OwnKeyAsync("192.0.2.1")).Lease;
        await Patience.ForAsync(async () => await _store.GetLeaseAsync(lease, cancellationToken: cancel), static l => l.Remaining == l.GrantedTtl);
        Assert.Equal("192.0.2.1 192.0.2.7", await AddressesAsync(server));
        _time.Advance(KubernetesServiceController.TimeToLive - KubernetesServiceController.Interval + TimeSpan.FromSeconds(1));
        await Patience.ForAsync(() => AddressesAsync(server), static a => a == "192.0.2.1");
        await Patience.ForAsync(() => SliceAsync(server), static a => a == "192.0.2.1");
    }

    [Fact]
    public async Task Keys_are_upstreams_and_those_of_upstream_are_read()
    {
        var cancel = TestContext.Current.CancellationToken;
        var theirs = new Endpoints { Metadata = new() { Generation = 5 }, Subsets = [new() { Addresses = [new() { IP = "192.0.2.9" }] }] };
        var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: cancel);
        await _store.PutIfAsync(Key("192.0.2.9"), ApiProto.Encode(theirs), 0, lease.Id, cancel);
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1", _time);
        Assert.Equal("192.0.2.1 192.0.2.9", await AddressesAsync(server));
        var own = await OwnKeyAsync("192.0.2.1");
        Assert.NotEqual(0, own.Lease);
        var envelope = ApiProto.Open(own.Value.Span);
        Assert.Equal(("v1", "Endpoints"), (envelope.ApiVersion, envelope.Kind));
        Assert.Equal("192.0.2.1", RawObject.Decode<Endpoints>(own.Value.Span).Subsets![0].Addresses![0].IP);
    }

    [Fact]
    public async Task A_refreshed_lease_writes_nothing_and_a_lost_one_is_made_anew()
    {
        var cancel = TestContext.Current.CancellationToken;
        var leases = new ServerLeases(_store, KubernetesServiceController.TimeToLive);
        var address = IPAddress.Parse("192.0.2.1");
        await leases.RefreshAsync(address, cancel);
        var revision = _store.CurrentRevision;
        await leases.RefreshAsync(address, cancel);
        Assert.Equal(revision, _store.CurrentRevision);
        _time.Advance(TimeSpan.FromSeconds(20));
        await Patience.ForAsync(() => leases.ListAsync(cancel), static l => l.Count == 0);
        await leases.RefreshAsync(address, cancel);
        Assert.Equal(["192.0.2.1"], await leases.ListAsync(cancel));
    }

    [Fact]
    public async Task A_store_of_its_own_holds_no_other_server()
    {
        var cancel = TestContext.Current.CancellationToken;
        await new ServerLeases(_store, KubernetesServiceController.TimeToLive).RefreshAsync(IPAddress.Parse("192.0.2.7"), cancel);
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1", _time, static o => o with { SharedStore = false });
        Assert.Equal("192.0.2.1", await AddressesAsync(server));
    }

    [Fact]
    public async Task With_master_count_a_server_adds_itself_and_displaces_those_that_are_too_many()
    {
        static KubeApiServerOptions Two(KubeApiServerOptions o) => o with { EndpointReconciler = EndpointReconcilerType.MasterCount, ApiServerCount = 2 };
        await using var first = await TestServer.StartAsync(_store, "192.0.2.1", _time, Two);
        await using var second = await TestServer.StartAsync(_store, "192.0.2.2", _time, Two);
        await Patience.ForAsync(() => AddressesAsync(first), static a => a == "192.0.2.1 192.0.2.2");
        await using var third = await TestServer.StartAsync(_store, "192.0.2.3", _time, Two);
        await Patience.ForAsync(() => AddressesAsync(first), static a => a == "192.0.2.2 192.0.2.3");
    }

    [Fact]
    public async Task With_none_nobody_touches_the_endpoints()
    {
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1", _time, static o => o with { EndpointReconciler = EndpointReconcilerType.None });
        Assert.Null(await server.Client.Resource<Endpoints>().FindAsync("default", "kubernetes", TestContext.Current.CancellationToken));
    }

    private static async Task<string> AddressesAsync(TestServer server)
    {
        var endpoints = await server.Client.Resource<Endpoints>().FindAsync("default", "kubernetes", TestContext.Current.CancellationToken);
        return string.Join(' ', (endpoints?.Subsets ?? []).SelectMany(static s => s.Addresses ?? []).Select(static a => a.IP));
    }

    private static async Task<string> SliceAsync(TestServer server)
    {
        var slice = await server.Client.Resource<EndpointSlice>().FindAsync("default", "kubernetes", TestContext.Current.CancellationToken);
        return string.Join(' ', (slice?.Endpoints ?? []).SelectMany(static e => e.Addresses));
    }

    private async Task<StoreRecord> OwnKeyAsync(string address) => (await _store.GetAsync(Key(address), cancellationToken: TestContext.Current.CancellationToken)).Record!;

    private static byte[] Key(string address) => Encoding.UTF8.GetBytes("/registry/masterleases/" + address);
}
