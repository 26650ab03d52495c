namespace Tiphys.Storage;

/// <summary>What to read of a range.</summary>
public readonly record struct RangeRequest(KeyRange Keys)
{
    /// <summary>The revision to read at; 0 for the latest.</summary>
    public long Revision { get; init; }

    /// <summary>The most records to return; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>The caller needs no values; a store may leave them out, and a remote one should.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>The caller needs only <see cref="RangeResult.Count"/>.</summary>
    public bool CountOnly { get; init; }

    /// <summary>The caller does not need <see cref="RangeResult.Count"/>, so a limited read may stop early (the count is then -1).</summary>
    public bool SkipCount { get; init; }
}

/// <summary>The records of a range.</summary>
/// <param name="Revision">The store's revision when the read was served (etcd's header revision), not the revision asked for.</param>
/// <param name="Records">The records in key order.</param>
/// <param name="Count">All keys of the range at that revision, regardless of the limit; -1 when not counted.</param>
/// <param name="More">Whether the limit kept records back.</param>
public readonly record struct RangeResult(long Revision, IReadOnlyList<StoreRecord> Records, long Count, bool More);

/// <summary>One key.</summary>
/// <param name="Revision">The store's revision when the read was served.</param>
/// <param name="Record">The record, or null when the key does not exist.</param>
public readonly record struct GetResult(long Revision, StoreRecord? Record);

/// <summary>The outcome of a compare-and-swap on one key.</summary>
/// <param name="Succeeded">Whether the key still had the expected mod revision, and the write was made.</param>
/// <param name="Revision">The store's revision after the request.</param>
/// <param name="Record">The record written; when the comparison failed, the current record or null when there is none.</param>
/// <param name="Previous">The record that was replaced or deleted, if any.</param>
public readonly record struct CasResult(bool Succeeded, long Revision, StoreRecord? Record, StoreRecord? Previous);

/// <summary>A store's sizes.</summary>
/// <param name="Revision">The current revision.</param>
/// <param name="Keys">Keys in the index, counting deleted ones that compaction has not passed yet.</param>
/// <param name="HistoryRecords">Changes kept for old reads and watches.</param>
/// <param name="HistoryBytes">Roughly the memory those changes hold.</param>
/// <param name="DiskBytes">Bytes in the data directory; 0 when the store has none.</param>
/// <param name="Watches">Open watches.</param>
public sealed record StoreStatus(
    long Revision, long Keys, long HistoryRecords, long HistoryBytes, long DiskBytes, int Watches);

/// <summary>A lease's state.</summary>
/// <param name="Id">The lease's id.</param>
/// <param name="GrantedTtl">The time to live it was granted.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="Keys">The keys it owns in key order; empty unless asked for.</param>
/// <param name="Revision">The store's revision when this was read.</param>
public sealed record LeaseStatus(
    long Id, TimeSpan GrantedTtl, TimeSpan Remaining, IReadOnlyList<ReadOnlyMemory<byte>> Keys, long Revision);
