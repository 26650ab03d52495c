using Microsoft.Extensions.Logging;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Watching;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// The one thread that changes the store. It takes everything that is queued, applies it, makes it durable with one fsync
/// (group commit), publishes it, and only then tells writers and watchers.
/// </summary>
internal sealed class WriterLoop : IDisposable
{
    // A batch larger than this is committed before more is applied, which bounds the frame and the wait of its first writer.
    private const int BatchBytes = 4 << 20;

    // History entries freed between two batches; small against an fsync.
    private const int CutSteps = 4096;

    private readonly StoreWriter _writer;
    private readonly SegmentedLog? _log;
    private readonly WatchHub _hub;
    private readonly EmbeddedStoreOptions _options;
    private readonly ILogger _logger;
    private readonly CheckpointJob? _checkpoint;
    private readonly WriteQueue _queue = new();
    private readonly List<WriteRequest> _batch = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _leaseTimer;
    private readonly ITimer _retryTimer;
    private StoreHealth _health;
    private bool _retryDue;
    private long _diskBytes;
    private bool _compactionQueued;
    private readonly List<TaskCompletionSource<StoreImage>> _imagesWanted = [];
    private TaskCompletionSource<Task?>? _checkpointWanted;
    private int _pins;
    private volatile bool _stopping;

    public WriterLoop(StoreWriter writer, SegmentedLog? log, CheckpointJob? checkpoint, WatchHub hub, EmbeddedStoreOptions options)
    {
        (_writer, _log, _checkpoint, _hub, _options, _logger) = (writer, log, checkpoint, hub, options, options.Logger);
        _leaseTimer = options.TimeProvider.CreateTimer(
            static loop => ((WriterLoop)loop!).Post(static w => w.RevokeExpired()), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retryTimer = options.TimeProvider.CreateTimer(
            static loop => ((WriterLoop)loop!).Post(w => ((WriterLoop)loop)._retryDue = true), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _health = new StoreHealth(StoreCondition.Healthy, null, options.TimeProvider.GetUtcNow());
        if (log?.OpenError is { } error)
            Fail(error);
        _writer.LeasesChanged = true;
        AfterBatch();
        new Thread(Run) { IsBackground = true, Name = "store-writer" }.Start();
    }

    /// <summary>Whether writes work at the moment, and why not.</summary>
    public StoreHealth Health => Volatile.Read(ref _health);

    /// <summary>Bytes of log and checkpoint on disk.</summary>
    public long DiskBytes => Volatile.Read(ref _diskBytes);

    /// <summary>Queues a request; its caller is told through it.</summary>
    public void Add(WriteRequest request)
    {
        if (!_queue.TryAdd(request))
            request.Fail(new ObjectDisposedException(nameof(EmbeddedStore)));
    }

    /// <summary>Queues work nobody waits for.</summary>
    public void Post(Action<StoreWriter> action) => _queue.TryAdd(new BackgroundRequest(action));

    /// <summary>Queues work and waits for it to be durable.</summary>
    public Task<T> Call<T>(Func<StoreWriter, T> function)
    {
        var request = new FunctionRequest<T>(function);
        Add(request);
        return request.Task;
    }

    /// <summary>Writes a checkpoint of all that has been compacted, whether it pays or not; false when there is nothing to write.</summary>
    public async Task<bool> CheckpointAsync()
    {
        if (_checkpoint is null)
            return false;
        // It must not start within a batch, whose changes may yet fail.
        var wanted = new TaskCompletionSource<Task?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Call(_ => _checkpointWanted = wanted).ConfigureAwait(false);
        if (await wanted.Task.ConfigureAwait(false) is not { } written)
            return false;
        await written.ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// A picture of the store between two batches, all of it durable. Nothing is cut from its tree until <see cref="Unpin"/>.
    /// </summary>
    public async Task<StoreImage> PinAsync()
    {
        var wanted = new TaskCompletionSource<StoreImage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Call(_ =>
        {
            _imagesWanted.Add(wanted);
            return true;
        }).ConfigureAwait(false);
        return await wanted.Task.ConfigureAwait(false);
    }

    /// <summary>Gives a picture back.</summary>
    public void Unpin() => Post(_ => _pins--);

    /// <summary>Finishes what is queued and ends the thread.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await _leaseTimer.DisposeAsync().ConfigureAwait(false);
        await _retryTimer.DisposeAsync().ConfigureAwait(false);
        Post(static _ => { });
        await _ended.Task.ConfigureAwait(false);
        if (_checkpoint is not null)
            await _checkpoint.StopAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _leaseTimer.Dispose();
        _retryTimer.Dispose();
        _queue.Dispose();
        _checkpoint?.Dispose();
        _log?.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            // The writers just told will write again. Letting them in first makes one large batch of what would otherwise
            // become two groups taking turns, each waiting out the other's fsync; it nearly doubles the throughput.
            if (_batch.Count > 1)
                Thread.Yield();
            if (_queue.TakeAll() is { } requests)
                Process(requests);
            else if (_stopping)
                break;
            else if (MayCut || (_checkpointWanted is not null && _checkpoint is { Running: false }))
                AfterBatch();
            else
                _queue.Wait();
        }
        if (_queue.Close() is { } last)
            Process(last);
        _checkpointWanted?.SetResult(null);
        _log?.MarkEnd();
        _ended.SetResult();
    }

    private bool MayCut => _writer.Index.HasUncut && _pins == 0 && _checkpoint is not { Running: true };

    private void Process(WriteRequest? request)
    {
        while (request is not null)
        {
            _writer.Begin();
            _batch.Clear();
            var broken = false;
            while (request is not null && !broken && _writer.Buffer.Length < BatchBytes)
            {
                // A completed request may be rented and linked anew at once, so its link is read first.
                var next = request.Next;
                request.Next = null;
                _batch.Add(request);
                broken = !Apply(request);
                request = next;
            }
            if (!broken)
                Commit();
            AfterBatch();
        }
    }

    private bool Apply(WriteRequest request)
    {
        try
        {
            var length = _writer.Buffer.Length;
            request.Apply(_writer);
            request.Wrote = _writer.Buffer.Length != length;
            return true;
        }
        catch (StoreException e)
        {
            request.Error = e;
            return true;
        }
        catch (Exception e)
        {
            // A mistake in the store itself: nothing of a half-done batch may survive.
            StoreLog.RequestBroke(_logger, e);
            request.Wrote = true;
            FailBatch(new StoreUnavailableException(StoreCondition.Healthy, "the request failed inside the store", e));
            return false;
        }
    }

    private void Commit()
    {
        try
        {
            if (_log is not null && _writer.Buffer.Length > Frame.HeaderSize)
            {
                _log.Append(_writer.Buffer.Written, _writer.Index.Revision);
                if (!_health.IsWritable)
                    Mend();
            }
        }
        catch (Exception e)
        {
            Fail(e);
            FailBatch(new StoreUnavailableException(_health.Condition, _health.Reason!, e));
            return;
        }

        var index = _writer.Index;
        var before = index.Published;
        var after = before.Revision == index.Revision ? before : index.Publish();
        _writer.Leases.Commit();
        _writer.Alarms.Commit();
        if (_writer.PendingCompactedRevision > index.CompactedRevision)
        {
            index.Compact(_writer.PendingCompactedRevision);
            StoreLog.Compacted(_logger, index.CompactedRevision);
        }
        foreach (var request in _batch)
            request.Complete();
        _hub.Published(before, after);
    }

    private void FailBatch(StoreUnavailableException error)
    {
        _writer.RollBack();
        foreach (var request in _batch)
        {
            // Whoever only looked may have seen what was taken back, so it looks again; nothing is wrong with it.
            request.Error = null;
            if (request.Wrote || !_queue.TryAdd(request))
                request.Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        var now = _options.TimeProvider.GetUtcNow();
        var health = DiskErrors.Classify(error, now);
        if (health.Condition == _health.Condition)
            health = health with { Since = _health.Since };
        else
            StoreLog.WriteFailed(_logger, _writer.Index.Published.Revision, health.Condition, error);
        Volatile.Write(ref _health, health);
        // Without a writer nobody would find out that the disk works again; every failure sets it off anew.
        _retryTimer.Change(_options.RetryInterval, Timeout.InfiniteTimeSpan);
    }

    private void Mend()
    {
        Volatile.Write(ref _health, new StoreHealth(StoreCondition.Healthy, null, _options.TimeProvider.GetUtcNow()));
        StoreLog.WriteRecovered(_logger, _writer.Index.Revision);
    }

    private void Retry()
    {
        _retryDue = false;
        if (_health.IsWritable)
            return;
        try
        {
            _log!.Recover();
            Mend();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void AfterBatch()
    {
        if (_retryDue)
            Retry();
        if (_log is not null)
            Volatile.Write(ref _diskBytes, _log.Bytes + (_checkpoint?.Bytes ?? 0));
        if (_writer.LeasesChanged)
        {
            _writer.LeasesChanged = false;
            ScheduleExpiry();
        }
        foreach (var image in _imagesWanted)
        {
            _pins++;
            var state = _writer.Index.Published;
            image.SetResult(new StoreImage(state.Root, state.Revision, state.Revision, _writer.Leases.Sequence, _writer.Leases.Image(), _writer.Alarms.Published));
        }
        _imagesWanted.Clear();
        if (MayCut)
            CutSome();
        if (_checkpointWanted is { } wanted && !_writer.Index.HasUncut && !_checkpoint!.Running)
        {
            _checkpointWanted = null;
            wanted.SetResult(_checkpoint.TryStart(_writer, this));
        }
        LimitHistory();
    }

    private void CutSome()
    {
        _writer.Index.Cut(CutSteps);
        if (!_writer.Index.HasUncut)
            _checkpoint?.TryStartIfWorthwhile(_writer, this);
    }

    private void LimitHistory()
    {
        var index = _writer.Index;
        if (_compactionQueued || index.HasUncut || index.HistoryBytes <= _options.HistoryByteLimit)
            return;
        var middle = index.MiddleRevision();
        if (middle <= index.CompactedRevision)
            return;
        _compactionQueued = true;
        Post(w =>
        {
            _compactionQueued = false;
            CompactIfNewer(w, middle);
        });
    }

    /// <summary>Compacts for housekeeping: a revision that is compacted already is no error.</summary>
    public static void CompactIfNewer(StoreWriter writer, long revision)
    {
        if (revision > writer.PendingCompactedRevision && revision <= writer.Index.Revision)
            writer.Compact(revision);
    }

    private void ScheduleExpiry()
    {
        // Timers do not reach further than some weeks; a look too early costs nothing.
        var longest = TimeSpan.FromDays(1);
        // An overdue lease whose revocation failed is tried again without spinning.
        var shortest = _health.IsWritable ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        if (_writer.UntilNextExpiry() is { } due)
            _leaseTimer.Change(due < shortest ? shortest : due > longest ? longest : due, Timeout.InfiniteTimeSpan);
    }
}
