using Microsoft.Extensions.Logging;

namespace Tiphys.Storage.Etcd.Client;

internal static partial class EtcdLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "leaving etcd member {Member} for {Next}: {Reason}")]
    public static partial void MemberLeft(ILogger logger, string member, string next, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "etcd is now {Condition} {Reason}")]
    public static partial void HealthChanged(ILogger logger, StoreCondition condition, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "a watch from revision {Revision} is resumed: {Reason}")]
    public static partial void WatchResumed(ILogger logger, long revision, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "compaction failed and is tried again in {Interval}: {Reason}")]
    public static partial void CompactionFailed(ILogger logger, TimeSpan interval, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "compacted etcd to revision {Revision}")]
    public static partial void Compacted(ILogger logger, long revision);
}
