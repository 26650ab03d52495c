using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Snapshots;
using Tiphys.Storage.Embedded.Watching;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded;

/// <summary>
/// The store inside this process: an index in memory over an append-only log on disk. It takes the place of an etcd member
/// for a cluster with one control plane.
/// </summary>
public sealed class EmbeddedStore : IStore, ISnapshotSource, IDefragmentable, IAlarmKeeper
{
    private readonly MvccIndex _index;
    private readonly AlarmTable _alarms;
    private readonly WatchHub _hub;
    private readonly WriterLoop _loop;
    private readonly DataDirectory? _directory;
    private readonly CompactionClock? _clock;
    private int _disposed;

    private EmbeddedStore(
        MvccIndex index, LeaseTable leases, AlarmTable alarms, SegmentedLog? log, long checkpointBytes, DataDirectory? directory, EmbeddedStoreOptions options)
    {
        (_index, _alarms) = (index, alarms);
        _directory = directory;
        _hub = new WatchHub(index, options.TimeProvider, options.WatchProgressInterval);
        var checkpoint = log is null ? null : new CheckpointJob(log, directory!.Path, checkpointBytes, options);
        _loop = new WriterLoop(new StoreWriter(index, leases, alarms, options.TimeProvider, log is not null), log, checkpoint, _hub, options);
        if (options.HistoryWindow is { } window)
            _clock = new CompactionClock(window, options.TimeProvider, index, _loop);
    }

    /// <inheritdoc/>
    public long CurrentRevision => _index.Published.Revision;

    /// <inheritdoc/>
    public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new ValueTask<long>(_index.Published.Revision);
    }

    /// <inheritdoc/>
    public StoreHealth Health => _loop.Health;

    /// <inheritdoc/>
    public long CompactedRevision => _index.CompactedRevision;

    /// <summary>
    /// Opens the store of a data directory, creating it when there is none. Throws <see cref="StoreOpenException"/> when the
    /// directory is in use, has a newer format or is damaged.
    /// </summary>
    public static EmbeddedStore Open(EmbeddedStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var index = new MvccIndex(revision: 1);
        var leases = new LeaseTable(options.TimeProvider);
        var alarms = new AlarmTable();
        if (options.DataDirectory is not { } path)
            return new EmbeddedStore(index, leases, alarms, null, 0, null, options);

        var directory = DataDirectory.Open(path, options.Disk, options.Logger);
        SegmentedLog? log = null;
        try
        {
            var recovery = new StoreRecovery(index, leases, alarms);
            var checkpoint = Checkpoint.Restore(path, recovery, recovery.Begin);
            log = LogRecovery.Open(path, options.Disk, options.SegmentBytes, recovery, checkpoint is not null);
            recovery.Finish(path);
            if (log.CutBytes > 0)
                StoreLog.TornTail(options.Logger, log.CutBytes, path, index.Revision);
            log.Durable.Advance(log.End);
            foreach (var leftover in Checkpoint.Others(path, checkpoint?.A ?? 0).Concat(Directory.GetFiles(path, "*" + Checkpoint.TemporaryExtension)))
                options.Disk.Delete(leftover);
            var checkpointBytes = checkpoint is { } header ? new FileInfo(Checkpoint.PathOf(path, header.A)).Length : 0;
            StoreLog.Opened(options.Logger, path, index.Revision, index.CompactedRevision, index.Published.KeyCount);
            return new EmbeddedStore(index, leases, alarms, log, checkpointBytes, directory, options);
        }
        catch
        {
            log?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>A store without a disk, otherwise the same; for tests and throw-away clusters.</summary>
    public static EmbeddedStore InMemory(EmbeddedStoreOptions? options = null) =>
        Open((options ?? new EmbeddedStoreOptions()) with { DataDirectory = null });

    /// <inheritdoc/>
    public ValueTask<GetResult> GetAsync(ReadOnlyMemory<byte> key, long revision = 0, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var state = Readable(revision, out var at);
            var record = RangeReader.Get(state.Root, key.Span, at);
            if (StillReadable(revision, at))
                return new ValueTask<GetResult>(new GetResult(state.Revision, record));
        }
    }

    /// <inheritdoc/>
    public ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Keys.Start.IsEmpty)
            throw new InvalidStoreRequestException("key is not provided");
        while (true)
        {
            var state = Readable(request.Revision, out var at);
            var result = RangeReader.Read(state.Root, request, at, state.Revision);
            if (StillReadable(request.Revision, at))
                return new ValueTask<RangeResult>(result);
        }
    }

    /// <inheritdoc/>
    public ValueTask<CasResult> PutIfAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease = 0, CancellationToken cancellationToken = default) =>
        Cas(key, value, expectedModRevision, lease, delete: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken = default) =>
        Cas(key, default, expectedModRevision, 0, delete: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        TxnValidator.Validate(request);
        return Call(w => new TxnExecutor(w).Run(request), cancellationToken);
    }

    /// <inheritdoc/>
    public IWatch Watch(WatchRequest request) => _hub.Open(request);

    /// <inheritdoc/>
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        await Call(w => w.Compact(revision), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default) =>
        Call(w => w.Grant(ttl, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken = default) =>
        Call(w => w.Revoke(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken = default) =>
        Call(w => w.KeepAlive(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys = false, CancellationToken cancellationToken = default) =>
        Call(w => w.Describe(id, withKeys), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken = default) =>
        Call(w => w.ListLeases(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var state = _index.Published;
        return new ValueTask<StoreStatus>(new StoreStatus(
            state.Revision, state.KeyCount, state.History.Count, state.History.Bytes, _loop.DiskBytes, _hub.Count));
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreAlarm> Alarms => _alarms.Published;

    /// <inheritdoc/>
    public ValueTask<bool> SetAlarmAsync(StoreAlarm alarm, bool raised, CancellationToken cancellationToken = default) =>
        Call(w => w.SetAlarm(alarm, raised), cancellationToken);

    /// <inheritdoc/>
    public async Task<SnapshotInfo> SaveSnapshotAsync(Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = await FromImageAsync(static image => new SnapshotWriter(image)).ConfigureAwait(false);
        return await Task.Run(() => writer.Write(output, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<StoreContent> ReadContentAsync(CancellationToken cancellationToken = default) => FromImageAsync(SnapshotContent.Of);

    /// <inheritdoc/>
    public Task DefragmentAsync(CancellationToken cancellationToken = default) => CheckpointAsync().WaitAsync(cancellationToken);

    /// <summary>Finishes the queued writes, ends all watches and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _clock?.Dispose();
        await _loop.StopAsync().ConfigureAwait(false);
        _hub.Close();
        _loop.Dispose();
        _directory?.Dispose();
    }

    // Only noting the records holds up the freeing of history, not writing them to whoever is slow to take them.
    private async Task<T> FromImageAsync<T>(Func<StoreImage, T> note)
    {
        var image = await _loop.PinAsync().ConfigureAwait(false);
        try
        {
            return note(image);
        }
        finally
        {
            _loop.Unpin();
        }
    }

    /// <summary>Writes a checkpoint now and waits for it; false when nothing has been compacted yet.</summary>
    internal Task<bool> CheckpointAsync() => _loop.CheckpointAsync();

    private ValueTask<CasResult> Cas(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expected, long lease, bool delete, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (key.IsEmpty)
            throw new InvalidStoreRequestException("key is not provided");
        var request = CasRequest.Rent(key, value, expected, lease, delete);
        var task = request.Task;
        _loop.Add(request);
        return task;
    }

    private ValueTask<T> Call<T>(Func<StoreWriter, T> function, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<T>(_loop.Call(function));
    }

    private StoreState Readable(long revision, out long at)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var state = _index.Published;
        at = revision > 0 ? revision : state.Revision;
        if (at > state.Revision)
            throw new FutureRevisionException(state.Revision);
        if (revision > 0 && at < _index.CompactedRevision)
            throw new CompactedException(_index.CompactedRevision);
        return state;
    }

    // A read takes no lock. Should compaction have passed its revision meanwhile, versions may have been missing: a read of
    // the latest revision is done again, one of a given revision has come too late.
    private bool StillReadable(long revision, long at)
    {
        var compacted = _index.CompactedRevision;
        if (at >= compacted)
            return true;
        return revision > 0 ? throw new CompactedException(compacted) : false;
    }
}
