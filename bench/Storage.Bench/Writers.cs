using System.Diagnostics;

namespace Tiphys.Storage.Bench;

/// <summary>Writers beside each other, each of which writes once the last of its writes is answered.</summary>
/// <param name="count">How many there are; they are told apart by their numbers from 0.</param>
/// <param name="key">The key a writer writes next, by the writer's number and that of its write; not measured.</param>
/// <param name="write">Writes a writer's key.</param>
internal sealed class Writers(int count, Func<int, int, byte[]> key, Func<int, byte[], ValueTask> write)
{
    /// <summary>Writes for so long.</summary>
    public Task<Run> RunAsync(TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        return RunAsync(() => clock.Elapsed >= length);
    }

    /// <summary>Writes until told to stop.</summary>
    public Task<Run> RunAsync(CancellationToken stop) => RunAsync(() => stop.IsCancellationRequested);

    private async Task<Run> RunAsync(Func<bool> ended)
    {
        var clock = Stopwatch.StartNew();
        var writers = await Task.WhenAll(Enumerable.Range(0, count).Select(w => Task.Run(() => WriteAsync(w, ended))));
        var (end, elapsed) = (Stopwatch.GetTimestamp(), clock.Elapsed);
        return new Run(elapsed, [.. writers.SelectMany(static w => w.Milliseconds).Order()])
        {
            LongestBeforeEnd = Stopwatch.GetElapsedTime(writers.MaxBy(static w => w.Longest).LongestEnd, end),
        };
    }

    private async Task<(List<double> Milliseconds, double Longest, long LongestEnd)> WriteAsync(int writer, Func<bool> ended)
    {
        var milliseconds = new List<double>();
        var (longest, longestEnd) = (0d, 0L);
        for (var i = 0; !ended(); i++)
        {
            var next = key(writer, i);
            var start = Stopwatch.GetTimestamp();
            await write(writer, next);
            var end = Stopwatch.GetTimestamp();
            var took = Stopwatch.GetElapsedTime(start, end).TotalMilliseconds;
            milliseconds.Add(took);
            if (took > longest) (longest, longestEnd) = (took, end);
        }
        return (milliseconds, longest, longestEnd);
    }
}
