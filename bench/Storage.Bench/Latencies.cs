using System.Diagnostics;
using System.Globalization;

namespace Tiphys.Storage.Bench;

/// <summary>Collects how long operations took; each worker has its own, which are merged at the end.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];

    public int Count => _ticks.Count;

    public void Add(long started) => _ticks.Add(Stopwatch.GetTimestamp() - started);

    public static string Describe(IEnumerable<Latencies> all, TimeSpan elapsed)
    {
        var ticks = all.SelectMany(static l => l._ticks).Order().ToArray();
        return ticks.Length == 0
            ? "nothing"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{ticks.Length / elapsed.TotalSeconds,9:n0} /s   p50 {At(0.5):n3}  p90 {At(0.9):n3}  p99 {At(0.99):n3}  p99.9 {At(0.999):n3}  max {At(1):n3} ms");

        double At(double q) => Stopwatch.GetElapsedTime(0, ticks[Math.Min((int)(ticks.Length * q), ticks.Length - 1)]).TotalMilliseconds;
    }
}
