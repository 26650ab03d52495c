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
            foreach (var writers in s_writers)
            {
                Add(writers, "plain fdatasync", Floor.Measure(directory, length));
                foreach (var target in targets) Add(writers, target.Name, await WriteAsync(target, writers, length, round));
            }
        }

        foreach (var ((writers, name), runs) in results)
        {
            if (name == "plain fdatasync" && writers != 1) continue;
            var rates = runs.Select(static r => r.Rate).Order().ToArray();
            var all = runs.SelectMany(static r => r.Milliseconds).Order().ToArray();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {writers} | {name} | {rates[rates.Length / 2]:n0} ({rates[0]:n0}, {rates[^1]:n0}) | {all[all.Length / 2]:n2} ms | {all[(int)(all.Length * 0.99)]:n1} ms | {all[^1]:n0} ms | {runs.Average(static r => r.ProcessorMicroseconds):n0} us |"));
        }

        void Add(int writers, string name, Run run)
        {
            if (!results.TryGetValue((writers, name), out var runs)) results.Add((writers, name), runs = []);
            runs.Add(run);
        }
    }

    private static async Task<Run> WriteAsync(ITarget target, int writers, TimeSpan length, int round)
    {
        var latencies = Enumerable.Range(0, writers).Select(static _ => new List<double>()).ToArray();
        var processor = target.ProcessorTime();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; clock.Elapsed < length; i++)
            {
                var key = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/ns-{round}-{writers}-{w}/pod-{i / 2:d8}"));
                var started = Stopwatch.GetTimestamp();
                await target.PutAsync(w, key, new byte[ValueBytes]);
                latencies[w].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        })));
        var elapsed = clock.Elapsed;
        processor = target.ProcessorTime() - processor;
        await target.CompactAsync();
        double[] all = [.. latencies.SelectMany(static l => l)];
        return new Run(all.Length / elapsed.TotalSeconds, all) { ProcessorMicroseconds = processor.TotalMicroseconds / all.Length };
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

/// <summary>What was measured once.</summary>
internal sealed record Run(double Rate, double[] Milliseconds)
{
    /// <summary>Processor time of one write, which a busy machine does not change as it changes all else.</summary>
    public double ProcessorMicroseconds { get; init; }
}
