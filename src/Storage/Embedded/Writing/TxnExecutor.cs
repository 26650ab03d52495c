using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// Runs one general transaction. First every comparison is judged and every operation of the chosen branches checked, then
/// the writes are made: so a refused transaction leaves nothing behind.
/// </summary>
internal sealed class TxnExecutor(StoreWriter writer)
{
    private readonly MvccIndex _index = writer.Index;
    private readonly long _writeRevision = writer.Index.Revision + 1;
    private bool _wrote;

    public TxnResult Run(TxnRequest txn)
    {
        var plan = Judge(txn);
        Check(plan);
        var result = Execute(plan);
        if (_wrote)
            _index.Revision = _writeRevision;
        return result;
    }

    private Plan Judge(TxnRequest txn)
    {
        var holds = true;
        foreach (var compare in txn.If)
            holds = holds && Holds(compare);
        var operations = holds ? txn.Then : txn.Else;
        var nested = new Dictionary<TxnOperation, Plan>(ReferenceEqualityComparer.Instance);
        foreach (var operation in operations)
        {
            if (operation is NestedTxnOperation inner)
                nested[inner] = Judge(inner.Txn);
        }
        return new Plan(holds, operations, nested);
    }

    private bool Holds(Compare compare)
    {
        var found = _index.ReadWorking(new RangeRequest(compare.Keys), 0).Records;
        if (found.Count == 0)
            return compare.Target != CompareTarget.Value && Relates(0L.CompareTo(compare.Number), compare.Operator);
        foreach (var record in found)
        {
            var order = compare.Target switch
            {
                CompareTarget.Version => record.Version.CompareTo(compare.Number),
                CompareTarget.CreateRevision => record.CreateRevision.CompareTo(compare.Number),
                CompareTarget.ModRevision => record.ModRevision.CompareTo(compare.Number),
                CompareTarget.Lease => record.Lease.CompareTo(compare.Number),
                _ => record.Value.Span.SequenceCompareTo(compare.Value.Span),
            };
            if (!Relates(order, compare.Operator))
                return false;
        }
        return true;
    }

    private static bool Relates(int order, CompareOperator wanted) => wanted switch
    {
        CompareOperator.Equal => order == 0,
        CompareOperator.Greater => order > 0,
        CompareOperator.Less => order < 0,
        _ => order != 0,
    };

    private void Check(Plan plan)
    {
        foreach (var operation in plan.Operations)
        {
            switch (operation)
            {
                case PutOperation put:
                    writer.CheckLease(put.Lease);
                    if ((put.IgnoreValue || put.IgnoreLease) && _index.Current(put.Key.Span) is null)
                        throw new InvalidStoreRequestException("key not found");
                    break;
                case RangeOperation { Range.Revision: not 0 } range:
                    if (range.Range.Revision > _index.Revision)
                        throw new FutureRevisionException(_index.Revision);
                    if (range.Range.Revision < writer.PendingCompactedRevision)
                        throw new CompactedException(writer.PendingCompactedRevision);
                    break;
                case NestedTxnOperation nested:
                    Check(plan.Nested[nested]);
                    break;
            }
        }
    }

    private TxnResult Execute(Plan plan)
    {
        var results = new List<TxnOperationResult>(plan.Operations.Count);
        foreach (var operation in plan.Operations)
        {
            results.Add(operation switch
            {
                PutOperation put => Put(put),
                DeleteOperation delete => Delete(delete),
                RangeOperation range => new RangeOperationResult(_index.ReadWorking(range.Range, HeaderRevision)),
                NestedTxnOperation nested => new NestedTxnOperationResult(Execute(plan.Nested[nested])),
                _ => throw new InvalidStoreRequestException("unknown transaction operation"),
            });
        }
        return new TxnResult(plan.Holds, HeaderRevision, results);
    }

    private long HeaderRevision => _wrote ? _writeRevision : _writeRevision - 1;

    private PutOperationResult Put(PutOperation put)
    {
        _wrote = true;
        var slot = _index.Find(put.Key.Span);
        var previous = slot.Record is { IsDeletion: false } record ? record : null;
        var value = put.IgnoreValue ? previous!.Value : put.Value;
        var lease = put.IgnoreLease ? previous!.Lease : put.Lease;
        return new PutOperationResult(writer.Put(slot, put.Key.Span, value, lease, _writeRevision), previous);
    }

    private DeleteOperationResult Delete(DeleteOperation delete)
    {
        var records = _index.ReadWorking(new RangeRequest(delete.Keys), 0).Records;
        foreach (var record in records)
            writer.Delete(record, _writeRevision);
        _wrote |= records.Count > 0;
        return new DeleteOperationResult(records);
    }

    private sealed record Plan(bool Holds, IReadOnlyList<TxnOperation> Operations, Dictionary<TxnOperation, Plan> Nested);
}
