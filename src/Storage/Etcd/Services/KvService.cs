using Google.Protobuf;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Reads and writes (etcdserverpb.KV).</summary>
internal sealed class KvService(IStore store, Member member, Alarms alarms, CompactionHashes hashes, EtcdOptions options)
{
    // What etcd's log puts around a request counts as the request's own: an id, and the framing of both.
    private const int LogOverhead = 14;

    private static readonly IReadOnlyList<Compare> Always = [];
    private static readonly IReadOnlyList<TxnOperation> Nothing = [];

    public void AddTo(GrpcMethods methods) => methods
        .Unary("/etcdserverpb.KV/Range", V3.RangeRequest.Parser, RangeAsync)
        .Unary("/etcdserverpb.KV/Put", V3.PutRequest.Parser, PutAsync)
        .Unary("/etcdserverpb.KV/DeleteRange", V3.DeleteRangeRequest.Parser, DeleteAsync)
        .Unary("/etcdserverpb.KV/Txn", V3.TxnRequest.Parser, TxnAsync)
        .Unary("/etcdserverpb.KV/Compact", V3.CompactionRequest.Parser, CompactAsync);

    private async ValueTask<V3.RangeResponse> RangeAsync(V3.RangeRequest request, GrpcCall call)
    {
        Ranges.Check(request);
        var result = await store.RangeAsync(Ranges.ToStore(request), call.Cancellation);
        return Ranges.ToWire(request, result, member.Header(result.Revision));
    }

    private async ValueTask<V3.PutResponse> PutAsync(V3.PutRequest request, GrpcCall call)
    {
        Transactions.CheckPut(request);
        await CheckAsync(request.CalculateSize(), grows: true, call);
        var result = await store.TxnAsync(new TxnRequest(Always, [Transactions.ToStore(request)], Nothing), call.Cancellation);
        return Transactions.ToWire(request, (PutOperationResult)result.Results[0], member.Header(result.Revision));
    }

    private async ValueTask<V3.DeleteRangeResponse> DeleteAsync(V3.DeleteRangeRequest request, GrpcCall call)
    {
        if (request.Key.IsEmpty)
            throw EtcdErrors.EmptyKey();
        await CheckAsync(request.CalculateSize(), grows: false, call);
        var delete = new DeleteOperation(Records.Range(request.Key, request.RangeEnd));
        var result = await store.TxnAsync(new TxnRequest(Always, [delete], Nothing), call.Cancellation);
        return Transactions.ToWire(request, (DeleteOperationResult)result.Results[0], member.Header(result.Revision));
    }

    private async ValueTask<V3.TxnResponse> TxnAsync(V3.TxnRequest request, GrpcCall call)
    {
        Transactions.Check(request, options.MaxTxnOperations);
        if (!Transactions.OnlyReads(request))
            await CheckAsync(request.CalculateSize(), Transactions.HasPuts(request), call);
        var result = await store.TxnAsync(Transactions.ToStore(request), call.Cancellation);
        return Transactions.ToWire(request, result, member.Header(result.Revision));
    }

    // A compaction is done when this returns: the store forgets in its index first, and on disk little by little.
    private async ValueTask<V3.CompactionResponse> CompactAsync(V3.CompactionRequest request, GrpcCall call)
    {
        await alarms.CheckAsync(0, call.Cancellation);
        await hashes.CompactAsync(request.Revision, call.Cancellation);
        return new V3.CompactionResponse { Header = member.Header(store.CurrentRevision) };
    }

    private ValueTask CheckAsync(int bytes, bool grows, GrpcCall call)
    {
        if (bytes + LogOverhead + CodedOutputStream.ComputeLengthSize(bytes) > options.MaxRequestBytes)
            throw EtcdErrors.RequestTooLarge();
        return alarms.CheckAsync(grows ? bytes : 0, call.Cancellation);
    }
}
