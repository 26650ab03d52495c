using System.Diagnostics;
using System.Text;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Bench;

internal static partial class Scenarios
{
    private static async Task Restart(string directory)
    {
        var options = new EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null, CheckpointBytes = 1 << 20 };
        await using (var store = EmbeddedStore.Open(options))
            await Fill(store);
        for (var i = 0; i < 3; i++)
            await Reopen(options, "from the log");
        await using (var store = EmbeddedStore.Open(options))
        {
            await store.CompactAsync(store.CurrentRevision);
            await WaitForCheckpoint(directory);
        }
        for (var i = 0; i < 3; i++)
            await Reopen(options, "from a checkpoint");
    }

    private static async Task Reopen(EmbeddedStoreOptions options, string what)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (cpu, paused) = (Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
        var clock = Stopwatch.StartNew();
        await using var store = EmbeddedStore.Open(options);
        var opened = clock.Elapsed;
        (cpu, paused) = (Environment.CpuUsage.TotalTime - cpu, GC.GetTotalPauseDuration() - paused);
        var status = await store.GetStatusAsync();
        var held = GC.GetTotalMemory(forceFullCollection: true);
        Report($"restart {what}: {status.Keys} objects of {ObjectBytes} B, {status.DiskBytes >> 20} MiB on disk: {opened.TotalMilliseconds:n0} ms ({cpu.TotalMilliseconds:n0} ms of processor time, {paused.TotalMilliseconds:n0} ms of collections); {(held - before) >> 20} MiB of memory, {before >> 20} before");
    }

    private static async Task WaitForCheckpoint(string directory)
    {
        while (Directory.GetFiles(directory, "*.checkpoint").Length == 0)
            await Task.Delay(20);
    }

    /// <summary>The latency of single writes beside a checkpoint of everything, against that of the same writes without one.</summary>
    private static async Task CheckpointStall(string directory)
    {
        var options = new EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null, CheckpointBytes = 1 << 20 };
        await using var store = EmbeddedStore.Open(options);
        await Fill(store);
        for (var round = 0; round < 3; round++)
        {
            foreach (var (what, writers) in new[] { ("1 writer ", 1), ("16 writers", 16) })
            {
                using (var quiet = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
                    Report($"checkpoint: {what} without   {await Pace(store, writers, quiet.Token)}");
                var old = Newest(directory);
                using var done = new CancellationTokenSource();
                var paused = GC.GetTotalPauseDuration();
                var clock = Stopwatch.StartNew();
                var writing = Pace(store, writers, done.Token);
                // Compacting frees nothing until the checkpoint is written, which is the heaviest it can get.
                await store.CompactAsync(store.CurrentRevision);
                while (Newest(directory) == old)
                    await Task.Delay(5);
                var took = clock.Elapsed;
                await Task.Delay(200);
                await done.CancelAsync();
                Report($"checkpoint: {what} beside    {await writing}; it took {took.TotalMilliseconds:n0} ms, collections {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:n1} ms");
                await Churn(store);
            }
        }
    }

    private static string? Newest(string directory) => Directory.GetFiles(directory, "*.checkpoint").Order(StringComparer.Ordinal).LastOrDefault();

    // Enough new log that the next checkpoint is worth writing.
    private static async Task Churn(EmbeddedStore store)
    {
        for (var i = 0; i < Objects; i += 1000)
        {
            await Task.WhenAll(Enumerable.Range(i, 1000).Select(async k =>
                await store.PutIfAsync(Key(k), Value(k, ObjectBytes), (await store.GetAsync(Key(k))).Record!.ModRevision)));
        }
    }

    private static async Task<string> Pace(EmbeddedStore store, int writers, CancellationToken stop)
    {
        var run = await (await LeaseWriters.OfAsync(store, writers)).RunAsync(stop);
        return $"{run} (ended {run.LongestBeforeEnd.TotalMilliseconds:n0} ms before the end)";
    }

    private static async Task Snapshot(string directory)
    {
        await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = Path.Combine(directory, "db"), HistoryWindow = null });
        await Fill(store);
        using var done = new CancellationTokenSource();
        var writing = Pace(store, 1, done.Token);
        await Task.Delay(300);
        var clock = Stopwatch.StartNew();
        var file = Path.Combine(directory, "snapshot");
        var info = await SnapshotFile.SaveAsync(file, s => store.SaveSnapshotAsync(s));
        var saved = clock.Elapsed;
        await done.CancelAsync();
        Report($"snapshot: {info.TotalKeys} objects, {info.TotalSize >> 20} MiB saved and verified in {saved.TotalMilliseconds:n0} ms; 1 writer beside it {await writing}");
        clock.Restart();
        SnapshotFile.Restore(file, Path.Combine(directory, "restored"));
        Report($"snapshot: restored in {clock.Elapsed.TotalMilliseconds:n0} ms");
    }

    /// <summary>
    /// A week of a cluster of 100 nodes as fast as it goes: node leases and statuses renewed, events created and expired. The
    /// history is compacted after as many changes as five minutes bring.
    /// </summary>
    private static async Task Week(string directory)
    {
        const int nodes = 100;
        const int eventsPerMinute = 60;
        var options = new EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null };
        await using var store = EmbeddedStore.Open(options);
        var clock = Stopwatch.StartNew();
        var (worst, largest) = (TimeSpan.Zero, 0L);
        var mods = new long[nodes * 2];
        for (var minute = 0; minute < 7 * 24 * 60; minute++)
        {
            var started = Stopwatch.GetTimestamp();
            // Every node renews its Lease six times a minute; its status goes every five minutes.
            for (var beat = 0; beat < 6; beat++)
                await Task.WhenAll(Enumerable.Range(0, nodes).Select(n => Renew(n, 400)));
            await Task.WhenAll(Enumerable.Range(0, nodes / 5).Select(i => Renew(nodes + (i * 5) + (minute % 5), 6000)));
            await Task.WhenAll(Enumerable.Range(0, eventsPerMinute).Select(e =>
                store.PutIfAsync(Encoding.ASCII.GetBytes($"/registry/events/default/e{minute}-{e}"), new byte[700], 0).AsTask()));
            if (minute >= 60)
                await store.TxnAsync(new TxnRequest([], [new DeleteOperation(KeyRange.Prefix(Encoding.ASCII.GetBytes($"/registry/events/default/e{minute - 60}-")))], []));
            var took = Stopwatch.GetElapsedTime(started);
            worst = took > worst ? took : worst;
            if (minute % 5 == 4 && store.CurrentRevision > 10_000)
                await store.CompactAsync(Math.Max(store.CurrentRevision - (5 * 700), store.CompactedRevision + 1));
            if (minute % 60 == 59)
                largest = Math.Max(largest, Directory.GetFiles(directory).Select(static f => new FileInfo(f)).Sum(static f => f.Exists ? f.Length : 0));
        }
        var process = Process.GetCurrentProcess();
        Report($"week: {store.CurrentRevision} revisions in {clock.Elapsed.TotalSeconds:n1} s; largest on disk {largest >> 20} MiB; worst minute {worst.TotalMilliseconds:n1} ms; peak memory {process.PeakWorkingSet64 >> 20} MiB");

        async Task Renew(int n, int bytes) =>
            mods[n] = (await store.PutIfAsync(Encoding.ASCII.GetBytes($"/registry/leases/{n}"), new byte[bytes], mods[n])).Revision;
    }
}
