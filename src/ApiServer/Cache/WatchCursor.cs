namespace Tiphys.ApiServer;

/// <summary>Outcome of reading a cache's changes.</summary>
/// <param name="Position">Where to read on.</param>
/// <param name="Revision">Everything up to this revision was read.</param>
/// <param name="Lost">The reader was too slow, or the cache was filled anew: the watch cannot go on.</param>
internal readonly record struct CursorRead(long Position, long Revision, bool Lost);

/// <summary>
/// One watcher's place in a cache's changes. It holds no events of its own: a slow client costs nothing until it is overtaken,
/// and then its watch ends, as upstream ends the watches of slow clients.
/// </summary>
internal sealed class WatchCursor(WatchCache cache, long position, long epoch, long revision)
{
    private readonly List<CacheEvent> _batch = [];
    private long _position = position;

    /// <summary>Everything up to this revision was read.</summary>
    public long Revision { get; private set; } = revision;

    /// <summary>
    /// The next changes, at once when there are some; an empty list when the timeout passed. Null when the watch cannot go on.
    /// The list is reused by the next call.
    /// </summary>
    public async ValueTask<IReadOnlyList<CacheEvent>?> ReadAsync(Task timeout, CancellationToken cancel)
    {
        while (true)
        {
            _batch.Clear();
            var read = cache.Read(_position, epoch, _batch, out var wait);
            if (read.Lost) return null;
            _position = read.Position;
            Revision = Math.Max(Revision, read.Revision);
            if (_batch.Count > 0 || timeout.IsCompleted) return _batch;
            await Task.WhenAny(wait, timeout).WaitAsync(cancel);
        }
    }
}
