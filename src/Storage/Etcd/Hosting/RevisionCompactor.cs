using Microsoft.Extensions.Logging;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>Compacts by count: every five minutes history is cut to so many revisions (etcd's auto-compaction mode "revision").</summary>
public sealed partial class RevisionCompactor : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly IStore _store;
    private readonly long _retention;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    /// <summary>Starts compacting.</summary>
    /// <param name="store">The store.</param>
    /// <param name="retention">How many revisions stay readable.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is said what was compacted.</param>
    public RevisionCompactor(IStore store, long retention, TimeProvider time, ILogger logger)
    {
        (_store, _retention, _logger) = (store, retention, logger);
        _timer = time.CreateTimer(static self => _ = ((RevisionCompactor)self!).CompactAsync(), this, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private async Task CompactAsync()
    {
        var revision = _store.CurrentRevision - _retention;
        if (revision <= _store.CompactedRevision) return;
        try
        {
            await _store.CompactAsync(revision);
            LogCompacted(_logger, revision);
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            // Somebody else was quicker, or the disk is full for now: the next time will do.
            LogNotCompacted(_logger, revision, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Compacted to revision {Revision}")]
    private static partial void LogCompacted(ILogger logger, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not compact to revision {Revision}: {Reason}")]
    private static partial void LogNotCompacted(ILogger logger, long revision, string reason);
}
