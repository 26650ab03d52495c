using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Embedded;

/// <summary>How an embedded store is kept.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>The directory of log and checkpoints; null keeps everything in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// How long superseded versions stay readable and watchable at least. Null leaves compaction to the caller. The default
    /// is kube-apiserver's compaction interval.
    /// </summary>
    public TimeSpan? HistoryWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of memory beyond which the older half of the history is given up early.</summary>
    public long HistoryByteLimit { get; init; } = 512L << 20;

    /// <summary>Bytes at which a log segment is closed and the next begun.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Bytes of log that a checkpoint must make superfluous to be worth writing; at least half the last checkpoint's size is
    /// asked for in any case, so that a large store is not rewritten for little.
    /// </summary>
    public long CheckpointBytes { get; init; } = 64L << 20;

    /// <summary>How often a store that turned read-only looks whether its disk works again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an idle watch that asked for progress notifications goes without one.</summary>
    public TimeSpan WatchProgressInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock of leases, compaction and progress notifications.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the store reports failures and housekeeping.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The disk; tests put a failing one here.</summary>
    internal IDisk Disk { get; init; } = PhysicalDisk.Instance;
}
