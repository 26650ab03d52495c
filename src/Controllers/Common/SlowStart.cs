namespace Tiphys.Controllers;

/// <summary>Does the same thing many times in growing batches, so that what fails for all fails only once or twice.</summary>
internal static class SlowStart
{
    /// <summary>Runs batches of 1, 2, 4, ... until done, or until a batch has a failure.</summary>
    /// <param name="count">How often.</param>
    /// <param name="step">What, given its number.</param>
    /// <returns>How many succeeded, and the first failure.</returns>
    public static async Task<(int Succeeded, Exception? Error)> RunAsync(int count, Func<int, Task> step)
    {
        var done = 0;
        var succeeded = 0;
        for (var size = 1; done < count; size *= 2)
        {
            var batch = Math.Min(size, count - done);
            var (ok, error) = await AllAsync(Enumerable.Range(done, batch).Select(step));
            succeeded += ok;
            done += batch;
            if (error is not null) return (succeeded, error);
        }

        return (succeeded, null);
    }

    /// <summary>Waits for all; counts successes and keeps the first failure.</summary>
    public static async Task<(int Succeeded, Exception? Error)> AllAsync(IEnumerable<Task> steps)
    {
        var tasks = steps.ToArray();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Exception? error = null;
        var succeeded = 0;
        foreach (var task in tasks)
        {
            if (task.IsCompletedSuccessfully) succeeded++;
            else error ??= task.Exception?.InnerException ?? new OperationCanceledException();
        }

        return (succeeded, error);
    }
}
