using Operation = Tiphys.Storage.Etcd.V3.RequestOp.RequestOneofCase;
using Target = Tiphys.Storage.Etcd.V3.Compare.Types.CompareTarget;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Transactions between the wire and the store.</summary>
internal static class Transactions
{
    public static void Check(V3.TxnRequest request, int mostOperations)
    {
        var operations = Math.Max(request.Compare.Count, Math.Max(request.Success.Count, request.Failure.Count));
        if (operations > mostOperations)
            throw EtcdErrors.TooManyOperations();
        foreach (var compare in request.Compare)
        {
            if (compare.Key.IsEmpty)
                throw EtcdErrors.EmptyKey();
        }
        foreach (var operation in request.Success.Concat(request.Failure))
        {
            switch (operation.RequestCase)
            {
                case Operation.RequestRange:
                    Ranges.Check(operation.RequestRange);
                    break;
                case Operation.RequestPut:
                    CheckPut(operation.RequestPut);
                    break;
                case Operation.RequestDeleteRange:
                    if (operation.RequestDeleteRange.Key.IsEmpty)
                        throw EtcdErrors.EmptyKey();
                    break;
                case Operation.RequestTxn:
                    // What is nested has only the room the outer lists leave.
                    Check(operation.RequestTxn, mostOperations - operations);
                    break;
                default:
                    throw EtcdErrors.KeyNotFound();
            }
        }
    }

    public static void CheckPut(V3.PutRequest request)
    {
        if (request.Key.IsEmpty)
            throw EtcdErrors.EmptyKey();
        if (request.IgnoreValue && !request.Value.IsEmpty)
            throw EtcdErrors.ValueProvided();
        if (request.IgnoreLease && request.Lease != 0)
            throw EtcdErrors.LeaseProvided();
    }

    /// <summary>Whether a transaction changes nothing, by the look of it.</summary>
    public static bool OnlyReads(V3.TxnRequest request) =>
        request.Success.Concat(request.Failure).All(static o => o.RequestCase == Operation.RequestRange);

    /// <summary>Whether a transaction can make the store larger.</summary>
    public static bool HasPuts(V3.TxnRequest request) => request.Success.Concat(request.Failure).Any(static o =>
        o.RequestCase == Operation.RequestPut || (o.RequestCase == Operation.RequestTxn && HasPuts(o.RequestTxn)));

    public static TxnRequest ToStore(V3.TxnRequest request) => new(
        [.. request.Compare.Select(ToStore)], [.. request.Success.Select(ToStore)], [.. request.Failure.Select(ToStore)]);

    public static PutOperation ToStore(V3.PutRequest request) =>
        new(request.Key.Memory, request.Value.Memory, request.Lease) { IgnoreValue = request.IgnoreValue, IgnoreLease = request.IgnoreLease };

    public static V3.TxnResponse ToWire(V3.TxnRequest request, TxnResult result, V3.ResponseHeader header)
    {
        // What ran before the first write tells the revision the transaction found, what ran after it the one it made.
        var made = result.Revision;
        var revision = HasWritten(result) ? made - 1 : made;
        return ToWire(request, result, header, made, ref revision);
    }

    private static bool HasWritten(TxnResult result) => result.Results.Any(static r => r switch
    {
        PutOperationResult => true,
        DeleteOperationResult delete => delete.Deleted.Count > 0,
        NestedTxnOperationResult nested => HasWritten(nested.Txn),
        _ => false,
    });

    public static V3.PutResponse ToWire(V3.PutRequest request, PutOperationResult result, V3.ResponseHeader header)
    {
        var response = new V3.PutResponse { Header = header };
        if (request.PrevKv && result.Previous is { } previous)
            response.PrevKv = Records.ToWire(previous);
        return response;
    }

    public static V3.DeleteRangeResponse ToWire(V3.DeleteRangeRequest request, DeleteOperationResult result, V3.ResponseHeader header)
    {
        var response = new V3.DeleteRangeResponse { Header = header, Deleted = result.Deleted.Count };
        if (request.PrevKv)
            response.PrevKvs.AddRange(result.Deleted.Select(static record => Records.ToWire(record)));
        return response;
    }

    private static V3.TxnResponse ToWire(V3.TxnRequest request, TxnResult result, V3.ResponseHeader header, long made, ref long revision)
    {
        var response = new V3.TxnResponse { Header = header, Succeeded = result.Succeeded };
        var operations = result.Succeeded ? request.Success : request.Failure;
        for (var i = 0; i < operations.Count; i++)
            response.Responses.Add(ToWire(operations[i], result.Results[i], made, ref revision));
        return response;
    }

    // Inside a transaction headers tell the revision only, and those of nested ones not even that.
    private static V3.ResponseOp ToWire(V3.RequestOp operation, TxnOperationResult result, long made, ref long revision)
    {
        if (result is PutOperationResult or DeleteOperationResult { Deleted.Count: > 0 })
            revision = made;
        var header = new V3.ResponseHeader { Revision = revision };
        return result switch
        {
            RangeOperationResult range => new V3.ResponseOp { ResponseRange = Ranges.ToWire(operation.RequestRange, range.Range, header) },
            PutOperationResult put => new V3.ResponseOp { ResponsePut = ToWire(operation.RequestPut, put, header) },
            DeleteOperationResult delete => new V3.ResponseOp { ResponseDeleteRange = ToWire(operation.RequestDeleteRange, delete, header) },
            NestedTxnOperationResult nested => new V3.ResponseOp { ResponseTxn = ToWire(operation.RequestTxn, nested.Txn, new V3.ResponseHeader(), made, ref revision) },
            _ => throw new InvalidOperationException($"no reply for {result.GetType().Name}"),
        };
    }

    private static TxnOperation ToStore(V3.RequestOp operation) => operation.RequestCase switch
    {
        // Only by itself a read of a negative revision is one of the latest.
        Operation.RequestRange => new RangeOperation(Ranges.ToStore(operation.RequestRange) with { Revision = operation.RequestRange.Revision }),
        Operation.RequestPut => ToStore(operation.RequestPut),
        Operation.RequestDeleteRange => new DeleteOperation(Records.Range(operation.RequestDeleteRange.Key, operation.RequestDeleteRange.RangeEnd)),
        _ => new NestedTxnOperation(ToStore(operation.RequestTxn)),
    };

    private static Compare ToStore(V3.Compare compare)
    {
        var keys = Records.Range(compare.Key, compare.RangeEnd);
        var relation = compare.Result switch
        {
            V3.Compare.Types.CompareResult.Greater => CompareOperator.Greater,
            V3.Compare.Types.CompareResult.Less => CompareOperator.Less,
            V3.Compare.Types.CompareResult.NotEqual => CompareOperator.NotEqual,
            _ => CompareOperator.Equal,
        };
        // The given side not set, or set for another target, counts as zero.
        return compare.Target switch
        {
            Target.Version => new Compare(keys, CompareTarget.Version, relation) { Number = compare.Version },
            Target.Create => new Compare(keys, CompareTarget.CreateRevision, relation) { Number = compare.CreateRevision },
            Target.Mod => new Compare(keys, CompareTarget.ModRevision, relation) { Number = compare.ModRevision },
            Target.Lease => new Compare(keys, CompareTarget.Lease, relation) { Number = compare.Lease },
            _ => new Compare(keys, CompareTarget.Value, relation) { Value = compare.Value.Memory },
        };
    }
}
