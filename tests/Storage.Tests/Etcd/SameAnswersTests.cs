using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Storage.Etcd;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>The same requests, drawn by chance, to Debian's etcd and to ours: replies and refusals must be the same to the last field.</summary>
public sealed class SameAnswersTests
{
    private const int Steps = 400;
    private const int MostTxnOperations = 6;
    private const int MostRequestBytes = 2000;

    // What a transaction may find on its way: which of two comes first has changed between versions of etcd.
    private static readonly string[] Stumbles =
    [
        "InvalidArgument etcdserver: key not found", "NotFound etcdserver: requested lease not found",
        "OutOfRange etcdserver: mvcc: required revision has been compacted", "OutOfRange etcdserver: mvcc: required revision is a future revision",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task To_requests_drawn_by_chance(int seed)
    {
        using var etcd = await EtcdProcess.StartSingleAsync("--max-txn-ops", $"{MostTxnOperations}");
        await using var served = await ServedStore.StartAsync(new EtcdOptions { MaxTxnOperations = MostTxnOperations, MinLeaseTtl = TimeSpan.FromSeconds(1) });
        using var theirs = Channel(etcd.Server);
        var requests = new Requests(seed);
        for (var step = 0; step < Steps; step++)
        {
            var (method, request) = requests.Next();
            var (expected, actual) = (await AnswerAsync(theirs, method, request), await AnswerAsync(served.Channel, method, request));
            Assert.True(expected == actual || (method == "KV/Txn" && Stumbles.Contains(expected) && Stumbles.Contains(actual)), $"step {step}: {method} {request}\netcd: {expected}\nours: {actual}");
            requests.Revision = await RevisionAsync(served.Channel);
        }
    }

    [Fact]
    public async Task To_requests_at_the_limit_of_their_size()
    {
        using var etcd = await EtcdProcess.StartSingleAsync("--max-request-bytes", $"{MostRequestBytes}");
        await using var served = await ServedStore.StartAsync(new EtcdOptions { MaxRequestBytes = MostRequestBytes });
        using var theirs = Channel(etcd.Server);

        // Which id a request gets decides over one byte more or less.
        foreach (var bytes in new[] { MostRequestBytes - 40, MostRequestBytes - 24, MostRequestBytes - 20, MostRequestBytes - 10, MostRequestBytes })
        {
            var put = new V3.PutRequest { Key = Requests.Text("a"), Value = ByteString.CopyFrom(new byte[bytes]) };
            Assert.Equal((bytes, await AnswerAsync(theirs, "KV/Put", put)), (bytes, await AnswerAsync(served.Channel, "KV/Put", put)));
        }
    }

    [Fact]
    public async Task To_requests_about_what_there_is_not()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var served = await ServedStore.StartAsync();
        using var theirs = Channel(etcd.Server);
        foreach (var (method, request) in new (string, IMessage)[]
        {
            ("Cluster/MemberAdd", new V3.MemberAddRequest { PeerURLs = { "nonsense" } }),
            ("Cluster/MemberAdd", new V3.MemberAddRequest { PeerURLs = { "http://127.0.0.1:1/path" } }),
            ("Cluster/MemberAdd", new V3.MemberAddRequest()),
            ("Maintenance/Downgrade", new V3.DowngradeRequest { Action = (V3.DowngradeRequest.Types.DowngradeAction)9 }),
            ("Maintenance/Downgrade", new V3.DowngradeRequest { Action = V3.DowngradeRequest.Types.DowngradeAction.Cancel }),
            ("Auth/UserAdd", new V3.AuthUserAddRequest()),
            ("Auth/RoleAdd", new V3.AuthRoleAddRequest()),
            ("Auth/RoleGrantPermission", new V3.AuthRoleGrantPermissionRequest { Name = "x" }),
        })
            Assert.Equal($"{method} {await AnswerAsync(theirs, method, request)}", $"{method} {await AnswerAsync(served.Channel, method, request)}");
    }

    private static GrpcChannel Channel(Uri server) => new(new System.Net.DnsEndPoint(server.Host, server.Port));

    private static async Task<long> RevisionAsync(GrpcChannel channel) =>
        (await channel.UnaryAsync("/etcdserverpb.KV/Range", new V3.RangeRequest { Key = Requests.Text("a") }, V3.RangeResponse.Parser, null, default)).Header.Revision;

    private static async Task<string> AnswerAsync(GrpcChannel channel, string method, IMessage request)
    {
        try
        {
            return method switch
            {
                "KV/Range" => Show(await CallAsync(V3.RangeResponse.Parser)),
                "KV/Put" => Show(await CallAsync(V3.PutResponse.Parser)),
                "KV/DeleteRange" => Show(await CallAsync(V3.DeleteRangeResponse.Parser)),
                "KV/Txn" => Show(await CallAsync(V3.TxnResponse.Parser)),
                "KV/Compact" => Show(await CallAsync(V3.CompactionResponse.Parser)),
                "Lease/LeaseGrant" => Show(await CallAsync(V3.LeaseGrantResponse.Parser)),
                "Lease/LeaseRevoke" => Show(await CallAsync(V3.LeaseRevokeResponse.Parser)),
                _ => Show(await CallAsync(V3.DefragmentResponse.Parser)),
            };
        }
        catch (GrpcException e)
        {
            return $"{e.Code} {e.Detail}";
        }

        Task<T> CallAsync<T>(MessageParser<T> parser)
            where T : IMessage<T> => channel.UnaryAsync("/etcdserverpb." + method, request, parser, null, default);
    }

    // Whose reply it is differs, and the term.
    private static string Show(IMessage reply)
    {
        if (reply.Descriptor.FindFieldByName("header")?.Accessor.GetValue(reply) is V3.ResponseHeader header)
            (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
        return reply.ToString()!;
    }
}
