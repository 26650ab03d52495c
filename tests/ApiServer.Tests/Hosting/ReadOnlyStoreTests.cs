using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;

namespace Tiphys.ApiServer.Tests;

/// <summary>What clients see of a store whose disk is full.</summary>
public sealed class ReadOnlyStoreTests
{
    [Fact]
    public async Task Reads_go_on_writes_say_why_and_only_readiness_fails()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var (components, transport) = (new ComponentTokens(), new InProcessTransport());
        await using var store = new FullStore(EmbeddedStore.InMemory());
        await using var server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions
            {
                Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, InProcess = transport },
                Pki = ClusterPki.Open(directory, new(), TimeProvider.System),
                AdvertiseAddress = IPAddress.Loopback,
                Components = components,
            },
            store,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        using var http = new HttpClient(transport.CreateHandler()) { BaseAddress = new Uri("http://cluster") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", components.Issue("admin", UserInfo.Masters));
        const string configMap = """{"metadata":{"name":"a"}}""";
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);

        store.IsFull = true;
        using var body = new StringContent(configMap, Encoding.UTF8, "application/json");
        var refused = await http.PostAsync("/api/v1/namespaces/default/configmaps", body);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Contains("\"message\":\"etcdserver: mvcc: database space exceeded\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v1/namespaces/default")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/livez")).StatusCode);
        Assert.Contains("[-]etcd-readiness failed: reason withheld", await (await http.GetAsync("/readyz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        store.IsFull = false;
        using var again = new StringContent(configMap, Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsync("/api/v1/namespaces/default/configmaps", again)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz/etcd-readiness")).StatusCode);
        Directory.Delete(directory, recursive: true);
    }

    private sealed class FullStore(IStore inner) : IStore
    {
        private const string Reason = "etcdserver: mvcc: database space exceeded";

        public volatile bool IsFull;

        public long CurrentRevision => inner.CurrentRevision;

        public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken) => inner.ReadRevisionAsync(cancellationToken);

        public long CompactedRevision => inner.CompactedRevision;

        public StoreHealth Health => IsFull ? new StoreHealth(StoreCondition.DiskFull, Reason, default) : inner.Health;

        public ValueTask<GetResult> GetAsync(ReadOnlyMemory<byte> key, long revision, CancellationToken cancellationToken) => inner.GetAsync(key, revision, cancellationToken);

        public ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken) => inner.RangeAsync(request, cancellationToken);

        public ValueTask<CasResult> PutIfAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease, CancellationToken cancellationToken) =>
            Writable().PutIfAsync(key, value, expectedModRevision, lease, cancellationToken);

        public ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken) =>
            Writable().DeleteIfAsync(key, expectedModRevision, cancellationToken);

        public ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken) => Writable().TxnAsync(request, cancellationToken);

        public IWatch Watch(WatchRequest request) => inner.Watch(request);

        public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) => Writable().CompactAsync(revision, cancellationToken);

        public ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id, CancellationToken cancellationToken) => Writable().GrantLeaseAsync(ttl, id, cancellationToken);

        public ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken) => Writable().RevokeLeaseAsync(id, cancellationToken);

        public ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken) => inner.KeepLeaseAliveAsync(id, cancellationToken);

        public ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys, CancellationToken cancellationToken) => inner.GetLeaseAsync(id, withKeys, cancellationToken);

        public ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken) => inner.ListLeasesAsync(cancellationToken);

        public ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private IStore Writable() => IsFull ? throw new StoreUnavailableException(StoreCondition.DiskFull, Reason) : inner;
    }
}
