using Google.Protobuf;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>Translates between the store's requests and etcd's messages.</summary>
internal sealed class EtcdWire(EtcdKeys keys)
{
    public StoreRecord Record(V3.KeyValue kv) => new(keys.From(kv.Key), kv.Value.Memory, kv.CreateRevision, kv.ModRevision, kv.Version, kv.Lease);

    public V3.RangeRequest Range(RangeRequest request)
    {
        var (start, end) = keys.To(request.Keys);
        return new V3.RangeRequest
        {
            Key = start, RangeEnd = end, Revision = request.Revision, Limit = request.Limit, KeysOnly = request.KeysOnly, CountOnly = request.CountOnly,
        };
    }

    public RangeResult Range(V3.RangeResponse response, bool skipCount) => new(
        response.Header.Revision, [.. response.Kvs.Select(Record)], skipCount && response.More ? -1 : response.Count, response.More);

    public V3.Compare ModRevision(ReadOnlyMemory<byte> key, long revision) => new()
    {
        Key = keys.To(key), Target = V3.Compare.Types.CompareTarget.Mod, Result = V3.Compare.Types.CompareResult.Equal, ModRevision = revision,
    };

    public V3.RequestOp Put(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long lease, bool withPrevious) => new()
    {
        RequestPut = new V3.PutRequest { Key = keys.To(key), Value = UnsafeByteOperations.UnsafeWrap(value), Lease = lease, PrevKv = withPrevious },
    };

    public V3.RequestOp Delete(KeyRange range)
    {
        var (start, end) = keys.To(range);
        return new V3.RequestOp { RequestDeleteRange = new V3.DeleteRangeRequest { Key = start, RangeEnd = end, PrevKv = true } };
    }

    public V3.RequestOp Get(ReadOnlyMemory<byte> key) => new() { RequestRange = new V3.RangeRequest { Key = keys.To(key) } };

    public V3.TxnRequest Txn(TxnRequest request)
    {
        var txn = new V3.TxnRequest();
        txn.Compare.AddRange(request.If.Select(Compare));
        txn.Success.AddRange(request.Then.Select(Operation));
        txn.Failure.AddRange(request.Else.Select(Operation));
        return txn;
    }

    public TxnResult Txn(TxnRequest request, V3.TxnResponse response, long revision)
    {
        var operations = response.Succeeded ? request.Then : request.Else;
        return new TxnResult(response.Succeeded, revision, [.. operations.Select((o, i) => Result(o, response.Responses[i], revision))]);
    }

    public static bool Writes(TxnRequest request) => request.Then.Concat(request.Else).Any(static o => o switch
    {
        RangeOperation => false,
        NestedTxnOperation nested => Writes(nested.Txn),
        _ => true,
    });

    public static StoreRecord Written(byte[] key, ReadOnlyMemory<byte> value, StoreRecord? previous, long revision, long lease) =>
        new(key, value, previous?.CreateRevision ?? revision, revision, (previous?.Version ?? 0) + 1, lease);

    private V3.Compare Compare(Compare compare)
    {
        var (start, end) = keys.To(compare.Keys);
        var result = new V3.Compare
        {
            Key = start,
            RangeEnd = end,
            Result = compare.Operator switch
            {
                CompareOperator.Equal => V3.Compare.Types.CompareResult.Equal,
                CompareOperator.Greater => V3.Compare.Types.CompareResult.Greater,
                CompareOperator.Less => V3.Compare.Types.CompareResult.Less,
                _ => V3.Compare.Types.CompareResult.NotEqual,
            },
        };
        switch (compare.Target)
        {
            case CompareTarget.Version:
                (result.Target, result.Version) = (V3.Compare.Types.CompareTarget.Version, compare.Number);
                break;
            case CompareTarget.CreateRevision:
                (result.Target, result.CreateRevision) = (V3.Compare.Types.CompareTarget.Create, compare.Number);
                break;
            case CompareTarget.ModRevision:
                (result.Target, result.ModRevision) = (V3.Compare.Types.CompareTarget.Mod, compare.Number);
                break;
            case CompareTarget.Lease:
                (result.Target, result.Lease) = (V3.Compare.Types.CompareTarget.Lease, compare.Number);
                break;
            default:
                (result.Target, result.Value) = (V3.Compare.Types.CompareTarget.Value, UnsafeByteOperations.UnsafeWrap(compare.Value));
                break;
        }
        return result;
    }

    private V3.RequestOp Operation(TxnOperation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                var op = Put(put.Key, put.Value, put.Lease, withPrevious: true);
                (op.RequestPut.IgnoreValue, op.RequestPut.IgnoreLease) = (put.IgnoreValue, put.IgnoreLease);
                return op;
            case DeleteOperation delete:
                return Delete(delete.Keys);
            case RangeOperation range:
                return new V3.RequestOp { RequestRange = Range(range.Range) };
            case NestedTxnOperation nested:
                return new V3.RequestOp { RequestTxn = Txn(nested.Txn) };
            default:
                throw new InvalidStoreRequestException($"unknown operation {operation.GetType().Name}");
        }
    }

    private TxnOperationResult Result(TxnOperation operation, V3.ResponseOp response, long revision)
    {
        switch (operation)
        {
            case PutOperation put:
                var previous = response.ResponsePut.PrevKv is { } kv ? Record(kv) : null;
                var value = put.IgnoreValue ? previous?.Value ?? default : put.Value;
                return new PutOperationResult(Written(put.Key.ToArray(), value, previous, revision, put.IgnoreLease ? previous?.Lease ?? 0 : put.Lease), previous);
            case DeleteOperation:
                return new DeleteOperationResult([.. response.ResponseDeleteRange.PrevKvs.Select(Record)]);
            case RangeOperation range:
                return new RangeOperationResult(Range(response.ResponseRange, range.Range.SkipCount));
            default:
                // A nested transaction's own reply tells no revision of its own.
                return new NestedTxnOperationResult(Txn(((NestedTxnOperation)operation).Txn, response.ResponseTxn, revision));
        }
    }
}
