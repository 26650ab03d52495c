using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;
using Tiphys.Storage.Etcd;
using Action = Tiphys.Storage.Etcd.V3.AlarmRequest.Types.AlarmAction;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Alarms on Debian's etcd and on ours: what they forbid, through restarts, until they are disarmed, and in snapshots.</summary>
public sealed class EtcdAlarmTests
{
    [Fact]
    public async Task Etcd_holds_to_an_alarm_after_it_was_killed()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await HoldsAsync(etcd.Server, () =>
        {
            etcd.Kill();
            etcd.Start();
            return Task.FromResult(etcd.Server);
        });
    }

    [Fact]
    public async Task Ours_holds_to_an_alarm_after_it_was_killed()
    {
        using var directory = new TestDirectory();
        var copies = new List<TestDirectory>();
        var served = await ServedStore.StartAsync(store: directory.Options);
        try
        {
            await HoldsAsync(served.Url, async () =>
            {
                copies.Add((copies.Count == 0 ? directory : copies[^1]).Copy());
                await served.DisposeAsync();
                served = await ServedStore.StartAsync(store: copies[^1].Options);
                return served.Url;
            });
        }
        finally
        {
            await served.DisposeAsync();
            copies.ForEach(static c => c.Dispose());
        }
    }

    [Fact]
    public async Task Snapshots_bring_alarms_from_us_to_etcd_and_back()
    {
        using var directory = new TestDirectory();
        var (first, second) = (Path.Combine(directory.Path, "ours.db"), Path.Combine(directory.Path, "theirs.db"));
        await using (var served = await ServedStore.StartAsync())
        {
            await SetAsync(served.Url, Action.Activate, V3.AlarmType.Nospace, 77);
            Assert.Contains("exit 0", await Etcdctl.RunAsync(served.Url, $"|snapshot save {first}"), StringComparison.Ordinal);
        }

        await Etcdctl.UtilityAsync("snapshot", "restore", first, "--data-dir", Path.Combine(directory.Path, "data"));
        using (var etcd = await EtcdProcess.StartSingleOnAsync(directory.Path))
        {
            await UntilAnsweredAsync(etcd.Server);
            Assert.Contains("memberID:77 alarm:NOSPACE", await Etcdctl.RunAsync(etcd.Server, "|alarm list"), StringComparison.Ordinal);
            await SetAsync(etcd.Server, Action.Activate, V3.AlarmType.Corrupt, ulong.MaxValue);
            Assert.Contains("exit 0", await Etcdctl.RunAsync(etcd.Server, $"|snapshot save {second}"), StringComparison.Ordinal);
        }

        var data = Path.Combine(directory.Path, "restored");
        SnapshotFile.Restore(second, data);
        await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = data, HistoryWindow = null });
        Assert.Equal([new StoreAlarm(StoreAlarmKind.NoSpace, 77), new StoreAlarm(StoreAlarmKind.Corrupt, ulong.MaxValue)], store.Alarms);
    }

    private static async Task HoldsAsync(Uri server, Func<Task<Uri>> restart)
    {
        Assert.Equal("ok", await PutAsync(server));
        Assert.Empty(await SetAsync(server, Action.Activate, V3.AlarmType.None, 5));
        Assert.Equal("5 Nospace", await SetAsync(server, Action.Activate, V3.AlarmType.Nospace, 5));
        Assert.Equal("5 Nospace", await SetAsync(server, Action.Activate, V3.AlarmType.Nospace, 5));
        await IsFullAsync(server);
        server = await restart();
        await UntilAnsweredAsync(server);
        await IsFullAsync(server);

        // Each alarm is disarmed by its own name.
        Assert.Empty(await SetAsync(server, Action.Deactivate, V3.AlarmType.Nospace, 6));
        Assert.Empty(await SetAsync(server, Action.Deactivate, V3.AlarmType.Corrupt, 5));
        Assert.Equal("5 Nospace", await SetAsync(server, Action.Get, V3.AlarmType.None, 0));
        Assert.Equal("memberID:5 alarm:NOSPACE \nexit 0\n", await Etcdctl.RunAsync(server, "|alarm disarm"));
        Assert.Equal("ok", await PutAsync(server));

        Assert.Equal("9 Corrupt", await SetAsync(server, Action.Activate, V3.AlarmType.Corrupt, 9));
        await IsCorruptAsync(server);
        server = await restart();
        await UntilAnsweredAsync(server);
        await IsCorruptAsync(server);
        Assert.Equal("9 Corrupt", await SetAsync(server, Action.Deactivate, V3.AlarmType.Corrupt, 9));
        server = await restart();
        await UntilAnsweredAsync(server);
        Assert.Empty(await SetAsync(server, Action.Get, V3.AlarmType.None, 0));
        Assert.Equal("ok", await PutAsync(server));
    }

    private static async Task IsFullAsync(Uri server)
    {
        const string full = "ResourceExhausted etcdserver: mvcc: database space exceeded";
        var put = new V3.RequestOp { RequestPut = new V3.PutRequest { Key = Text("a") } };
        var delete = new V3.RequestOp { RequestDeleteRange = new V3.DeleteRangeRequest { Key = Text("zz") } };
        Assert.Equal(full, await PutAsync(server));
        Assert.Equal(full, await CallAsync(server, "KV/Txn", new V3.TxnRequest { Failure = { put } }));
        Assert.Equal(full, await CallAsync(server, "Lease/LeaseGrant", new V3.LeaseGrantRequest { TTL = 60 }));
        Assert.Equal("ok", await CallAsync(server, "KV/Txn", new V3.TxnRequest { Success = { delete } }));
        Assert.Equal("ok", await CallAsync(server, "KV/DeleteRange", delete.RequestDeleteRange));
        Assert.Equal("ok", await CallAsync(server, "KV/Range", new V3.RangeRequest { Key = Text("a") }));
        Assert.Equal("InvalidArgument etcdserver: key is not provided", await CallAsync(server, "KV/Put", new V3.PutRequest()));
    }

    private static async Task IsCorruptAsync(Uri server)
    {
        const string corrupt = "DataLoss etcdserver: corrupt cluster";
        var range = new V3.RequestOp { RequestRange = new V3.RangeRequest { Key = Text("a") } };
        var nested = new V3.RequestOp { RequestTxn = new V3.TxnRequest { Success = { range } } };
        Assert.Equal(corrupt, await PutAsync(server));
        Assert.Equal(corrupt, await CallAsync(server, "KV/DeleteRange", new V3.DeleteRangeRequest { Key = Text("zz") }));
        Assert.Equal(corrupt, await CallAsync(server, "KV/Txn", new V3.TxnRequest { Success = { nested } }));
        Assert.Equal(corrupt, await CallAsync(server, "KV/Compact", new V3.CompactionRequest { Revision = 1 }));
        Assert.Equal(corrupt, await CallAsync(server, "Lease/LeaseGrant", new V3.LeaseGrantRequest { TTL = 60 }));
        Assert.Equal(corrupt, await CallAsync(server, "Lease/LeaseRevoke", new V3.LeaseRevokeRequest { ID = 5 }));
        Assert.Equal("ok", await CallAsync(server, "KV/Txn", new V3.TxnRequest { Success = { range } }));
        Assert.Equal("ok", await CallAsync(server, "KV/Range", range.RequestRange));
    }

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private static Task<string> PutAsync(Uri server) => CallAsync(server, "KV/Put", new V3.PutRequest { Key = Text("a"), Value = Text("1") });

    private static async Task<string> SetAsync(Uri server, Action action, V3.AlarmType alarm, ulong member)
    {
        using var channel = new GrpcChannel(new System.Net.DnsEndPoint(server.Host, server.Port));
        var request = new V3.AlarmRequest { Action = action, Alarm = alarm, MemberID = member };
        var reply = await channel.UnaryAsync("/etcdserverpb.Maintenance/Alarm", request, V3.AlarmResponse.Parser, Patience.Limit, default);
        return string.Join(' ', reply.Alarms.Select(static a => $"{a.MemberID} {a.Alarm}"));
    }

    private static async Task<string> CallAsync(Uri server, string method, IMessage request)
    {
        using var channel = new GrpcChannel(new System.Net.DnsEndPoint(server.Host, server.Port));
        try
        {
            // What is answered does not matter, whether it is does.
            await channel.UnaryAsync("/etcdserverpb." + method, request, V3.DefragmentResponse.Parser, Patience.Limit, default);
            return "ok";
        }
        catch (GrpcException e)
        {
            return $"{e.Code} {e.Detail}";
        }
    }

    private static Task UntilAnsweredAsync(Uri server) =>
        Patience.ForAsync(() => CallAsync(server, "KV/Range", new V3.RangeRequest { Key = Text("a") }), static answer => answer == "ok");
}
