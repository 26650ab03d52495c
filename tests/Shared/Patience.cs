using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tiphys.Testing;

/// <summary>
/// How tests wait for what must come. The limit is far above any stall of a busy machine, and is used up only when something is
/// broken: no test may depend on how soon it comes.
/// </summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until a condition holds; a failure says which one never did.</summary>
    public static Task UntilAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") =>
        UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>The same for a condition that must be asked for.</summary>
    public static Task UntilAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "") =>
        ForAsync(holds, static held => held, what);

    /// <summary>Asks until the answer is the one waited for; a failure tells the last one.</summary>
    public static async Task<T> ForAsync<T>(Func<Task<T>> ask, Func<T, bool> enough, [CallerArgumentExpression(nameof(enough))] string what = "")
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (enough(answer)) return answer;
            Assert.True(Stopwatch.GetElapsedTime(since) < Limit, $"not within {Limit.TotalSeconds} s: {what}; still {answer}");
            await Task.Delay(s_pause, TestContext.Current.CancellationToken);
        }
    }
}
