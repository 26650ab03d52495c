namespace Tiphys.Storage;

/// <summary>
/// The cluster's consistent key-value store, with the semantics of etcd v3: one global revision that every writing
/// transaction raises by one, multi-version reads, ordered watches, compaction and leases.
/// </summary>
/// <remarks>
/// <para>Keys and values are opaque bytes. Memory handed to a write belongs to the store from then on and must not be
/// changed; memory handed out by the store must never be changed. Both sides may so share one array.</para>
/// <para>A write is acknowledged only once it is durable, and no reader or watcher sees it before that. Cancelling a
/// write that has been handed over does not undo it: the token is looked at only before the hand-over.</para>
/// <para>Errors: <see cref="StoreUnavailableException"/> when a write cannot be made durable,
/// <see cref="CompactedException"/> and <see cref="FutureRevisionException"/> for revisions outside the kept history,
/// <see cref="WriteOutcomeUnknownException"/> when the connection to a store in another process was lost over a write,
/// <see cref="LeaseNotFoundException"/> for unknown leases, <see cref="ObjectDisposedException"/> after closing.</para>
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>The newest revision known to this process; exact for an embedded store. An empty store is at 1.</summary>
    long CurrentRevision { get; }

    /// <summary>
    /// The store's newest revision now, whoever wrote it: a read at least as new sees every write acknowledged to anybody before
    /// this call.
    /// </summary>
    ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Revisions below this one can no longer be read; 0 when nothing has been compacted. As last known to this process; exact for
    /// an embedded store.
    /// </summary>
    long CompactedRevision { get; }

    /// <summary>Whether the store takes writes, as last known to this process; changes by itself in both directions.</summary>
    StoreHealth Health { get; }

    /// <summary>Reads one key at a revision (0: the latest).</summary>
    ValueTask<GetResult> GetAsync(ReadOnlyMemory<byte> key, long revision = 0, CancellationToken cancellationToken = default);

    /// <summary>Reads the keys of a range in key order.</summary>
    ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes a key if its mod revision is still <paramref name="expectedModRevision"/> (0: the key must not exist).
    /// Otherwise nothing is written and the result carries the current record.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="expectedModRevision">The mod revision the caller last saw; 0 to create.</param>
    /// <param name="lease">The lease that shall own the key; 0 for none.</param>
    /// <param name="cancellationToken">Looked at before the write is handed over.</param>
    ValueTask<CasResult> PutIfAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease = 0, CancellationToken cancellationToken = default);

    /// <summary>Deletes a key if its mod revision is still <paramref name="expectedModRevision"/>; see <see cref="PutIfAsync"/>.</summary>
    ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken = default);

    /// <summary>Runs a general transaction: comparisons, and one of two lists of operations.</summary>
    ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default);

    /// <summary>Opens a watch; it costs nothing until it is read.</summary>
    IWatch Watch(WatchRequest request);

    /// <summary>
    /// Forgets history before <paramref name="revision"/>: what was superseded or deleted before it can no longer be read.
    /// Throws <see cref="CompactedException"/> when that has been done already, <see cref="FutureRevisionException"/> when
    /// the revision has not been reached.
    /// </summary>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Grants a lease that expires unless kept alive; keys put under it are deleted with it.</summary>
    /// <param name="ttl">Time to live; rounded up to whole seconds, at least one.</param>
    /// <param name="id">The id to use, or 0 to have one chosen.</param>
    /// <param name="cancellationToken">Looked at before the request is handed over.</param>
    ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and deletes its keys in one revision. Returns the store's revision afterwards.</summary>
    ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Starts the lease's time to live anew.</summary>
    ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Reads a lease's remaining time and, when asked, the keys it owns.</summary>
    ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys = false, CancellationToken cancellationToken = default);

    /// <summary>The ids of all leases, in ascending order.</summary>
    ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken = default);

    /// <summary>Sizes, for metrics.</summary>
    ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken = default);
}
