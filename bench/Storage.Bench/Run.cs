using System.Globalization;

namespace Tiphys.Storage.Bench;

/// <summary>What was measured once: how long each of many operations took.</summary>
/// <param name="Elapsed">How long all of them took together, many at a time.</param>
/// <param name="Milliseconds">How long each took, the shortest first.</param>
internal sealed record Run(TimeSpan Elapsed, double[] Milliseconds)
{
    /// <summary>Processor time of one operation, which a busy machine does not change as it changes all else.</summary>
    public double ProcessorMicroseconds { get; init; }

    /// <summary>How long before the end the longest ended.</summary>
    public TimeSpan LongestBeforeEnd { get; init; }

    public double PerSecond => Milliseconds.Length / Elapsed.TotalSeconds;

    public double Longest => Quantile(1);

    /// <summary>Several as if they were one.</summary>
    public static Run Together(IReadOnlyCollection<Run> runs) =>
        new(TimeSpan.FromTicks(runs.Sum(static r => r.Elapsed.Ticks)), [.. runs.SelectMany(static r => r.Milliseconds).Order()]);

    public double Quantile(double q) => Milliseconds.Length == 0 ? double.NaN : Milliseconds[Math.Min((int)(Milliseconds.Length * q), Milliseconds.Length - 1)];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{PerSecond,9:n0} /s   p50 {Quantile(0.5):n3}  p90 {Quantile(0.9):n3}  p99 {Quantile(0.99):n3}  p99.9 {Quantile(0.999):n3}  max {Longest:n3} ms");
}
