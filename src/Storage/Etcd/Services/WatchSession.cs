using System.Threading.Channels;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>One stream of watches: the watches, and the queue of what goes out to their one caller.</summary>
internal sealed class WatchSession : IAsyncDisposable
{
    // The id in answers that are about no watch, or about all of them.
    private const long NoWatch = -1;
    private const int QueuedResponses = 64;

    private readonly IStore _store;
    private readonly Member _member;
    private readonly int _mostBytes;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ServedWatch> _watches = [];

    // Bounded: a caller that does not take its events holds up its watches, which hold nothing while they wait.
    private readonly Channel<V3.WatchResponse> _outgoing = Channel.CreateBounded<V3.WatchResponse>(
        new BoundedChannelOptions(QueuedResponses) { SingleReader = true });

    private long _nextId;
    private long _progressWanted;

    public WatchSession(IStore store, Member member, int mostBytes, CancellationToken cancel)
    {
        (_store, _member, _mostBytes) = (store, member, mostBytes);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Stopping = _stop.Token;
    }

    /// <summary>Ends when the session does.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Sends what is queued until the session stops; several responses go out together when they are there.</summary>
    public async Task SendAsync(IMessageStream messages)
    {
        while (await _outgoing.Reader.WaitToReadAsync(_stop.Token))
        {
            while (_outgoing.Reader.TryRead(out var response))
                await messages.WriteAsync(response, _stop.Token);
            await messages.FlushAsync(_stop.Token);
        }
    }

    public async ValueTask CreateAsync(V3.WatchCreateRequest request)
    {
        // Noted before the watch opens: whatever comes after the revision told to the caller is delivered.
        var revision = _store.CurrentRevision;
        if (Refusal(request) is { } reason)
        {
            await RefuseAsync(revision, reason);
            return;
        }
        ServedWatch watch;
        lock (_gate)
        {
            var id = request.WatchId;
            if (id == 0)
            {
                while (_watches.ContainsKey(_nextId))
                    _nextId++;
                id = _nextId++;
            }
            var from = request.StartRevision > 0 ? request.StartRevision : revision + 1;
            watch = new ServedWatch(id, request, _store.Watch(ToStore(request, from)), from, _mostBytes);
            _watches.Add(id, watch);
        }
        await _outgoing.Writer.WriteAsync(new V3.WatchResponse { Header = _member.Header(revision), WatchId = watch.Id, Created = true }, _stop.Token);
        watch.Start(PumpAsync, _stop.Token);
    }

    public async ValueTask CancelAsync(long id)
    {
        if (Take(id) is not { } watch)
            return;
        await watch.StopAsync();
        await _outgoing.Writer.WriteAsync(new V3.WatchResponse { Header = _member.Header(_store.CurrentRevision), WatchId = id, Canceled = true }, _stop.Token);
        await TellProgressAsync();
    }

    /// <summary>Tells the caller, once every watch has seen what the store holds now, that it has.</summary>
    public void RequestProgress()
    {
        lock (_gate)
        {
            _progressWanted = Math.Max(_progressWanted, _store.CurrentRevision);
            foreach (var watch in _watches.Values)
                watch.RequestProgress();
        }
    }

    public async ValueTask StopAsync()
    {
        await _stop.CancelAsync();
        ServedWatch[] watches;
        lock (_gate)
        {
            watches = [.. _watches.Values];
            _watches.Clear();
        }
        foreach (var watch in watches)
            await watch.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private static WatchRequest ToStore(V3.WatchCreateRequest request, long from)
    {
        var key = request.Key.IsEmpty ? new byte[] { 0 } : request.Key.Memory;
        return new WatchRequest(new KeyRange(key, request.RangeEnd.Memory))
        {
            FromRevision = from, WithPrevious = request.PrevKv, ProgressNotify = request.ProgressNotify,
        };
    }

    private string? Refusal(V3.WatchCreateRequest request)
    {
        if (request.StartRevision < 0)
            return EtcdErrors.Compacted().Detail;
        var end = request.RangeEnd.Span;
        if (end.Length > 0 && end is not [0] && request.Key.Span.SequenceCompareTo(end) >= 0)
            return "mvcc: watcher range is empty";
        lock (_gate)
            return request.WatchId != 0 && _watches.ContainsKey(request.WatchId) ? "mvcc: duplicate watch ID provided on the WatchStream" : null;
    }

    private ValueTask RefuseAsync(long revision, string reason) => _outgoing.Writer.WriteAsync(
        new V3.WatchResponse { Header = _member.Header(revision), WatchId = NoWatch, Created = true, Canceled = true, CancelReason = reason }, _stop.Token);

    private async Task PumpAsync(ServedWatch watch, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var batch = await watch.Source.ReadAsync(cancel);
                foreach (var response in watch.Respond(batch, _member, _store.CompactedRevision))
                    await _outgoing.Writer.WriteAsync(response, cancel);
                watch.Reached = batch.Revision;
                var told = await TellProgressAsync();
                if (batch.IsProgress && !told && watch.WantsProgress)
                    await _outgoing.Writer.WriteAsync(new V3.WatchResponse { Header = _member.Header(batch.Revision), WatchId = watch.Id }, cancel);
            }
        }
        catch (CompactedException e) when (Take(watch.Id) is not null)
        {
            // How far it had come is not told.
            await _outgoing.Writer.WriteAsync(
                new V3.WatchResponse { Header = _member.Header(0), WatchId = watch.Id, Canceled = true, CompactRevision = e.CompactRevision }, cancel);
            await watch.Source.DisposeAsync();
            await TellProgressAsync(); // the others may have been waiting for this one
        }
        catch (Exception e) when (e is CompactedException or OperationCanceledException)
        {
            // Cancelled, by the caller or with the stream.
        }
        catch (Exception e)
        {
            // The store is closed: the stream ends, so that the caller looks for another member.
            _outgoing.Writer.TryComplete(e);
        }
    }

    // Whether a request for progress was under way: then the answer for all watches stands for that of each.
    private async ValueTask<bool> TellProgressAsync()
    {
        long revision;
        lock (_gate)
        {
            if (_progressWanted == 0)
                return false;
            if (_watches.Count == 0)
            {
                _progressWanted = 0;
                return true;
            }
            revision = _watches.Values.Min(static w => w.Reached);
            if (revision < _progressWanted)
                return true;
            _progressWanted = 0;
        }
        await _outgoing.Writer.WriteAsync(new V3.WatchResponse { Header = _member.Header(revision), WatchId = NoWatch }, _stop.Token);
        return true;
    }

    private ServedWatch? Take(long id)
    {
        lock (_gate)
            return _watches.Remove(id, out var watch) ? watch : null;
    }
}
