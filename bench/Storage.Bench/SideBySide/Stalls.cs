using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>
/// How long writes wait beside a checkpoint of everything and beside compaction, and how long a plain append and fdatasync to the same
/// disk waits in the same moments: what the store adds is the difference.
/// </summary>
internal sealed class Stalls(string directory, int rounds)
{
    private const int Objects = 100_000;
    private const int ObjectBytes = 2048;
    private const int Writers = 8;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Directory.CreateDirectory(directory);
        var data = Path.Combine(directory, "stalls");
        await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = data, HistoryWindow = null, CheckpointBytes = 1L << 40 });
        await ChurnAsync(store);
        Console.WriteLine($"\n{Writers} writers, and one plain loop of append and fdatasync in the same moments\n");
        Console.WriteLine("| | plain: p50 | p99 | longest | store: p50 | p99 | longest | took |\n|---|---|---|---|---|---|---|---|");
        for (var round = 0; round < rounds; round++)
        {
            await PhaseAsync("nothing else", store, () => Task.Delay(s_quiet));
            await PhaseAsync("compaction of 100,000 changes", store, async () =>
            {
                await store.CompactAsync(store.CurrentRevision);
                await Task.Delay(s_quiet);
            });
            await PhaseAsync("checkpoint of 200 MB", store, store.CheckpointAsync);
            await ChurnAsync(store);
        }
    }

    private async Task PhaseAsync(string name, EmbeddedStore store, Func<Task> work)
    {
        using var done = new CancellationTokenSource();
        var floor = Task.Factory.StartNew(() => Floor.Measure(directory, done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var writing = (await LeaseWriters.OfAsync(store, Writers)).RunAsync(done.Token);
        var clock = Stopwatch.StartNew();
        await work();
        var took = clock.Elapsed;
        await done.CancelAsync();
        Console.WriteLine($"| {name} | {Show(await floor)} | {Show(await writing)} | {took.TotalSeconds:n1} s |");
    }

    private static string Show(Run run) =>
        string.Create(CultureInfo.InvariantCulture, $"{run.Quantile(0.5):n2} ms | {run.Quantile(0.99):n1} ms | {run.Longest:n1} ms");

    private static async Task ChurnAsync(EmbeddedStore store)
    {
        for (var i = 0; i < Objects; i += 1000)
        {
            await Task.WhenAll(Enumerable.Range(i, 1000).Select(async k =>
            {
                var key = Encoding.ASCII.GetBytes($"/registry/pods/namespace-{k % 50}/pod-{k:d8}");
                var value = new byte[ObjectBytes];
                new Random(k).NextBytes(value);
                await store.PutIfAsync(key, value, (await store.GetAsync(key)).Record?.ModRevision ?? 0);
            }));
        }
    }
}
