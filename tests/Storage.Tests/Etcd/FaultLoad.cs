using System.Diagnostics;
using Tiphys.Storage.Etcd.Client;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Clients that read and write a few keys of a cluster and one that watches them all, whatever happens; what they were told is checked at the end.</summary>
internal sealed class FaultLoad : IAsyncDisposable
{
    private const int Clients = 4;
    private const int Keys = 6;
    private const char Filler = '~';

    private readonly ITestOutputHelper _output;
    private readonly Lock _lock = new();
    private readonly List<Operation> _operations = [];
    private readonly List<Change> _changes = [];
    private readonly HashSet<string> _refused = [];
    private readonly List<EtcdStore> _stores = [];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _working = [];
    private Task _watching = Task.CompletedTask;
    private IWatch? _watch;
    private int _events;
    private int _unknown;
    private int _full;

    private FaultLoad(ITestOutputHelper output) => _output = output;

    /// <summary>The clients' stores; each began at another member.</summary>
    public IReadOnlyList<EtcdStore> Stores => _stores;

    /// <summary>Bytes that are added to each value, so that databases grow.</summary>
    public int Padding { get; set; }

    /// <summary>Starts the clients.</summary>
    public static async Task<FaultLoad> StartAsync(IReadOnlyList<Uri> servers, ITestOutputHelper output)
    {
        var load = new FaultLoad(output);
        for (var i = 0; i < Clients; i++)
            load._stores.Add(await OpenAsync([.. servers.Skip(i % servers.Count), .. servers.Take(i % servers.Count)]));
        load._watch = load._stores[^1].Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        load._watching = load.WatchAsync(load._watch);
        load._working = [.. load._stores.Select((s, i) => Task.Run(() => load.WorkAsync(s, $"c{i}", new Random(i))))];
        return load;
    }

    /// <summary>Does harm, and undoes it; the clients must go on each time.</summary>
    public async Task FaultAsync(string name, Action begin, Action end)
    {
        begin();
        await WritesGoOnAsync(name);
        await Task.Delay(TimeSpan.FromSeconds(1));
        end();
        await WritesGoOnAsync(name + " ended");
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    /// <summary>Waits until every client has had a write answered that it began after now, whether its comparison held or not.</summary>
    public async Task WritesGoOnAsync(string what)
    {
        var since = Volatile.Read(ref _events);
        var clock = Stopwatch.StartNew();
        await Patience.UntilAsync(
            () =>
            {
                lock (_lock)
                    return _operations.Where(o => o.Called > since && o is { IsKnown: true, Kind: OperationKind.PutIf }).Select(static o => o.Value[..2]).Distinct().Count() == Clients;
            },
            $"every client writes again ({what})");
        _output.WriteLine($"{what}: all clients write after {clock.ElapsedMilliseconds} ms");
    }

    /// <summary>Waits until so many more operations have been answered.</summary>
    public async Task AnsweredAsync(int count)
    {
        int Answered()
        {
            lock (_lock) return _operations.Count(static o => o.IsKnown);
        }

        var before = Answered();
        await Patience.UntilAsync(() => Answered() >= before + count, $"{count} more operations are answered");
    }

    /// <summary>Waits until writes are refused for want of space.</summary>
    public async Task WritesAreRefusedForSpaceAsync()
    {
        var before = Volatile.Read(ref _full);
        await Patience.UntilAsync(() => Volatile.Read(ref _full) >= before + 10, "writes are refused for want of space");
    }

    /// <summary>Waits until the watch has told everything up to the current revision, and returns that.</summary>
    public async Task<long> WatchedAsync()
    {
        var last = await _stores[0].ReadRevisionAsync();
        await Patience.UntilAsync(
            () =>
            {
                _watch!.RequestProgress();
                lock (_lock) return _changes.Count >= last - 1;
            },
            "the watch has everything");
        return last;
    }

    /// <summary>Ends the clients and checks what they were told.</summary>
    public async Task CheckAsync()
    {
        // A fault may be over before there is a history worth checking.
        await Patience.UntilAsync(() => { lock (_lock) return _changes.Count > 50; }, "there is something to check");
        await _stop.CancelAsync();
        await Task.WhenAll(_working);
        await WatchedAsync();
        await DisposeAsync();
        _output.WriteLine($"{_operations.Count} operations, {_operations.Count(static o => !o.IsKnown)} without an answer ({_unknown} writes of unknown outcome, {_refused.Count} refused, {_full} for want of space), {_changes.Count} changes");
        Assert.DoesNotContain(_changes, c => c.Value is not null && _refused.Contains(c.Value));
        Assert.Null(HistoryChecker.Check(_operations, _changes));
        Assert.True(_changes.Count > 50);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var store in _stores) await store.DisposeAsync();
        await _watching;
    }

    private static async Task<EtcdStore> OpenAsync(IReadOnlyList<Uri> servers)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await EtcdStore.OpenAsync(new EtcdStoreOptions { Servers = servers, CompactionInterval = null });
            }
            catch (StoreUnavailableException) when (clock.Elapsed < Patience.Limit)
            {
                // The cluster is electing its first leader.
            }
        }
    }

    private async Task WatchAsync(IWatch watch)
    {
        try
        {
            while (true)
            {
                var batch = await watch.ReadAsync(CancellationToken.None);
                lock (_lock)
                {
                    foreach (var e in batch.Events)
                        _changes.Add(new Change(e.Record.ModRevision, e.Record.Key.Text(), e.IsDelete ? null : Id(e.Record)));
                }
            }
        }
        catch (ObjectDisposedException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task WorkAsync(EtcdStore store, string client, Random random)
    {
        var mods = new Dictionary<string, long>();
        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            var (id, key) = ($"{client}.{n}", $"k{random.Next(Keys)}");
            var expected = mods.GetValueOrDefault(key);
            var kind = random.Next(8) switch { 0 or 1 => OperationKind.Get, 2 => OperationKind.DeleteIf, _ => OperationKind.PutIf };
            Operation operation;
            lock (_lock)
                _operations.Add(operation = new Operation(kind, key, kind == OperationKind.Get ? 0 : expected, id, Interlocked.Increment(ref _events)));
            try
            {
                switch (kind)
                {
                    case OperationKind.Get:
                        var got = await store.GetAsync(key.Bytes(), cancellationToken: CancellationToken.None);
                        Answer(false, got.Revision, got.Record);
                        break;
                    case OperationKind.DeleteIf:
                        var deleted = await store.DeleteIfAsync(key.Bytes(), expected, CancellationToken.None);
                        Answer(deleted.Succeeded, deleted.Revision, deleted.Record);
                        break;
                    default:
                        var put = await store.PutIfAsync(key.Bytes(), (id + new string(Filler, Padding)).Bytes(), expected, cancellationToken: CancellationToken.None);
                        Answer(put.Succeeded, put.Revision, put.Record);
                        break;
                }
            }
            catch (WriteOutcomeUnknownException e)
            {
                mods.Remove(key);
                Interlocked.Increment(ref e.Message.Contains("space exceeded", StringComparison.Ordinal) ? ref _full : ref _unknown);
            }
            catch (StoreUnavailableException)
            {
                if (kind == OperationKind.PutIf)
                {
                    lock (_lock) _refused.Add(id);
                }
            }
            await Task.Delay(3, CancellationToken.None);

            void Answer(bool succeeded, long revision, StoreRecord? record)
            {
                mods[key] = record?.ModRevision ?? 0;
                lock (_lock)
                {
                    operation.Returned = Interlocked.Increment(ref _events);
                    operation.Succeeded = succeeded;
                    operation.Revision = revision;
                    operation.SeenRevision = record?.ModRevision ?? 0;
                    operation.SeenValue = record is null ? null : Id(record);
                }
            }
        }
    }

    private static string Id(StoreRecord record) => record.Value.Text().TrimEnd(Filler);
}
