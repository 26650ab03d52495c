using Microsoft.Extensions.Logging;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Hosting;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Server;

/// <summary>How the store runs as a server of its own.</summary>
internal sealed record EtcdHostOptions
{
    public required string DataDir { get; init; }

    public required IReadOnlyList<string> ListenUrls { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? TrustedCaFile { get; init; }

    /// <summary>How long history is kept; null leaves compaction to clients.</summary>
    public TimeSpan? HistoryWindow { get; init; }

    /// <summary>How many revisions of history are kept; 0 leaves compaction to clients.</summary>
    public long HistoryRevisions { get; init; }

    public required TimeSpan ProgressInterval { get; init; }

    public required EtcdOptions Api { get; init; }
}

/// <summary>Runs <c>tiphys etcd</c> until it is told to end.</summary>
internal static partial class EtcdHost
{
    private const int QuotaParts = 16;
    private const long LeastBytes = 256 << 10;

    public static async Task<int> RunAsync(EtcdHostOptions options, ILoggerFactory loggers, CancellationToken cancel)
    {
        using var owned = loggers;
        var logger = loggers.CreateLogger("Tiphys.Etcd");
        try
        {
            var listeners = options.ListenUrls.Select(EtcdListener.Parse).ToArray();
            if (options.CertFile is null && Array.Find(listeners, static l => l.IsTls) is { } encrypted)
                throw new StartException($"--listen-client-urls: https://{encrypted.EndPoint} needs --cert-file and --key-file.");
            var tls = options.CertFile is null ? null : new EtcdTls(options.CertFile, options.KeyFile!, options.TrustedCaFile);
            foreach (var listener in listeners) PortCheck.Free(listener.EndPoint.Address, listener.EndPoint.Port, "--listen-client-urls");
            var data = DataDirectory.Open(options.DataDir);
            var defaults = new EmbeddedStoreOptions();
            await using var store = EmbeddedStore.Open(defaults with
            {
                DataDirectory = data.Store,
                // Only whole segments are given back: under a small quota they must be small, too.
                SegmentBytes = Under(options.Api.QuotaBytes, defaults.SegmentBytes),
                CheckpointBytes = Under(options.Api.QuotaBytes, defaults.CheckpointBytes),
                HistoryWindow = options.HistoryWindow,
                WatchProgressInterval = options.ProgressInterval,
                Logger = loggers.CreateLogger("Tiphys.Storage"),
            });
            await using var maintenance = MaintenanceSocket.Listen(data.Store, store, loggers.CreateLogger("Tiphys.Storage.Maintenance"));
            using var compactor = options.HistoryRevisions > 0 ? new RevisionCompactor(store, options.HistoryRevisions, TimeProvider.System, logger) : null;
            await using var server = await EtcdServer.StartAsync(store, listeners, tls, options.Api, loggers, cancel);
            LogServing(logger, string.Join(", ", server.Urls), data.Store, store.CurrentRevision);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            LogStopping(logger);
            return 0;
        }
        catch (Exception e) when (e is StoreException or EtcdStartException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(e.Message);
        }
    }

    private static long Under(long quota, long bytes) => quota > 0 ? Math.Clamp(quota / QuotaParts, Math.Min(bytes, LeastBytes), bytes) : bytes;

    [LoggerMessage(Level = LogLevel.Information, Message = "Serving etcd's API on {Urls} from {Store}, at revision {Revision}")]
    private static partial void LogServing(ILogger logger, string urls, string store, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    private static partial void LogStopping(ILogger logger);
}
