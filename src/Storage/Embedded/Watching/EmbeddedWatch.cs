using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Watching;

/// <summary>
/// A watch is a cursor into the shared history. The hub moves the cursor of a watch that has seen everything past changes
/// that do not concern it, and wakes the reader for those that do.
/// </summary>
internal sealed class EmbeddedWatch : IWatch
{
    // Large enough to be cheap per event, small enough that a reader far behind gets going soon.
    private const int BatchEvents = 4096;

    private readonly Lock _gate = new();
    private readonly WatchHub _hub;
    private readonly MvccIndex _index;
    private readonly KeyRange _keys;
    private readonly bool _withPrevious;
    private readonly TimeSpan? _progressInterval;
    private long _next;
    private TaskCompletionSource? _wake;
    private bool _progressRequested;
    private bool _closed;

    public EmbeddedWatch(WatchHub hub, MvccIndex index, in WatchRequest request, TimeSpan progressInterval)
    {
        _hub = hub;
        _index = index;
        _keys = request.Keys;
        _withPrevious = request.WithPrevious;
        _progressInterval = request.ProgressNotify ? progressInterval : null;
        _next = request.FromRevision > 0 ? request.FromRevision : index.Published.Revision + 1;
    }

    public async ValueTask<WatchBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(out var batch))
                return batch;
            Task wake;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (_progressRequested || _next <= _index.Published.Revision)
                    continue;
                _wake ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wake = _wake.Task;
            }
            if (_progressInterval is not { } interval)
            {
                await wake.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            try
            {
                await wake.WaitAsync(interval, _hub.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                RequestProgress();
            }
        }
    }

    public void RequestProgress()
    {
        lock (_gate)
        {
            _progressRequested = true;
            Wake();
        }
    }

    public ValueTask DisposeAsync()
    {
        _hub.Remove(this);
        Close();
        return ValueTask.CompletedTask;
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
        }
    }

    /// <summary>Called by the hub after a publication, with what it made visible.</summary>
    public void Published(long previousRevision, long revision, ReadOnlySpan<StoreRecord> records)
    {
        lock (_gate)
        {
            if (_next > revision)
                return;
            if (_next > previousRevision && !Concerns(records))
                _next = revision + 1;
            else
                Wake();
        }
    }

    private bool Concerns(ReadOnlySpan<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (record.ModRevision >= _next && _keys.Contains(record.KeyArray))
                return true;
        }
        return false;
    }

    private bool TryRead(out WatchBatch batch)
    {
        // The request is taken before the state, so that the state is at least as new as the request.
        bool progress;
        long from;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            (progress, from) = (_progressRequested, _next);
        }
        var state = _index.Published;
        var events = from <= state.Revision ? Collect(state, from, out var through) : Nothing(state.Revision, out through);
        // Had compaction passed the cursor while it read, previous records may have been missing.
        if (from < _index.CompactedRevision && from <= state.Revision)
            throw new CompactedException(_index.CompactedRevision);

        var complete = through == state.Revision;
        lock (_gate)
        {
            _next = Math.Max(_next, through + 1);
            if (progress && complete)
                _progressRequested = false;
        }
        batch = new WatchBatch(through, events);
        // A watch that waits for a future revision has nothing to say about the ones before it but that they are past.
        return events.Count > 0 || (progress && complete);
    }

    private static List<WatchEvent> Nothing(long revision, out long through)
    {
        through = revision;
        return [];
    }

    private List<WatchEvent> Collect(StoreState state, long from, out long through)
    {
        var events = new List<WatchEvent>();
        var view = state.History;
        var (chunk, index) = view.Seek(from);
        long last = 0;
        for (; chunk < view.Chunks.Length; chunk++, index = 0)
        {
            var records = view.Chunks[chunk].Records.AsSpan(0, view.CountOf(chunk));
            for (; index < records.Length; index++)
            {
                var record = records[index];
                if (!_keys.Contains(record.KeyArray))
                    continue;
                if (events.Count >= BatchEvents && record.ModRevision != last)
                {
                    through = record.ModRevision - 1;
                    return events;
                }
                last = record.ModRevision;
                var previous = _withPrevious && record.Older is { IsDeletion: false } older ? older : null;
                events.Add(new WatchEvent(record, previous));
            }
        }
        through = state.Revision;
        return events;
    }

    private void Wake()
    {
        var wake = _wake;
        _wake = null;
        wake?.TrySetResult();
    }
}
