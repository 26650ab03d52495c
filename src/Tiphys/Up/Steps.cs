using System.Globalization;

namespace Tiphys.Up;

/// <summary>Shows progress: one line a step, with its time once it is done.</summary>
internal sealed class Steps(TextWriter output, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Time since the first step.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>Runs one step.</summary>
    /// <param name="what">What it does, as an unfinished sentence.</param>
    /// <param name="run">Does it; the text returned is added to the line.</param>
    public async Task RunAsync(string what, Func<Task<string?>> run)
    {
        await output.WriteAsync($"  {what} ... ");
        await output.FlushAsync();
        var started = time.GetTimestamp();
        string? note;
        try
        {
            note = await run();
        }
        catch
        {
            await output.WriteLineAsync("failed");
            throw;
        }

        var seconds = time.GetElapsedTime(started).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        await output.WriteLineAsync(note is null ? $"done ({seconds} s)" : $"{note} ({seconds} s)");
    }
}
