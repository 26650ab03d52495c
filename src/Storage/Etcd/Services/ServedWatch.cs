using Filter = Tiphys.Storage.Etcd.V3.WatchCreateRequest.Types.FilterType;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>One watch of a stream.</summary>
internal sealed class ServedWatch
{
    private readonly bool _noPuts;
    private readonly bool _noDeletes;
    private readonly bool _fragment;
    private readonly int _mostBytes;
    private CancellationTokenSource? _stop;
    private Task _pump = Task.CompletedTask;
    private long _reached;

    /// <param name="id">Its id on its stream.</param>
    /// <param name="request">What the caller asked for.</param>
    /// <param name="source">The store's watch; owned.</param>
    /// <param name="from">The first revision it delivers.</param>
    /// <param name="mostBytes">How large a response becomes before it is divided.</param>
    public ServedWatch(long id, V3.WatchCreateRequest request, IWatch source, long from, int mostBytes)
    {
        (Id, Source, _reached, _mostBytes) = (id, source, from - 1, mostBytes);
        (_fragment, WantsProgress) = (request.Fragment, request.ProgressNotify);
        _noPuts = request.Filters.Contains(Filter.Noput);
        _noDeletes = request.Filters.Contains(Filter.Nodelete);
    }

    public long Id { get; }

    public IWatch Source { get; }

    /// <summary>Whether the caller wants to hear now and then that nothing happened.</summary>
    public bool WantsProgress { get; }

    /// <summary>Everything up to this revision has been queued for the caller.</summary>
    public long Reached
    {
        get => Volatile.Read(ref _reached);
        set => Volatile.Write(ref _reached, value);
    }

    public void Start(Func<ServedWatch, CancellationToken, Task> pump, CancellationToken cancel)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var token = _stop.Token;
        _pump = Task.Run(() => pump(this, token), CancellationToken.None);
    }

    public void RequestProgress() => Source.RequestProgress();

    public async ValueTask StopAsync()
    {
        if (_stop is { } stop)
            await stop.CancelAsync();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Source.DisposeAsync();
        _stop?.Dispose();
    }

    /// <summary>
    /// The responses for a batch. A large one is divided: inside a revision only when the caller can put fragments together,
    /// otherwise between two.
    /// </summary>
    /// <param name="batch">What the store delivered.</param>
    /// <param name="member">Who answers.</param>
    /// <param name="compacted">The compacted revision: what a change replaced before it is forgotten, as etcd forgets it.</param>
    public IEnumerable<V3.WatchResponse> Respond(WatchBatch batch, Member member, long compacted)
    {
        V3.WatchResponse? response = null;
        var bytes = 0;
        for (var i = 0; i < batch.Events.Count; i++)
        {
            var change = batch.Events[i];
            if (change.IsDelete ? _noDeletes : _noPuts)
                continue;
            if (change.Previous is not null && change.Record.ModRevision <= compacted)
                change = change with { Previous = null };
            var size = Size(change);
            if (response is not null && bytes + size > _mostBytes)
            {
                var last = response.Events[^1].Kv.ModRevision;
                if (_fragment || last != change.Record.ModRevision)
                {
                    response.Fragment = _fragment;
                    if (!_fragment)
                        response.Header.Revision = last;
                    yield return response;
                    (response, bytes) = (null, 0);
                }
            }
            response ??= new V3.WatchResponse { Header = member.Header(batch.Revision), WatchId = Id };
            response.Events.Add(Records.ToWire(change));
            bytes += size;
        }
        if (response is not null)
            yield return response;
    }

    // What the numbers and the framing take beside keys and values, generously.
    private static int Size(in WatchEvent change) => Size(change.Record) + (change.Previous is { } previous ? Size(previous) : 0);

    private static int Size(StoreRecord record) => record.Key.Length + record.Value.Length + 64;
}
