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
        return result with { Record = await PlainOrNullAsync(result.Record, cancellationToken) };
    }

    public async ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default)
    {
        var result = await inner.RangeAsync(request, cancellationToken);
        return request.KeysOnly || request.CountOnly ? result : await PlainAsync(result, cancellationToken);
    }

    public async ValueTask<CasResult> PutIfAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease = 0, CancellationToken cancellationToken = default)
    {
        var result = await inner.PutIfAsync(key, transformer().ToStorage(value.Span, key.Span), expectedModRevision, lease, cancellationToken);
        if (!result.Succeeded) return await PlainAsync(result, cancellationToken);

        // The write is made: nothing that could go wrong with reading back what it replaced may make it look failed.
        return result with { Record = WithValue(result.Record!, new PlainValue(value, IsStale: false)), Previous = null };
    }

    public async ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken = default)
    {
        var result = await inner.DeleteIfAsync(key, expectedModRevision, cancellationToken);
        return result.Succeeded ? result with { Previous = null } : await PlainAsync(result, cancellationToken);
    }

    public async ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default) =>
        await PlainAsync(await inner.TxnAsync(Transformed(request), cancellationToken), cancellationToken);

    public IWatch Watch(WatchRequest request) => new PlainWatch(inner.Watch(request), this);

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) => inner.CompactAsync(revision, cancellationToken);

    public ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default) => inner.GrantLeaseAsync(ttl, id, cancellationToken);

    public ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken = default) => inner.RevokeLeaseAsync(id, cancellationToken);

    public ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken = default) => inner.KeepLeaseAliveAsync(id, cancellationToken);

    public ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys = false, CancellationToken cancellationToken = default) => inner.GetLeaseAsync(id, withKeys, cancellationToken);

    public ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken = default) => inner.ListLeasesAsync(cancellationToken);

    public ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken = default) => inner.GetStatusAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<StoreRecord> PlainAsync(StoreRecord record, CancellationToken cancel)
    {
        if (record.IsDeletion) return record;
        try
        {
            return WithValue(record, await transformer().FromStorageAsync(record.Value, record.Key, cancel));
        }
        catch (ValueTransformException e)
        {
            throw new ValueTransformException($"unable to transform key \"{Encoding.UTF8.GetString(record.Key.Span)}\": {e.Message}", e);
        }
    }

    private async ValueTask<StoreRecord?> PlainOrNullAsync(StoreRecord? record, CancellationToken cancel) => record is null ? null : await PlainAsync(record, cancel);

    private async ValueTask<IReadOnlyList<StoreRecord>> PlainAsync(IReadOnlyList<StoreRecord> records, CancellationToken cancel)
    {
        var plain = new StoreRecord[records.Count];
        for (var i = 0; i < plain.Length; i++) plain[i] = await PlainAsync(records[i], cancel);
        return plain;
    }

    private async ValueTask<RangeResult> PlainAsync(RangeResult result, CancellationToken cancel) => result with { Records = await PlainAsync(result.Records, cancel) };

    private async ValueTask<CasResult> PlainAsync(CasResult result, CancellationToken cancel) => result with
    {
        Record = await PlainOrNullAsync(result.Record, cancel),
        Previous = await PlainOrNullAsync(result.Previous, cancel),
    };

    private async ValueTask<TxnResult> PlainAsync(TxnResult result, CancellationToken cancel)
    {
        var results = new TxnOperationResult[result.Results.Count];
        for (var i = 0; i < results.Length; i++) results[i] = await PlainAsync(result.Results[i], cancel);
        return result with { Results = results };
    }

    private async ValueTask<TxnOperationResult> PlainAsync(TxnOperationResult result, CancellationToken cancel) => result switch
    {
        PutOperationResult put => new PutOperationResult(await PlainAsync(put.Record, cancel), await PlainOrNullAsync(put.Previous, cancel)),
        DeleteOperationResult delete => new DeleteOperationResult(await PlainAsync(delete.Deleted, cancel)),
        RangeOperationResult range => new RangeOperationResult(await PlainAsync(range.Range, cancel)),
        NestedTxnOperationResult nested => new NestedTxnOperationResult(await PlainAsync(nested.Txn, cancel)),
        _ => result,
    };

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

    private static StoreRecord WithValue(StoreRecord record, PlainValue plain)
    {
        var key = MemoryMarshal.TryGetArray(record.Key, out var array) && array.Count == array.Array!.Length ? array.Array : record.Key.ToArray();
        return new StoreRecord(key, plain.Value, record.CreateRevision, record.ModRevision, record.Version, record.Lease) { IsStale = plain.IsStale };
    }

    private sealed class PlainWatch(IWatch watch, TransformingStore store) : IWatch
    {
        public async ValueTask<WatchBatch> ReadAsync(CancellationToken cancellationToken = default)
        {
            var batch = await watch.ReadAsync(cancellationToken);
            if (batch.IsProgress) return batch;
            var events = new WatchEvent[batch.Events.Count];
            for (var i = 0; i < events.Length; i++)
                events[i] = new WatchEvent(await store.PlainAsync(batch.Events[i].Record, cancellationToken), await store.PlainOrNullAsync(batch.Events[i].Previous, cancellationToken));
            return batch with { Events = events };
        }

        public void RequestProgress() => watch.RequestProgress();

        public ValueTask DisposeAsync() => watch.DisposeAsync();
    }
}
