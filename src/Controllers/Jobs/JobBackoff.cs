using System.Collections.Concurrent;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>How often a job's pods failed in a row, and when last.</summary>
/// <param name="Failures">Failures since the last success.</param>
/// <param name="Last">When the last one was.</param>
internal sealed record BackoffRecord(int Failures, DateTimeOffset? Last)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>No failures.</summary>
    public static BackoffRecord None { get; } = new(0, null);

    /// <summary>The record with pods that have ended since.</summary>
    public BackoffRecord With(IReadOnlyList<Pod> succeeded, IReadOnlyList<Pod> failed, DateTimeOffset now)
    {
        if (succeeded.Count == 0) return failed.Count == 0 ? this : new(Failures + failed.Count, failed.Max(p => p.FinishedAt(now)));
        var success = succeeded.Max(p => p.FinishedAt(now));
        var later = failed.Where(p => p.FinishedAt(now) > success).ToList();
        return later.Count == 0 ? None : new(later.Count, later.Max(p => p.FinishedAt(now)));
    }

    /// <summary>Time until the next pod may start.</summary>
    public TimeSpan Remaining(DateTimeOffset now) => Failures == 0 || Last is not { } last ? TimeSpan.Zero : Delay(Failures, last, now);

    /// <summary>Time until a pod may start after this many failures, the last at this time.</summary>
    public static TimeSpan Delay(int failures, DateTimeOffset last, DateTimeOffset now)
    {
        var seconds = First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30));
        var rest = TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds)) - (now - last);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
