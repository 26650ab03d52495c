using Tiphys.Storage.Etcd.Client;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Writers, readers and a watcher go on while members of their cluster fail, and what they were told is checked.</summary>
public sealed class EtcdFaultTests(ITestOutputHelper output)
{
    private const int Keys = 6;
    private readonly Lock _lock = new();
    private readonly List<Operation> _operations = [];
    private readonly List<Change> _changes = [];
    private readonly HashSet<string> _refused = [];
    private int _events;
    private int _unknown;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_event_is_missed_or_doubled_through_faults()
    {
        using var cluster = new EtcdCluster();
        var servers = cluster.Servers;
        var stores = new List<EtcdStore>();
        using var stop = new CancellationTokenSource();
        try
        {
            // Each begins at another member.
            for (var i = 0; i < 4; i++)
                stores.Add(await OpenAsync([.. servers.Skip(i % 3), .. servers.Take(i % 3)]));
            await using var watch = stores[3].Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
            var watching = WatchAsync(watch, stop.Token);
            var working = stores.Select((s, i) => Task.Run(() => WorkAsync(s, $"c{i}", new Random(i), stop.Token))).ToArray();
            await Task.Delay(1500);

            await FaultAsync("kill", () => cluster.Kill(0), () => cluster.Start(0));
            await FaultAsync("pause", () => cluster.Pause(1), () => cluster.Resume(1));
            await FaultAsync("cut off", () => cluster.CutOff(2), () => cluster.Rejoin(2));
            await FaultAsync("cut off", () => cluster.CutOff(0), () => cluster.Rejoin(0));

            // Without a majority nothing can be acknowledged; afterwards all goes on by itself.
            cluster.Kill(1);
            cluster.Kill(2);
            await Until(() => stores[0].Health.Condition == StoreCondition.Unreachable, TimeSpan.FromSeconds(15), "the loss of the majority is noticed");
            cluster.Start(1);
            cluster.Start(2);
            await WritesGoOnAsync("majority back");

            await stop.CancelAsync();
            await Task.WhenAll(working);
            var last = await stores[0].ReadRevisionAsync();
            watch.RequestProgress();
            await Until(() => Count(_changes) >= last - 1, TimeSpan.FromSeconds(10), "the watch has everything");
            await stores[3].DisposeAsync();
            await watching;
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var store in stores) await store.DisposeAsync();
        }

        output.WriteLine($"{_operations.Count} operations, {_operations.Count(static o => !o.IsKnown)} without an answer ({_unknown} writes of unknown outcome, {_refused.Count} refused for want of a member), {_changes.Count} changes");
        Assert.DoesNotContain(_changes, c => c.Value is not null && _refused.Contains(c.Value));
        Assert.Null(HistoryChecker.Check(_operations, _changes));
        Assert.True(_changes.Count > 500);
    }

    private static async Task<EtcdStore> OpenAsync(IReadOnlyList<Uri> servers)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await EtcdStore.OpenAsync(new EtcdStoreOptions { Servers = servers, CompactionInterval = null });
            }
            catch (StoreUnavailableException) when (tries < 5)
            {
                // The cluster is electing its first leader.
            }
        }
    }

    private async Task FaultAsync(string name, Action begin, Action end)
    {
        begin();
        await WritesGoOnAsync(name);
        await Task.Delay(TimeSpan.FromSeconds(1));
        end();
        await WritesGoOnAsync(name + " ended");
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    /// <summary>Waits until every client has had a write acknowledged that it began after now.</summary>
    private async Task WritesGoOnAsync(string what)
    {
        var since = Volatile.Read(ref _events);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Until(
            () =>
            {
                lock (_lock)
                    return _operations.Where(o => o.Called > since && o is { IsKnown: true, Succeeded: true, Kind: OperationKind.PutIf }).Select(static o => o.Value[..2]).Distinct().Count() == 4;
            },
            TimeSpan.FromSeconds(20), $"every client writes again ({what})");
        output.WriteLine($"{what}: all clients write after {watch.ElapsedMilliseconds} ms");
    }

    private async Task WatchAsync(IWatch watch, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var batch = await watch.ReadAsync(CancellationToken.None);
                lock (_lock)
                {
                    foreach (var e in batch.Events)
                        _changes.Add(new Change(e.Record.ModRevision, e.Record.Key.Text(), e.IsDelete ? null : e.Record.Value.Text()));
                }
            }
        }
        catch (ObjectDisposedException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task WorkAsync(EtcdStore store, string client, Random random, CancellationToken stop)
    {
        var mods = new Dictionary<string, long>();
        for (var n = 0; !stop.IsCancellationRequested; n++)
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
                        var put = await store.PutIfAsync(key.Bytes(), id.Bytes(), expected, cancellationToken: CancellationToken.None);
                        Answer(put.Succeeded, put.Revision, put.Record);
                        break;
                }
            }
            catch (WriteOutcomeUnknownException)
            {
                mods.Remove(key);
                Interlocked.Increment(ref _unknown);
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
                    operation.SeenValue = record?.Value.Text();
                }
            }
        }
    }

    private int Count(List<Change> changes)
    {
        lock (_lock) return changes.Count;
    }

    private static async Task Until(Func<bool> condition, TimeSpan limit, string what)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < limit, $"not within {limit.TotalSeconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
