using Microsoft.Extensions.Logging;

namespace Tiphys.Storage.Maintenance;

/// <summary>Makes snapshots by the clock, beside the traffic.</summary>
/// <param name="source">The store.</param>
/// <param name="plan">The plan as it is at the moment; looked at anew every half minute.</param>
/// <param name="next">The first time of a schedule after another; null when there is none. Throws <see cref="FormatException"/>.</param>
/// <param name="nodeName">Goes into the files' names.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of every snapshot and every failure.</param>
public sealed partial class SnapshotKeeper(
    ISnapshotSource source, Func<SnapshotPlan> plan, Func<string, DateTimeOffset, DateTimeOffset?> next, string nodeName, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            var wait = Look;
            try
            {
                var current = plan();
                var due = current.Disabled ? null : next(current.Cron, since);
                if (due <= time.GetUtcNow())
                {
                    // Several that were missed (the machine slept) are made up for by one.
                    since = time.GetUtcNow();
                    await SaveAsync(current, cancellationToken).ConfigureAwait(false);
                    continue;
                }
                if (due - time.GetUtcNow() is { } left && left < wait)
                    wait = left;
            }
            catch (Exception e) when (e is FormatException or StoreException or IOException or UnauthorizedAccessException)
            {
                LogFailed(logger, e, e.Message);
            }
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SaveAsync(SnapshotPlan current, CancellationToken cancel)
    {
        var folder = new SnapshotFolder(current.Directory, nodeName, time);
        var (path, info) = await folder.SaveScheduledAsync(source, current.Retention, cancel).ConfigureAwait(false);
        LogSaved(logger, path, info.Revision, info.TotalKeys, info.TotalSize);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Saved snapshot {Path} of revision {Revision}: {Keys} keys, {Bytes} bytes")]
    private static partial void LogSaved(ILogger logger, string path, long revision, long keys, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "The scheduled snapshot failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception error, string reason);
}
