using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Grpc;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Client;
using Tiphys.Storage.Etcd.Hosting;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>An embedded store behind our own server on loopback.</summary>
internal sealed class ServedStore : IAsyncDisposable
{
    private readonly EtcdServer _server;

    private ServedStore(EmbeddedStore store, EtcdServer server)
    {
        (Store, _server) = (store, server);
        Channel = new GrpcChannel(new System.Net.DnsEndPoint(Url.Host, Url.Port));
    }

    public EmbeddedStore Store { get; }

    public GrpcChannel Channel { get; }

    public Uri Url => new(_server.Urls[0].GetLeftPart(UriPartial.Authority));

    public static async Task<ServedStore> StartAsync(EtcdOptions? options = null, EmbeddedStoreOptions? store = null, EtcdTls? tls = null)
    {
        var embedded = EmbeddedStore.Open(store ?? new EmbeddedStoreOptions { HistoryWindow = null });
        var listener = EtcdListener.Parse(tls is null ? "http://127.0.0.1:0" : "https://127.0.0.1:0");
        var server = await EtcdServer.StartAsync(embedded, [listener], tls, options ?? new EtcdOptions(), NullLoggerFactory.Instance);
        return new ServedStore(embedded, server);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _server.DisposeAsync();
        await Store.DisposeAsync();
    }
}

/// <summary>Stores for the behaviour tests: our client on our server.</summary>
public sealed class ServedFixture : Behaviour.StoreFixture
{
    private readonly List<ServedStore> _served = [];
    private readonly ManualTime _time = new();

    public override bool IsLocal => false;

    public override async Task<IStore> OpenAsync()
    {
        var served = await ServedStore.StartAsync(new EtcdOptions { MaxTxnOperations = 10_000, MinLeaseTtl = TimeSpan.FromSeconds(1) }, new EmbeddedStoreOptions { HistoryWindow = null, TimeProvider = _time });
        _served.Add(served);
        return await PatientClient.OpenAsync(served.Url);
    }

    public override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public override void Dispose() => _served.ForEach(static s => s.DisposeAsync().AsTask().Wait());
}

public sealed class ServedCasTests() : Behaviour.CasTests(new ServedFixture());

public sealed class ServedTxnTests() : Behaviour.TxnTests(new ServedFixture());

public sealed class ServedRangeTests() : Behaviour.RangeTests(new ServedFixture());

public sealed class ServedWatchTests() : Behaviour.WatchTests(new ServedFixture());

public sealed class ServedLeaseTests() : Behaviour.LeaseTests(new ServedFixture());

public sealed class ServedCompactionTests() : Behaviour.CompactionTests(new ServedFixture());
