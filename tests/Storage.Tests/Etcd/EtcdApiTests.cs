using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Grpc;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Hosting;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>What etcd's API has beyond the store's own: checked by messages, as any client sends them.</summary>
public sealed class EtcdApiTests : IAsyncLifetime
{
    private ServedStore _served = null!;

    public async ValueTask InitializeAsync() => _served = await ServedStore.StartAsync(
        new EtcdOptions { MaxTxnOperations = 4, MaxRequestBytes = 2000 }, new EmbeddedStoreOptions { HistoryWindow = null, TimeProvider = new ManualTime() }); // no lease expires

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task Sorts_by_every_target_and_bounds_revisions()
    {
        await PutAsync("a", "3");
        await PutAsync("b", "2");
        await PutAsync("c", "1");
        await PutAsync("b", "2");
        Assert.Equal("cba", await KeysAsync(new V3.RangeRequest { SortOrder = V3.RangeRequest.Types.SortOrder.Descend }));
        Assert.Equal("cba", await KeysAsync(new V3.RangeRequest { SortTarget = V3.RangeRequest.Types.SortTarget.Value }));
        Assert.Equal("bca", await KeysAsync(new V3.RangeRequest { SortTarget = V3.RangeRequest.Types.SortTarget.Mod, SortOrder = V3.RangeRequest.Types.SortOrder.Descend }));
        Assert.Equal("cb", await KeysAsync(new V3.RangeRequest { SortTarget = V3.RangeRequest.Types.SortTarget.Create, SortOrder = V3.RangeRequest.Types.SortOrder.Descend, Limit = 2 }));
        Assert.Equal("bc", await KeysAsync(new V3.RangeRequest { MinModRevision = 4 }));
        Assert.Equal("ab", await KeysAsync(new V3.RangeRequest { MaxCreateRevision = 3 }));
        var bounded = await RangeAsync(new V3.RangeRequest { MinModRevision = 4, Limit = 1 });
        Assert.Equal((1, true, 3L), (bounded.Kvs.Count, bounded.More, bounded.Count));
        var counted = await RangeAsync(new V3.RangeRequest { CountOnly = true });
        Assert.Equal((0, false, 3L), (counted.Kvs.Count, counted.More, counted.Count));
        Assert.All((await RangeAsync(new V3.RangeRequest { KeysOnly = true })).Kvs, static kv => Assert.True(kv.Value.IsEmpty));
    }

    [Fact]
    public async Task Refuses_in_the_words_of_etcd()
    {
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: key is not provided", () => CallAsync("KV/Range", new V3.RangeRequest(), V3.RangeResponse.Parser));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: invalid sort option", () => RangeAsync(new V3.RangeRequest { SortOrder = (V3.RangeRequest.Types.SortOrder)9 }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: value is provided", () => PutAsync(new V3.PutRequest { Key = Text("a"), Value = Text("b"), IgnoreValue = true }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: lease is provided", () => PutAsync(new V3.PutRequest { Key = Text("a"), Lease = 7, IgnoreLease = true }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: key not found", () => PutAsync(new V3.PutRequest { Key = Text("a"), IgnoreValue = true }));
        await RefusesAsync(GrpcStatusCode.NotFound, "etcdserver: requested lease not found", () => PutAsync(new V3.PutRequest { Key = Text("a"), Lease = 7 }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: request is too large", () => PutAsync("a", new string('b', 3000)));
        await RefusesAsync(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", () => RangeAsync(new V3.RangeRequest { Revision = 99 }));
        await RefusesAsync(GrpcStatusCode.OutOfRange, "etcdserver: too large lease TTL", () => CallAsync("Lease/LeaseGrant", new V3.LeaseGrantRequest { TTL = 9_000_000_001 }, V3.LeaseGrantResponse.Parser));
        await RefusesAsync(GrpcStatusCode.FailedPrecondition, "etcdserver: root user does not exist", () => CallAsync("Auth/AuthEnable", new V3.AuthEnableRequest(), V3.AuthEnableResponse.Parser));
        await RefusesAsync(GrpcStatusCode.FailedPrecondition, "etcdserver: authentication is not enabled", () => CallAsync("Auth/Authenticate", new V3.AuthenticateRequest(), V3.AuthenticateResponse.Parser));
        var put = new V3.RequestOp { RequestPut = new V3.PutRequest { Key = Text("a") } };
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", () => TxnAsync(new V3.TxnRequest { Success = { put, put } }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request", () => TxnAsync(new V3.TxnRequest { Success = { put, put, put, put, put } }));
        await RefusesAsync(GrpcStatusCode.InvalidArgument, "etcdserver: key not found", () => TxnAsync(new V3.TxnRequest { Success = { new V3.RequestOp() } }));
        Assert.Equal(1, _served.Store.CurrentRevision);
    }

    [Fact]
    public async Task Puts_and_deletes_give_what_they_replaced()
    {
        await PutAsync("a", "1");
        var put = await PutAsync(new V3.PutRequest { Key = Text("a"), Value = Text("2"), PrevKv = true });
        Assert.Equal((3L, "1", 2L), (put.Header.Revision, put.PrevKv.Value.ToStringUtf8(), put.PrevKv.ModRevision));
        var deleted = await CallAsync("KV/DeleteRange", new V3.DeleteRangeRequest { Key = Text("a"), RangeEnd = Text("z"), PrevKv = true }, V3.DeleteRangeResponse.Parser);
        Assert.Equal((1L, "2"), (deleted.Deleted, Assert.Single(deleted.PrevKvs).Value.ToStringUtf8()));
    }

    [Fact]
    public async Task Many_watches_share_a_stream()
    {
        using var call = Watch();
        Create(call, new V3.WatchCreateRequest { Key = Text("a") });
        Create(call, new V3.WatchCreateRequest { Key = Text("a"), RangeEnd = Text("z"), WatchId = 7, PrevKv = true, Filters = { V3.WatchCreateRequest.Types.FilterType.Noput } });
        Create(call, new V3.WatchCreateRequest { Key = Text("a"), WatchId = 7 });
        Create(call, new V3.WatchCreateRequest { Key = Text("b"), RangeEnd = Text("a") });
        Assert.Equal((0L, true, false), Of(await call.ReadAsync()));
        Assert.Equal((7L, true, false), Of(await call.ReadAsync()));
        var duplicate = await call.ReadAsync();
        Assert.Equal((-1L, true, true), Of(duplicate));
        Assert.Equal("mvcc: duplicate watch ID provided on the WatchStream", duplicate!.CancelReason);
        Assert.Equal("mvcc: watcher range is empty", (await call.ReadAsync())!.CancelReason);

        await PutAsync("a", "1");
        var put = (await call.ReadAsync())!;
        Assert.Equal((0L, V3.Event.Types.EventType.Put, "1"), (put.WatchId, Assert.Single(put.Events).Type, put.Events[0].Kv.Value.ToStringUtf8()));
        call.Send(new V3.WatchRequest { CancelRequest = new V3.WatchCancelRequest { WatchId = 0 } });
        Assert.Equal((0L, false, true), Of(await call.ReadAsync()));
        await CallAsync("KV/DeleteRange", new V3.DeleteRangeRequest { Key = Text("a") }, V3.DeleteRangeResponse.Parser);
        var delete = (await call.ReadAsync())!;
        Assert.Equal((7L, V3.Event.Types.EventType.Delete, "1"), (delete.WatchId, Assert.Single(delete.Events).Type, delete.Events[0].PrevKv.Value.ToStringUtf8()));
    }

    [Fact]
    public async Task Progress_is_told_when_every_watch_of_the_stream_has_come_so_far()
    {
        using var call = Watch();
        Create(call, new V3.WatchCreateRequest { Key = Text("a") });
        Create(call, new V3.WatchCreateRequest { Key = Text("b") });
        await call.ReadAsync();
        await call.ReadAsync();
        await PutAsync("a", "1");
        await PutAsync("c", "1");
        call.Send(new V3.WatchRequest { ProgressRequest = new V3.WatchProgressRequest() });
        var put = (await call.ReadAsync())!;
        Assert.Single(put.Events);
        var progress = (await call.ReadAsync())!;
        Assert.Equal((-1L, 0, 3L), (progress.WatchId, progress.Events.Count, progress.Header.Revision));
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_revision_is_cancelled_with_the_oldest_kept()
    {
        await PutAsync("a", "1");
        await PutAsync("a", "2");
        await CallAsync("KV/Compact", new V3.CompactionRequest { Revision = 3, Physical = true }, V3.CompactionResponse.Parser);
        using var call = Watch();
        Create(call, new V3.WatchCreateRequest { Key = Text("a"), StartRevision = 1 });
        Assert.Equal((0L, true, false), Of(await call.ReadAsync()));
        var cancelled = await call.ReadAsync();
        Assert.Equal((0L, false, true), Of(cancelled));
        Assert.Equal(3, cancelled!.CompactRevision);
    }

    [Fact]
    public async Task Large_batches_come_in_fragments_for_who_asks_and_whole_revisions_for_others()
    {
        var value = new string('v', 700);
        for (var i = 0; i < 3; i++)
            await TxnAsync(new V3.TxnRequest { Success = { Put("a", value), Put("b", value) } });
        using var whole = Watch();
        Create(whole, new V3.WatchCreateRequest { Key = Text("a"), RangeEnd = Text("z"), StartRevision = 2 });
        await whole.ReadAsync();
        for (var revision = 2; revision <= 4; revision++)
        {
            var response = (await whole.ReadAsync())!;
            Assert.Equal((2, false, revision), (response.Events.Count, response.Fragment, response.Header.Revision));
        }
        using var pieces = Watch();
        Create(pieces, new V3.WatchCreateRequest { Key = Text("a"), RangeEnd = Text("z"), StartRevision = 2, Fragment = true });
        await pieces.ReadAsync();
        var fragments = new List<bool>();
        for (var events = 0; events < 6;)
        {
            var response = (await pieces.ReadAsync())!;
            events += response.Events.Count;
            fragments.Add(response.Fragment);
        }
        Assert.Equal([true, true, false], fragments);
    }

    [Fact]
    public async Task Leases_are_kept_alive_on_a_stream_and_missing_ones_have_no_time()
    {
        var lease = await CallAsync("Lease/LeaseGrant", new V3.LeaseGrantRequest { TTL = 1, ID = 5 }, V3.LeaseGrantResponse.Parser);
        Assert.Equal((5L, 2L), (lease.ID, lease.TTL));
        using var call = _served.Channel.Duplex<V3.LeaseKeepAliveRequest, V3.LeaseKeepAliveResponse>("/etcdserverpb.Lease/LeaseKeepAlive", V3.LeaseKeepAliveResponse.Parser, [], default);
        call.Send(new V3.LeaseKeepAliveRequest { ID = 5 });
        call.Send(new V3.LeaseKeepAliveRequest { ID = 6 });
        Assert.Equal(2, (await call.ReadAsync())!.TTL);
        Assert.Equal(0, (await call.ReadAsync())!.TTL);
        Assert.Equal(-1, (await CallAsync("Lease/LeaseTimeToLive", new V3.LeaseTimeToLiveRequest { ID = 6 }, V3.LeaseTimeToLiveResponse.Parser)).TTL);
    }

    [Fact]
    public async Task The_nospace_alarm_refuses_puts_until_it_is_disarmed()
    {
        await AlarmAsync(V3.AlarmRequest.Types.AlarmAction.Activate);
        await RefusesAsync(GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", () => PutAsync("a", "1"));
        await CallAsync("KV/DeleteRange", new V3.DeleteRangeRequest { Key = Text("a") }, V3.DeleteRangeResponse.Parser);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"health":"false","reason":"ALARM NOSPACE"}"""), await GetAsync("/health"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health?exclude=NOSPACE")).Status);
        await AlarmAsync(V3.AlarmRequest.Types.AlarmAction.Deactivate);
        await PutAsync("a", "1");
        Assert.Equal((HttpStatusCode.OK, """{"health":"true","reason":""}"""), await GetAsync("/health"));
    }

    [Fact]
    public async Task The_gateway_speaks_json()
    {
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/v3/kv/put", """{"key":"YQ==","value":"MQ==","lease":0}""")).Status);
        var (_, range) = await PostAsync("/v3/kv/range", """{"key":"YQ==","revision":"2"}""");
        Assert.Equal("""[{"key":"YQ==","create_revision":"2","mod_revision":"2","version":"1","value":"MQ=="}]""", JsonDocument.Parse(range).RootElement.GetProperty("kvs").GetRawText());
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"etcdserver: key is not provided"}"""), await PostAsync("/v3/kv/range", "{}"));
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"unexpected EOF"}"""), await PostAsync("/v3/kv/range", """{"key":"""));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/v3/kv/range", """{"key":"not base64!"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/v3/nothing", "{}")).Status);
        Assert.Equal(HttpStatusCode.NotImplemented, (await GetAsync("/v3/kv/range")).Status);
        var (_, kept) = await PostAsync("/v3/lease/keepalive", """{"ID":"77"} {"ID":78}""");
        Assert.Equal(["77", "78"], kept.TrimEnd().Split('\n').Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("result").GetProperty("ID").GetString()));
        Assert.Contains("etcd_debugging_mvcc_current_revision 2", (await GetAsync("/metrics")).Body);
    }

    [Fact]
    public async Task The_gateway_takes_what_etcds_takes()
    {
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"etcdserver: key is not provided"}"""), await PostAsync("/v3/kv/put", ""));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/v3/maintenance/status", "")).Status);
        await PutAsync("a", "1");
        foreach (var body in new[]
        {
            """{"key":"YQ==","sort_order":"NOPE","sort_target":"NOPE"}""", """{"key":"YQ=="} {"key":""",
        })
        {
            var (status, range) = await PostAsync("/v3/kv/range", body);
            Assert.True(status == HttpStatusCode.OK, body + ": " + range);
            Assert.Equal("1", JsonDocument.Parse(range).RootElement.GetProperty("count").GetString());
        }

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/v3/maintenance/alarm", """{"action":"XX"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/v3/kv/txn", """{"compare":[{"key":"YQ==","result":"FOO","target":"BAR"}]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/v3/kv/range", """{"key":"not base64!","sort_order":"NOPE"}""")).Status);
        using var members = JsonDocument.Parse((await PostAsync("/v3/cluster/member/list", "{}")).Body);
        Assert.Equal("http://localhost:2380", members.RootElement.GetProperty("members")[0].GetProperty("peerURLs")[0].GetString());
    }

    [Fact]
    public async Task A_browser_that_asks_first_is_let_in()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(_served.Url, "/v3/kv/put"));
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            ["accept, content-type, authorization", "POST, GET, OPTIONS, PUT, DELETE", "*"],
            response.Headers.Where(static h => h.Key.StartsWith("Access-Control", StringComparison.Ordinal)).OrderBy(static h => h.Key, StringComparer.Ordinal).Select(static h => h.Value.Single()));
    }

    [Theory]
    [InlineData("/readyz", "ok\n")]
    [InlineData("/livez", "ok\n")]
    [InlineData("/readyz?verbose", "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n")]
    [InlineData("/readyz?verbose&exclude=data_corruption", "[+]serializable_read ok\n[+]linearizable_read ok\nok\n")]
    [InlineData("/livez?verbose", "[+]serializable_read ok\nok\n")]
    [InlineData("/readyz/data_corruption", "ok\n")]
    [InlineData("/readyz/data_corruption?verbose", "[+]data_corruption ok\nok\n")]
    [InlineData("/livez/serializable_read", "ok\n")]
    [InlineData("/readyz/nothing", null)]
    [InlineData("/livez/data_corruption", null)]
    [InlineData("/readyzz", null)]
    public async Task Checks_are_listed_and_asked_one_by_one(string path, string? text)
    {
        Assert.Equal(text is null ? (HttpStatusCode.NotFound, "404 page not found\n") : (HttpStatusCode.OK, text), await GetAsync(path));
        Assert.Equal(text is null ? HttpStatusCode.NotFound : HttpStatusCode.MethodNotAllowed, (await PostAsync(path, "")).Status);
    }

    [Fact]
    public async Task A_corrupt_store_is_not_ready_and_a_full_one_is()
    {
        await AlarmAsync(V3.AlarmRequest.Types.AlarmAction.Activate);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/readyz"));
        await CallAsync("Maintenance/Alarm", new V3.AlarmRequest { Action = V3.AlarmRequest.Types.AlarmAction.Activate, Alarm = V3.AlarmType.Corrupt }, V3.AlarmResponse.Parser);
        var (status, body) = await GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("[-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/livez")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/readyz?exclude=data_corruption")).Status);
    }

    [Fact]
    public async Task The_process_tells_of_itself_as_prometheus_clients_do()
    {
        var (_, metrics) = await GetAsync("/metrics");
        foreach (var name in new[] { "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds", "process_open_fds" })
            Assert.True(double.Parse(metrics.Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) > 0, name);
    }

    [Fact]
    public async Task The_same_address_twice_is_one_and_both_kinds_on_one_are_refused()
    {
        await using var store = EmbeddedStore.InMemory();
        var listener = new EtcdListener(new IPEndPoint(IPAddress.Loopback, 0), IsTls: false);
        await using (var server = await EtcdServer.StartAsync(store, [listener, listener], null, new EtcdOptions(), NullLoggerFactory.Instance))
            Assert.Single(server.Urls);
        var both = EtcdListener.Parse("http://127.0.0.1:33799");
        var e = await Assert.ThrowsAsync<EtcdStartException>(() => EtcdServer.StartAsync(
            store, [both, both with { IsTls = true }], null, new EtcdOptions(), NullLoggerFactory.Instance));
        Assert.Equal("127.0.0.1:33799 cannot be both http and https", e.Message);
    }

    [Fact]
    public async Task A_snapshot_restores_what_was_there()
    {
        await PutAsync("a", "1");
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot");
        await using (var output = File.Create(file))
        {
            await foreach (var part in _served.Channel.ServerStreamAsync("/etcdserverpb.Maintenance/Snapshot", new V3.SnapshotRequest(), V3.SnapshotResponse.Parser, default))
                part.Blob.WriteTo(output);
        }
        Assert.Equal(32, new FileInfo(file).Length % 512); // how etcdctl knows that a checksum is there
        Assert.Equal((2L, 1L), (Embedded.Snapshots.SnapshotFile.Inspect(file).Revision, Embedded.Snapshots.SnapshotFile.Inspect(file).TotalKeys));
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("https://[::1]:2379/", "[::1]:2379")]
    [InlineData("http://localhost:2379", "127.0.0.1:2379")]
    [InlineData("http://127.0.0.1", null)]
    [InlineData("http://example.com:2379", null)]
    [InlineData("unix:///tmp/x", null)]
    [InlineData("http://127.0.0.1:2379/x", null)]
    [InlineData("127.0.0.1:2379", null)]
    public void Listens_where_a_url_says(string url, string? address)
    {
        if (address is null) Assert.Throws<EtcdStartException>(() => EtcdListener.Parse(url));
        else Assert.Equal(address, EtcdListener.Parse(url).EndPoint.ToString());
    }

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private static V3.RequestOp Put(string key, string value) => new() { RequestPut = new V3.PutRequest { Key = Text(key), Value = Text(value) } };

    private static (long Id, bool Created, bool Canceled) Of(V3.WatchResponse? response) => (response!.WatchId, response.Created, response.Canceled);

    private static void Create(GrpcDuplexCall<V3.WatchRequest, V3.WatchResponse> call, V3.WatchCreateRequest request) =>
        call.Send(new V3.WatchRequest { CreateRequest = request });

    private static async Task RefusesAsync(GrpcStatusCode code, string words, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<GrpcException>(call);
        Assert.Equal((code, words), (error.Code, error.Detail));
    }

    private GrpcDuplexCall<V3.WatchRequest, V3.WatchResponse> Watch() =>
        _served.Channel.Duplex<V3.WatchRequest, V3.WatchResponse>("/etcdserverpb.Watch/Watch", V3.WatchResponse.Parser, [], default);

    private Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T> => _served.Channel.UnaryAsync("/etcdserverpb." + method, request, parser, Patience.Limit, default);

    private Task<V3.PutResponse> PutAsync(V3.PutRequest request) => CallAsync("KV/Put", request, V3.PutResponse.Parser);

    private Task<V3.PutResponse> PutAsync(string key, string value) => PutAsync(new V3.PutRequest { Key = Text(key), Value = Text(value) });

    private Task<V3.TxnResponse> TxnAsync(V3.TxnRequest request) => CallAsync("KV/Txn", request, V3.TxnResponse.Parser);

    private Task<V3.RangeResponse> RangeAsync(V3.RangeRequest request)
    {
        (request.Key, request.RangeEnd) = (Text("a"), Text("z"));
        return CallAsync("KV/Range", request, V3.RangeResponse.Parser);
    }

    private async Task<string> KeysAsync(V3.RangeRequest request) => string.Concat((await RangeAsync(request)).Kvs.Select(static kv => kv.Key.ToStringUtf8()));

    private Task<V3.AlarmResponse> AlarmAsync(V3.AlarmRequest.Types.AlarmAction action) =>
        CallAsync("Maintenance/Alarm", new V3.AlarmRequest { Action = action, Alarm = V3.AlarmType.Nospace }, V3.AlarmResponse.Parser);

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(_served.Url, path));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string json)
    {
        using var http = new HttpClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(_served.Url, path), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
