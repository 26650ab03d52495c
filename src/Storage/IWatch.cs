namespace Tiphys.Storage;

/// <summary>What to watch.</summary>
public readonly record struct WatchRequest(KeyRange Keys)
{
    /// <summary>The first revision to deliver; 0 for what happens after now. A future revision is waited for.</summary>
    public long FromRevision { get; init; }

    /// <summary>Deliver the record each event replaced.</summary>
    public bool WithPrevious { get; init; }

    /// <summary>Deliver an empty batch now and then while nothing matches, so that the reader knows how far it has seen.</summary>
    public bool ProgressNotify { get; init; }
}

/// <summary>
/// A stream of changes to a range of keys, in revision order and without gaps. One reader at a time.
/// </summary>
/// <remarks>
/// The reader pulls; a slow one holds nothing in memory, but when compaction overtakes it the next read throws
/// <see cref="CompactedException"/> and the watch is over.
/// </remarks>
public interface IWatch : IAsyncDisposable
{
    /// <summary>
    /// The next changes, or an empty batch as a progress notification. A revision is never split over two batches. Throws
    /// <see cref="CompactedException"/> when the next revision is gone, <see cref="ObjectDisposedException"/> once the
    /// watch or its store is closed.
    /// </summary>
    ValueTask<WatchBatch> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks for a progress notification: a batch whose revision is at least the store's current one now.
    /// </summary>
    void RequestProgress();
}

/// <summary>Some consecutive changes.</summary>
/// <param name="Revision">Every matching change up to and including this revision has been delivered with this batch.</param>
/// <param name="Events">The changes; none in a progress notification.</param>
public readonly record struct WatchBatch(long Revision, IReadOnlyList<WatchEvent> Events)
{
    /// <summary>True when the batch only tells how far the watch has seen.</summary>
    public bool IsProgress => Events.Count == 0;
}

/// <summary>One change of one key.</summary>
/// <param name="Record">The new record; for a deletion it carries only the key and the revision.</param>
/// <param name="Previous">The record replaced or deleted, when asked for and there was one.</param>
public readonly record struct WatchEvent(StoreRecord Record, StoreRecord? Previous)
{
    /// <summary>The key was deleted.</summary>
    public bool IsDelete => Record.IsDeletion;

    /// <summary>The key was created.</summary>
    public bool IsCreate => !Record.IsDeletion && Record.CreateRevision == Record.ModRevision;
}
