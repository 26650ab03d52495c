using System.Text;
using Microsoft.Extensions.Logging;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// The current objects of one resource and its newest changes, fed by one watch on the store (upstream's Cacher).
/// Every list at a recent revision and every watch is served from here.
/// </summary>
public sealed partial class WatchCache : IAsyncDisposable
{
    private static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(1);
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _feed;
    private readonly ITimer _trim;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ObjectTable _objects = new();
    private EventWindow _window;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IWatch? _watch;
    private ValueTransformException? _unreadable;
    private long _revision;
    private long _epoch;

    /// <summary>Starts to fill the cache.</summary>
    public WatchCache(ResourceSchema schema, IStore store, TimeProvider time, ILogger logger)
    {
        Schema = schema;
        _store = store;
        _time = time;
        _logger = logger;
        _window = new EventWindow(time, 0);
        _trim = time.CreateTimer(_ => Trim(), null, TrimEvery, TrimEvery);
        _feed = Task.Run(FeedAsync);
    }

    /// <summary>The resource.</summary>
    public ResourceSchema Schema { get; }

    /// <summary>The cache has seen every change up to this revision.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Completes once the cache is filled for the first time.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The selected objects and the revision they stand for.</summary>
    public (List<StoredObject> Items, long Revision) List(Selection selection)
    {
        lock (_lock) return (_objects.Select(selection), _revision);
    }

    /// <summary>An object, or null.</summary>
    public StoredObject? Get(string ns, string name)
    {
        lock (_lock) return _objects.Get(ns, name);
    }

    /// <summary>Waits until the cache has seen a revision.</summary>
    /// <exception cref="StoreException">It cannot: something in the store cannot be read with the keys there are.</exception>
    public async Task WaitForRevisionAsync(long revision, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_epoch > 0 && _revision >= revision) return;
                if (_unreadable is { } fault) throw new ValueTransformException(fault.Message, fault);
                _watch?.RequestProgress();
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>
    /// Opens a watch on the changes after a revision.
    /// </summary>
    /// <exception cref="StatusException">410: the cache does not reach back that far.</exception>
    internal WatchCursor OpenCursor(long afterRevision)
    {
        lock (_lock)
        {
            if (afterRevision < _window.OldestRevision) throw ApiErrors.Expired($"too old resource version: {afterRevision} ({_window.OldestRevision})");
            return new WatchCursor(this, _window.PositionAfter(afterRevision), _epoch, afterRevision);
        }
    }

    /// <summary>Opens a watch behind a list made in the same instant: no change is missed or doubled between the two.</summary>
    internal (List<StoredObject> Items, WatchCursor Cursor) ListAndOpenCursor(Selection selection)
    {
        lock (_lock) return (_objects.Select(selection), new WatchCursor(this, _window.End, _epoch, _revision));
    }

    /// <summary>Copies the changes from a position on; <paramref name="wait"/> completes when there is more.</summary>
    internal CursorRead Read(long position, long epoch, List<CacheEvent> into, out Task wait)
    {
        lock (_lock)
        {
            wait = _changed.Task;
            if (epoch != _epoch || _window.IsGone(position)) return new CursorRead(position, _revision, Lost: true);
            const int most = 512;
            var end = Math.Min(_window.End, position + most);
            for (; position < end; position++) into.Add(_window[position]);

            // Only a reader that has everything may claim to have seen the cache's revision.
            return new CursorRead(position, position == _window.End ? _revision : into[^1].Revision, Lost: false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _trim.DisposeAsync();
        await _stop.CancelAsync();
        await _feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Trim()
    {
        lock (_lock) _window.Trim();
    }

    private async Task FeedAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await FillAsync(_stop.Token);
                _ready.TrySetResult();
                await FollowAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFeedFailed(_logger, e, Schema.KeyPrefix);
                Tell(e as ValueTransformException);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FillAsync(CancellationToken cancel)
    {
        var range = KeyRange.Prefix(Encoding.UTF8.GetBytes(Schema.KeyPrefix));
        var result = await _store.RangeAsync(new RangeRequest(range), cancel);
        var objects = new ObjectTable();
        foreach (var record in result.Records)
            if (Load(record) is { } item) objects.Put(item);
        lock (_lock)
        {
            _objects = objects;
            _window = new EventWindow(_time, result.Revision);
            _revision = result.Revision;
            _unreadable = null;
            _epoch++;
            _watch = _store.Watch(new WatchRequest(range) { FromRevision = result.Revision + 1, ProgressNotify = true });
            Wake();
        }
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        await using var watch = _watch!;
        while (true)
        {
            var batch = await watch.ReadAsync(cancel);
            lock (_lock)
            {
                foreach (var change in batch.Events) Apply(change);
                _revision = batch.Revision;
                Wake();
            }
        }
    }

    private void Apply(in Storage.WatchEvent change)
    {
        var record = change.Record;
        if (change.IsDelete)
        {
            var (ns, name) = Schema.Split(Encoding.UTF8.GetString(record.Key.Span));
            if (_objects.Remove(ns, name) is { } gone) _window.Add(new CacheEvent(Schema.Layout, record.ModRevision, null, gone));
            return;
        }

        if (Load(record) is not { } item) return;
        var before = _objects.Put(item);
        _window.Add(new CacheEvent(Schema.Layout, record.ModRevision, item, before));
    }

    private StoredObject? Load(StoreRecord record)
    {
        IdentityTransformer.Refuse(record);
        try
        {
            var (ns, name) = Schema.Split(Encoding.UTF8.GetString(record.Key.Span));
            return new StoredObject(Schema, ns, name, Schema.Layout.Normalize(record.Value), record.ModRevision) { IsStale = record.IsStale };
        }
        catch (Exception e) when (e is Api.ApiDecodeException or System.Text.Json.JsonException)
        {
            // One broken object must not take the whole resource out of service.
            LogBroken(_logger, e, Encoding.UTF8.GetString(record.Key.Span));
            return null;
        }
    }

    /// <summary>Those who wait for something newer need not wait for what no trying again will bring.</summary>
    private void Tell(ValueTransformException? fault)
    {
        if (fault is null) return;
        lock (_lock)
        {
            _unreadable = fault;
            Wake();
        }
    }

    private void Wake()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the watch on {Prefix} failed; filling the cache again")]
    private static partial void LogFeedFailed(ILogger logger, Exception error, string prefix);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} cannot be decoded and is left out")]
    private static partial void LogBroken(ILogger logger, Exception error, string key);
}
