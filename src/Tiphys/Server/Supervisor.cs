using Microsoft.Extensions.Logging;

namespace Tiphys.Server;

/// <summary>Runs the components of one process. One that fails is started again after a while; the others go on.</summary>
internal sealed partial class Supervisor(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly List<Task> _running = [];

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
            try
            {
                await run(cancel);
                if (!cancel.IsCancellationRequested) LogEnded(logger, name);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(logger, e, name, e.Message);
            }

            if (time.GetElapsedTime(started) > LongestWait) wait = FirstWait;
            await Task.Delay(wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Component} failed and is started again: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception error, string component, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Component} ended by itself and is started again")]
    private static partial void LogEnded(ILogger logger, string component);
}
