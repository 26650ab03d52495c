using System.Diagnostics;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>What the disk allows: one thread that appends a little to a file and waits for fdatasync, again and again.</summary>
internal static class Floor
{
    private const int Bytes = 300;

    public static Run Measure(string directory, TimeSpan length)
    {
        using var stop = new CancellationTokenSource(length);
        return Measure(directory, stop.Token);
    }

    public static Run Measure(string directory, CancellationToken stop)
    {
        var path = Path.Combine(directory, $"floor-{Guid.NewGuid():n}");
        var milliseconds = new List<double>();
        var clock = Stopwatch.StartNew();
        using (var file = PhysicalDisk.Instance.Open(path, create: true))
        {
            var bytes = new byte[Bytes];
            for (long at = 0; !stop.IsCancellationRequested; at += Bytes)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(bytes, at);
                file.Sync();
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        var elapsed = clock.Elapsed;
        File.Delete(path);
        return new Run(elapsed, [.. milliseconds.Order()]);
    }
}
