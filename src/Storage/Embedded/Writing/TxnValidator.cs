namespace Tiphys.Storage.Embedded.Writing;

/// <summary>The checks of a transaction that need no state.</summary>
internal static class TxnValidator
{
    public static void Validate(TxnRequest txn)
    {
        foreach (var compare in txn.If)
        {
            if (compare.Keys.Start.IsEmpty)
                throw new InvalidStoreRequestException("key is not provided");
        }
        Collect(txn.Then);
        Collect(txn.Else);
    }

    // A list must not put a key twice nor put what it deletes, nested transactions included: the events of one revision
    // would otherwise depend on their order.
    private static (List<KeyRange> Puts, List<KeyRange> Deletes) Collect(IReadOnlyList<TxnOperation> operations)
    {
        List<KeyRange> puts = [], deletes = [];
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case PutOperation put:
                    Check(put.Key);
                    if (put.IgnoreValue && !put.Value.IsEmpty)
                        throw new InvalidStoreRequestException("value is provided");
                    if (put.IgnoreLease && put.Lease != 0)
                        throw new InvalidStoreRequestException("lease is provided");
                    Add([KeyRange.Single(put.Key)], []);
                    break;
                case DeleteOperation delete:
                    Check(delete.Keys.Start);
                    Add([], [delete.Keys]);
                    break;
                case RangeOperation range:
                    Check(range.Range.Keys.Start);
                    break;
                case NestedTxnOperation nested:
                    var (thenPuts, thenDeletes) = Collect(nested.Txn.Then);
                    var (elsePuts, elseDeletes) = Collect(nested.Txn.Else);
                    // Only one of the branches runs, so they may overlap each other.
                    Add([.. thenPuts, .. elsePuts], [.. thenDeletes, .. elseDeletes]);
                    break;
                default:
                    throw new InvalidStoreRequestException("unknown transaction operation");
            }
        }
        return (puts, deletes);

        void Add(List<KeyRange> newPuts, List<KeyRange> newDeletes)
        {
            foreach (var put in newPuts)
            {
                if (puts.Any(p => p.Overlaps(put)) || deletes.Any(d => d.Overlaps(put)))
                    throw new InvalidStoreRequestException("duplicate key given in txn request");
            }
            foreach (var delete in newDeletes)
            {
                if (puts.Any(p => p.Overlaps(delete)))
                    throw new InvalidStoreRequestException("duplicate key given in txn request");
            }
            puts.AddRange(newPuts);
            deletes.AddRange(newDeletes);
        }
    }

    private static void Check(ReadOnlyMemory<byte> key)
    {
        if (key.IsEmpty)
            throw new InvalidStoreRequestException("key is not provided");
    }
}
