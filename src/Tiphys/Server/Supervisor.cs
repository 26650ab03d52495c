using Microsoft.Extensions.Logging;

namespace Tiphys.Server;

/// <summary>Runs the components of one process. One that fails is started again after a while; the others go on.</summary>
/// <param name="statePath">File that tells how the components do.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where failures are told.</param>
internal sealed partial class Supervisor(string statePath, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly List<Task> _running = [];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ComponentState> _states = new(StringComparer.Ordinal);

    /// <summary>Runs a component until cancelled.</summary>
    /// <param name="name">Its name for the log.</param>
    /// <param name="run">The component; it returns when cancelled.</param>
    /// <param name="cancel">Ends it.</param>
    public void Run(string name, Func<CancellationToken, Task> run, CancellationToken cancel) => _running.Add(Task.Run(() => KeepAsync(name, run, cancel), CancellationToken.None));

    /// <summary>Completes when all components have ended.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(_running);

    private async Task KeepAsync(string name, Func<CancellationToken, Task> run, CancellationToken cancel)
    {
        var wait = FirstWait;
        while (!cancel.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            Note(name, running: true);
            try
            {
                await run(cancel);
                if (cancel.IsCancellationRequested) return;
                LogEnded(logger, name);
                Note(name, running: false, "it ended by itself");
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(logger, e, name, e.Message);
                Note(name, running: false, e.Message);
            }

            if (time.GetElapsedTime(started) > LongestWait) wait = FirstWait;
            await Task.Delay(wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private void Note(string name, bool running, string? failure = null)
    {
        lock (_lock)
        {
            var before = _states.GetValueOrDefault(name);
            _states[name] = new ComponentState(name, running, time.GetUtcNow(), (before?.Failures ?? 0) + (running ? 0 : 1), failure ?? before?.LastFailure);
            try
            {
                ComponentStates.Write(statePath, _states.Values);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not end a component that works.
                LogNotNoted(logger, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the components' states could not be written: {Reason}")]
    private static partial void LogNotNoted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Component} failed and is started again: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception error, string component, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Component} ended by itself and is started again")]
    private static partial void LogEnded(ILogger logger, string component);
}
