using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>
/// The embedded store, <c>tiphys etcd</c> and etcd on one disk in one run, each for some seconds in turn and again and again, so that
/// what else the machine does meets all of them. Prints tables.
/// </summary>
internal sealed class Comparison(string directory, IReadOnlyList<ITarget> targets, int rounds, TimeSpan length)
{
    private const int ValueBytes = 100;
    private const int Objects = 100_000;
    private const int ObjectBytes = 1000;
    private static readonly int[] s_writers = [1, 8, 64];

    // How long collections that stop the process took beside the writes: the embedded store waits with it.
    private readonly List<double> _stops = [];

    public async Task RunAsync()
    {
        Directory.CreateDirectory(directory);
        Console.WriteLine($"{Environment.ProcessorCount} processors, load average {LoadAverage()}; {rounds} rounds of {length.TotalSeconds:n0} s each\n");
        foreach (var target in targets) await target.StartAsync();
        await WritesAsync();
        foreach (var target in targets) await target.StopAsync();
        await ObjectsAsync();
        Console.WriteLine($"\nload average at the end {LoadAverage()}");
    }

    private async Task WritesAsync()
    {
        Console.WriteLine("| writers | | per second, median (least, most) | p50 | p99 | longest | processor time each |\n|---|---|---|---|---|---|---|");
        var results = new Dictionary<(int, string), List<Run>>();

        // The first seconds are the runtime's: hot code is compiled anew.
        foreach (var target in targets) await WriteAsync(target, s_writers[^1], length, 0);
        for (var round = 1; round <= rounds; round++)
        {
            Add(1, "plain fdatasync", Floor.Measure(directory, length));
            foreach (var writers in s_writers)
            {
                foreach (var target in targets) Add(writers, target.Name, await WriteAsync(target, writers, length, round));
            }
        }

        foreach (var ((writers, name), runs) in results)
        {
            var rates = runs.Select(static r => r.PerSecond).Order().ToArray();
            var all = Run.Together(runs);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {writers} | {name} | {rates[rates.Length / 2]:n0} ({rates[0]:n0}, {rates[^1]:n0}) | {all.Quantile(0.5):n2} ms | {all.Quantile(0.99):n1} ms | {all.Longest:n0} ms | {runs.Average(static r => r.ProcessorMicroseconds):n0} us |"));
        }

        var stops = _stops.Count == 0 ? "none" : string.Join(", ", _stops.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{s:n0} ms")));
        Console.WriteLine($"\ncollections that stopped this process, and with it the embedded store: {stops}");

        void Add(int writers, string name, Run run)
        {
            if (!results.TryGetValue((writers, name), out var runs)) results.Add((writers, name), runs = []);
            runs.Add(run);
        }
    }

    private async Task<Run> WriteAsync(ITarget target, int writers, TimeSpan length, int round)
    {
        var before = GC.GetGCMemoryInfo(GCKind.FullBlocking).Index;
        var processor = target.ProcessorTime();
        var run = await new Writers(
            writers,
            (w, i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/ns-{round}-{writers}-{w}/pod-{i / 2:d8}")),
            (w, key) => target.PutAsync(w, key, new byte[ValueBytes])).RunAsync(length);
        processor = target.ProcessorTime() - processor;

        // There should be none; the runtime makes one of a background collection whose thread does not start in time.
        if (GC.GetGCMemoryInfo(GCKind.FullBlocking) is var last && last.Index != before) _stops.Add(last.PauseDurations[0].TotalMilliseconds);
        await target.CompactAsync();
        return run with { ProcessorMicroseconds = processor.TotalMicroseconds / run.Milliseconds.Length };
    }

    private async Task ObjectsAsync()
    {
        Console.WriteLine($"\n| {Objects:n0} objects of {ObjectBytes:n0} B more | memory before | after, compacted | per object | restart to the first read |\n|---|---|---|---|---|");
        foreach (var target in targets)
        {
            await target.StartAsync();
            var before = target.Memory();
            for (var i = 0; i < Objects; i += 1000)
                await Task.WhenAll(Enumerable.Range(i, 1000).Select(k => target.PutAsync(k, Encoding.ASCII.GetBytes($"/registry/objects/{k:d8}"), new byte[ObjectBytes]).AsTask()));
            await target.CompactAsync();
            await Task.Delay(TimeSpan.FromSeconds(2));
            var after = target.Memory();
            await target.StopAsync();
            var clock = Stopwatch.StartNew();
            await target.StartAsync();
            var took = clock.Elapsed;
            await target.StopAsync();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {target.Name} | {before >> 20} MB | {after >> 20} MB | {(after - before) / Objects:n0} B | {took.TotalSeconds:n2} s |"));
        }
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
