using System.Diagnostics;
using System.Globalization;

namespace Tiphys.Storage.Bench;

/// <summary>Collects how long operations took; each worker has its own, which are merged at the end.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];

    public int Count => _ticks.Count;

    /// <summary>The longest, and when it ended.</summary>
    public (long Ticks, long At) Worst { get; private set; }

    public void Add(long started)
    {
        var now = Stopwatch.GetTimestamp();
        _ticks.Add(now - started);
        if (now - started > Worst.Ticks)
            Worst = (now - started, now);
    }

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
