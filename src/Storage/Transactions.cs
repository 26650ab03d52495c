namespace Tiphys.Storage;

/// <summary>What a comparison looks at (etcd's CompareTarget). A missing key compares as all zeros.</summary>
public enum CompareTarget
{
    /// <summary><see cref="StoreRecord.Version"/>.</summary>
    Version,

    /// <summary><see cref="StoreRecord.CreateRevision"/>; equal to 0 means the key does not exist.</summary>
    CreateRevision,

    /// <summary><see cref="StoreRecord.ModRevision"/>.</summary>
    ModRevision,

    /// <summary><see cref="StoreRecord.Value"/>; never true of a missing key.</summary>
    Value,

    /// <summary><see cref="StoreRecord.Lease"/>.</summary>
    Lease,
}

/// <summary>How a comparison relates the stored side to the given side.</summary>
public enum CompareOperator
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>The stored side is greater.</summary>
    Greater,

    /// <summary>The stored side is less.</summary>
    Less,

    /// <summary>Not equal.</summary>
    NotEqual,
}

/// <summary>One condition of a transaction; over a range it must hold for every key of the range.</summary>
public sealed record Compare(KeyRange Keys, CompareTarget Target, CompareOperator Operator)
{
    /// <summary>The given side for every target but the value.</summary>
    public long Number { get; init; }

    /// <summary>The given side for <see cref="CompareTarget.Value"/>.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The key's mod revision is <paramref name="revision"/>.</summary>
    public static Compare ModRevision(ReadOnlyMemory<byte> key, long revision) =>
        new(KeyRange.Single(key), CompareTarget.ModRevision, CompareOperator.Equal) { Number = revision };

    /// <summary>The key exists.</summary>
    public static Compare Exists(ReadOnlyMemory<byte> key) =>
        new(KeyRange.Single(key), CompareTarget.CreateRevision, CompareOperator.NotEqual);

    /// <summary>The key does not exist.</summary>
    public static Compare Missing(ReadOnlyMemory<byte> key) =>
        new(KeyRange.Single(key), CompareTarget.CreateRevision, CompareOperator.Equal);
}

/// <summary>
/// A transaction: when all comparisons hold the <see cref="Then"/> operations run in order, otherwise the
/// <see cref="Else"/> ones. Reads see the writes before them. One list must not put a key twice, nor put and delete it.
/// </summary>
public sealed record TxnRequest(IReadOnlyList<Compare> If, IReadOnlyList<TxnOperation> Then, IReadOnlyList<TxnOperation> Else);

/// <summary>One operation of a transaction.</summary>
public abstract record TxnOperation;

/// <summary>Writes a key.</summary>
public sealed record PutOperation(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, long Lease = 0) : TxnOperation
{
    /// <summary>Keep the current value; the key must exist.</summary>
    public bool IgnoreValue { get; init; }

    /// <summary>Keep the current lease; the key must exist.</summary>
    public bool IgnoreLease { get; init; }
}

/// <summary>Deletes the keys of a range; keys that do not exist are passed over.</summary>
public sealed record DeleteOperation(KeyRange Keys) : TxnOperation;

/// <summary>Reads inside a transaction.</summary>
public sealed record RangeOperation(RangeRequest Range) : TxnOperation;

/// <summary>A transaction inside a transaction. Its comparisons are judged before any operation runs, as all are.</summary>
public sealed record NestedTxnOperation(TxnRequest Txn) : TxnOperation;

/// <summary>The outcome of a transaction.</summary>
/// <param name="Succeeded">Whether the comparisons held.</param>
/// <param name="Revision">The store's revision after the transaction.</param>
/// <param name="Results">One result for each operation that ran.</param>
public sealed record TxnResult(bool Succeeded, long Revision, IReadOnlyList<TxnOperationResult> Results);

/// <summary>The outcome of one operation of a transaction.</summary>
public abstract record TxnOperationResult;

/// <summary>The outcome of a put.</summary>
public sealed record PutOperationResult(StoreRecord Record, StoreRecord? Previous) : TxnOperationResult;

/// <summary>The outcome of a deletion: the records as they were.</summary>
public sealed record DeleteOperationResult(IReadOnlyList<StoreRecord> Deleted) : TxnOperationResult;

/// <summary>The outcome of a read.</summary>
public sealed record RangeOperationResult(RangeResult Range) : TxnOperationResult;

/// <summary>The outcome of a nested transaction.</summary>
public sealed record NestedTxnOperationResult(TxnResult Txn) : TxnOperationResult;
