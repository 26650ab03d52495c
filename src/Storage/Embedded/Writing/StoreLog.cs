using Microsoft.Extensions.Logging;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>The store's log messages.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the store in {Directory} at revision {Revision}, compacted revision {Compacted}, {Keys} keys")]
    public static partial void Opened(ILogger logger, string directory, long revision, long compacted, long keys);

    [LoggerMessage(Level = LogLevel.Information, Message = "Brought the store in {Directory} from format version {From} to {To}")]
    public static partial void Migrated(ILogger logger, string directory, int from, int to);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cut {Bytes} bytes off the end of the log in {Directory}, after revision {Revision}: a write that a crash interrupted, and nobody was told of")]
    public static partial void TornTail(ILogger logger, long bytes, string directory, long revision);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is read-only at revision {Revision}: {Condition}")]
    public static partial void WriteFailed(ILogger logger, long revision, StoreCondition condition, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Writes work again at revision {Revision}")]
    public static partial void WriteRecovered(ILogger logger, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "Wrote a checkpoint of revision {Revision}, {Bytes} bytes; {Segments} log segments dropped")]
    public static partial void CheckpointWritten(ILogger logger, long revision, long bytes, int segments);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Writing a checkpoint of revision {Revision} failed; the log is kept")]
    public static partial void CheckpointFailed(ILogger logger, long revision, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Compacted to revision {Revision}")]
    public static partial void Compacted(ILogger logger, long revision);

    [LoggerMessage(Level = LogLevel.Critical, Message = "A request broke the store's writer; its batch was taken back")]
    public static partial void RequestBroke(ILogger logger, Exception error);
}
