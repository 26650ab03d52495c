using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Storage.Etcd;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>HashKV on Debian's etcd and on ours, after the same history, for every revision: the same numbers and the same refusals.</summary>
public sealed class EtcdHashTests
{
    private const int Steps = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Equal_histories_answer_equally_at_every_revision_through_compactions(int seed)
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var served = await ServedStore.StartAsync();
        using var theirs = new GrpcChannel(new System.Net.DnsEndPoint(etcd.Server.Host, etcd.Server.Port));
        var random = new Random(seed);
        var (revision, compacted) = (1L, 0L);
        for (var step = 0; step < Steps; step++)
        {
            var key = Text($"k{random.Next(4)}");
            switch (random.Next(20))
            {
                case < 10:
                    revision = (await BothAsync("KV/Put", new V3.PutRequest { Key = key, Value = Text($"{step}") }, V3.PutResponse.Parser)).Header.Revision;
                    break;
                case < 15:
                    revision = (await BothAsync("KV/DeleteRange", new V3.DeleteRangeRequest { Key = key }, V3.DeleteRangeResponse.Parser)).Header.Revision;
                    break;
                case 15:
                    // Nothing is left, which etcd sums up in another way.
                    for (var i = 0; i < 4; i++)
                        revision = (await BothAsync("KV/DeleteRange", new V3.DeleteRangeRequest { Key = Text($"k{i}") }, V3.DeleteRangeResponse.Parser)).Header.Revision;
                    break;
                case var _ when revision > compacted:
                    compacted = random.NextInt64(compacted + 1, revision + 1);
                    await BothAsync("KV/Compact", new V3.CompactionRequest { Revision = compacted, Physical = true }, V3.CompactionResponse.Parser);
                    break;
            }
            for (var at = Math.Max(compacted - 2, -1); at <= revision + 1; at++)
                Assert.Equal(await HashAsync(theirs, at), await HashAsync(served.Channel, at));
        }

        // The last ten compactions are remembered, and no more.
        for (var at = 0L; at <= revision; at++)
            Assert.Equal(await HashAsync(theirs, at), await HashAsync(served.Channel, at));

        async Task<T> BothAsync<T>(string method, IMessage request, MessageParser<T> parser)
            where T : IMessage<T>
        {
            await theirs.UnaryAsync("/etcdserverpb." + method, request, parser, null, default);
            return await served.Channel.UnaryAsync("/etcdserverpb." + method, request, parser, null, default);
        }
    }

    [Fact]
    public async Task It_says_which_revision_it_is_of_and_what_was_compacted()
    {
        await using var served = await ServedStore.StartAsync();
        for (var i = 0; i < 5; i++) await served.Store.Put("a", $"{i}");
        Assert.EndsWith("revision 6 of 6, compacted -1", await HashAsync(served.Channel, 0, withRevision: true), StringComparison.Ordinal);
        var before = await HashAsync(served.Channel, 4, withRevision: true);
        Assert.EndsWith("revision 4 of 6, compacted -1", before, StringComparison.Ordinal);
        await served.Channel.UnaryAsync("/etcdserverpb.KV/Compact", new V3.CompactionRequest { Revision = 4 }, V3.CompactionResponse.Parser, null, default);
        Assert.Equal(before, await HashAsync(served.Channel, 4, withRevision: true));
        Assert.EndsWith("revision 5 of 6, compacted 4", await HashAsync(served.Channel, 5, withRevision: true), StringComparison.Ordinal);
        Assert.Equal("OutOfRange etcdserver: mvcc: required revision has been compacted", await HashAsync(served.Channel, 3, withRevision: true));

        // What the store compacted by itself is not told as it was before.
        await served.Store.CompactAsync(5);
        Assert.EndsWith("revision 5 of 6, compacted 5", await HashAsync(served.Channel, 5, withRevision: true), StringComparison.Ordinal);
    }

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    // etcd 3.5 does not tell the revision.
    private static async Task<string> HashAsync(GrpcChannel channel, long at, bool withRevision = false)
    {
        try
        {
            var reply = await channel.UnaryAsync("/etcdserverpb.Maintenance/HashKV", new V3.HashKVRequest { Revision = at }, V3.HashKVResponse.Parser, null, default);
            return $"{at}: {reply.Hash} revision {(withRevision ? reply.HashRevision : 0)} of {reply.Header.Revision}, compacted {reply.CompactRevision}";
        }
        catch (GrpcException e)
        {
            return $"{e.Code} {e.Detail}";
        }
    }
}
