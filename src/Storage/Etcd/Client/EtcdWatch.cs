using System.Threading.Channels;
using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>
/// A watch on a stream of its own. When the stream breaks it is opened again, at whatever member is in use then, behind the last
/// revision seen: nothing is missed and nothing comes twice.
/// </summary>
/// <remarks>A few batches are read ahead; then the stream's flow control holds etcd back, and compaction may overtake it.</remarks>
internal sealed class EtcdWatch : IWatch
{
    private const int ReadAhead = 32;
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_mostDelay = TimeSpan.FromSeconds(1);
    private readonly EtcdStore _store;
    private readonly WatchRequest _request;
    private readonly Channel<WatchBatch> _batches = Channel.CreateBounded<WatchBatch>(new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _end;
    private readonly Lock _lock = new();
    private readonly Task _pump;
    private GrpcDuplexCall<V3.WatchRequest, V3.WatchResponse>? _call;
    private long _next;
    private long _wanted;
    private bool _asking;
    private int _question;

    public EtcdWatch(EtcdStore store, WatchRequest request)
    {
        (_store, _request) = (store, request);
        _end = CancellationTokenSource.CreateLinkedTokenSource(store.Connection.Stopped);
        _next = request.FromRevision > 0 ? request.FromRevision : store.CurrentRevision + 1;
        _pump = Task.Run(PumpAsync);
    }

    public async ValueTask<WatchBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _batches.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException switch
            {
                CompactedException compacted => new CompactedException(compacted.CompactRevision),
                StoreException error => error,
                _ => new ObjectDisposedException(nameof(EtcdWatch)),
            };
        }
    }

    public void RequestProgress()
    {
        int question;
        lock (_lock)
        {
            _wanted = Math.Max(_wanted, _store.CurrentRevision);
            if (_asking) return;
            _asking = true;
            question = ++_question;
        }
        _ = AskAsync(question);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _store.Forget(this);
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    /// <summary>etcd answers only when the watch is up to date, and a member may lag: the question is repeated until it is answered.</summary>
    private async Task AskAsync(int question)
    {
        var delay = s_askAgain;
        while (!_end.IsCancellationRequested)
        {
            lock (_lock)
            {
                if (!_asking || question != _question) return;
                _call?.Send(new V3.WatchRequest { ProgressRequest = new V3.WatchProgressRequest() });
            }
            await Task.Delay(delay, _store.Time).ConfigureAwait(false);
            delay = Min(delay * 2, s_askAgain * 8);
        }
    }

    private async Task PumpAsync()
    {
        var delay = TimeSpan.Zero;
        try
        {
            while (!_end.IsCancellationRequested)
            {
                var from = _next;
                try
                {
                    await FollowAsync().ConfigureAwait(false);
                }
                catch (GrpcException e) when (!_end.IsCancellationRequested)
                {
                    EtcdLog.WatchResumed(_store.Logger, _next, e.Message);
                }

                // At once the first time: another member is in use by now.
                delay = _next > from ? TimeSpan.Zero : Min(delay + (delay == TimeSpan.Zero ? TimeSpan.FromMilliseconds(20) : delay), s_mostDelay);
                if (delay > TimeSpan.Zero) await Task.Delay(delay, _store.Time, _end.Token).ConfigureAwait(false);
            }
            _batches.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _batches.Writer.TryComplete(e is StoreException ? e : null);
        }
    }

    private async Task FollowAsync()
    {
        using var call = _store.Connection.Open<V3.WatchRequest, V3.WatchResponse>("/etcdserverpb.Watch/Watch", V3.WatchResponse.Parser, withLeader: true, out var leave, _end.Token);
        var (start, end) = _store.Keys.To(_request.Keys);
        call.Send(new V3.WatchRequest
        {
            CreateRequest = new V3.WatchCreateRequest
            {
                Key = start, RangeEnd = end, StartRevision = _next, PrevKv = _request.WithPrevious, ProgressNotify = _request.ProgressNotify,
            },
        });
        lock (_lock) _call = call;
        try
        {
            while (await call.ReadAsync().ConfigureAwait(false) is { } response)
            {
                if (response.CompactRevision > 0)
                {
                    _store.SeeCompacted(response.CompactRevision);
                    throw new CompactedException(response.CompactRevision);
                }
                if (response.Canceled)
                {
                    leave(response.CancelReason);
                    return;
                }
                if (!response.Created) await DeliverAsync(response).ConfigureAwait(false);
            }
        }
        catch (GrpcException e)
        {
            leave(e.Message);
            throw;
        }
        finally
        {
            lock (_lock) _call = null;
        }
    }

    private async ValueTask DeliverAsync(V3.WatchResponse response)
    {
        WatchBatch batch;
        if (response.Events.Count > 0)
        {
            // The header may be ahead of the events of a watch that is catching up.
            var events = new List<WatchEvent>(response.Events.Count);
            foreach (var e in response.Events)
            {
                if (e.Kv.ModRevision < _next) continue;
                var record = e.Type == V3.Event.Types.EventType.Delete
                    ? new StoreRecord(_store.Keys.From(e.Kv.Key), default, 0, e.Kv.ModRevision, 0, 0)
                    : _store.Wire.Record(e.Kv);
                events.Add(new WatchEvent(record, e.PrevKv is { } previous ? _store.Wire.Record(previous) : null));
            }
            if (events.Count == 0) return;
            batch = new WatchBatch(events[^1].Record.ModRevision, events);
        }
        else
        {
            // A member may know less than the one before it.
            if (response.Header.Revision < _next - 1) return;
            batch = new WatchBatch(response.Header.Revision, []);
        }
        lock (_lock)
        {
            if (batch.Revision >= _wanted) _asking = false;
        }
        _store.See(batch.Revision);
        await _batches.Writer.WriteAsync(batch, _end.Token).ConfigureAwait(false);
        _next = batch.Revision + 1;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
