using System.Runtime.InteropServices;
using System.Text;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>A store whose values are transformed on their way in and out. It does not own the store behind it.</summary>
internal sealed class TransformingStore(IStore inner, Func<IValueTransformer> transformer) : IStore
{
    public long CurrentRevision => inner.CurrentRevision;

    public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken = default) => inner.ReadRevisionAsync(cancellationToken);

    public long CompactedRevision => inner.CompactedRevision;

    public StoreHealth Health => inner.Health;

    public async ValueTask<GetResult> GetAsync(ReadOnlyMemory<byte> key, long revision = 0, CancellationToken cancellationToken = default)
    {
        var result = await inner.GetAsync(key, revision, cancellationToken);
        return result with { Record = Plain(result.Record) };
    }

    public async ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default)
    {
        var result = await inner.RangeAsync(request, cancellationToken);
        return request.KeysOnly || request.CountOnly ? result : result with { Records = [.. result.Records.Select(r => Plain(r)!)] };
    }

    public async ValueTask<CasResult> PutIfAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease = 0, CancellationToken cancellationToken = default)
    {
        var result = await inner.PutIfAsync(key, transformer().ToStorage(value.Span, key.Span), expectedModRevision, lease, cancellationToken);
        return Plain(result);
    }

    public async ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken = default) =>
        Plain(await inner.DeleteIfAsync(key, expectedModRevision, cancellationToken));

    public async ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default) =>
        Plain(await inner.TxnAsync(Transformed(request), cancellationToken));

    public IWatch Watch(WatchRequest request) => new PlainWatch(inner.Watch(request), this);

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) => inner.CompactAsync(revision, cancellationToken);

    public ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default) => inner.GrantLeaseAsync(ttl, id, cancellationToken);

    public ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken = default) => inner.RevokeLeaseAsync(id, cancellationToken);

    public ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken = default) => inner.KeepLeaseAliveAsync(id, cancellationToken);

    public ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys = false, CancellationToken cancellationToken = default) => inner.GetLeaseAsync(id, withKeys, cancellationToken);

    public ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken = default) => inner.ListLeasesAsync(cancellationToken);

    public ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken = default) => inner.GetStatusAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StoreRecord? Plain(StoreRecord? record)
    {
        if (record is null || record.IsDeletion) return record;
        try
        {
            var (value, stale) = transformer().FromStorage(record.Value.Span, record.Key.Span);
            var key = MemoryMarshal.TryGetArray(record.Key, out var array) && array.Count == array.Array!.Length ? array.Array : record.Key.ToArray();
            return new StoreRecord(key, value, record.CreateRevision, record.ModRevision, record.Version, record.Lease) { IsStale = stale };
        }
        catch (ValueTransformException e)
        {
            throw new ValueTransformException($"unable to transform key \"{Encoding.UTF8.GetString(record.Key.Span)}\": {e.Message}", e);
        }
    }

    private CasResult Plain(CasResult result) => result with { Record = Plain(result.Record), Previous = Plain(result.Previous) };

    private TxnRequest Transformed(TxnRequest request)
    {
        if (request.If.Any(static c => c.Target == CompareTarget.Value)) throw new InvalidStoreRequestException("encrypted values cannot be compared");
        return new TxnRequest(request.If, [.. request.Then.Select(Transformed)], [.. request.Else.Select(Transformed)]);
    }

    private TxnOperation Transformed(TxnOperation operation) => operation switch
    {
        PutOperation { IgnoreValue: false } put => put with { Value = transformer().ToStorage(put.Value.Span, put.Key.Span) },
        NestedTxnOperation nested => new NestedTxnOperation(Transformed(nested.Txn)),
        _ => operation,
    };

    private TxnResult Plain(TxnResult result) => result with { Results = [.. result.Results.Select(Plain)] };

    private TxnOperationResult Plain(TxnOperationResult result) => result switch
    {
        PutOperationResult put => new PutOperationResult(Plain(put.Record)!, Plain(put.Previous)),
        DeleteOperationResult delete => new DeleteOperationResult([.. delete.Deleted.Select(r => Plain(r)!)]),
        RangeOperationResult range => new RangeOperationResult(range.Range with { Records = [.. range.Range.Records.Select(r => Plain(r)!)] }),
        NestedTxnOperationResult nested => new NestedTxnOperationResult(Plain(nested.Txn)),
        _ => result,
    };

    private sealed class PlainWatch(IWatch watch, TransformingStore store) : IWatch
    {
        public async ValueTask<WatchBatch> ReadAsync(CancellationToken cancellationToken = default)
        {
            var batch = await watch.ReadAsync(cancellationToken);
            return batch.IsProgress ? batch : batch with { Events = [.. batch.Events.Select(e => new WatchEvent(store.Plain(e.Record)!, store.Plain(e.Previous)))] };
        }

        public void RequestProgress() => watch.RequestProgress();

        public ValueTask DisposeAsync() => watch.DisposeAsync();
    }
}
