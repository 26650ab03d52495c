using System.Diagnostics;
using System.Globalization;

namespace Tiphys.Load;

/// <summary>What every scenario is given.</summary>
internal sealed record LoadSettings(int Count, int Parallel, int Nodes, int Watchers, string Image);

/// <summary>Runs operations at a fixed parallelism and keeps their latencies.</summary>
internal static class Meter
{
    /// <summary>Runs <paramref name="count"/> operations and prints one line.</summary>
    public static async Task RunAsync(string name, int count, int parallel, Func<int, Task> operation)
    {
        var latencies = new long[count];
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
            {
                var at = Stopwatch.GetTimestamp();
                await operation(i);
                latencies[i] = Stopwatch.GetTimestamp() - at;
            }
        })));
        Print(name, count, Stopwatch.GetElapsedTime(started), latencies);
    }

    /// <summary>Prints one line of results.</summary>
    public static void Print(string name, int count, TimeSpan elapsed, long[] latencies)
    {
        Array.Sort(latencies);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-16} {count / elapsed.TotalSeconds,10:0} /s   p50 {Ms(0.5),8:0.00} ms   p90 {Ms(0.9),8:0.00} ms   p99 {Ms(0.99),8:0.00} ms   max {Ms(1),8:0.00} ms   ({count} in {elapsed.TotalSeconds:0.00} s)"));

        double Ms(double quantile) => latencies.Length == 0 ? 0 : latencies[Math.Min(latencies.Length - 1, (int)(latencies.Length * quantile))] * 1000.0 / Stopwatch.Frequency;
    }
}
