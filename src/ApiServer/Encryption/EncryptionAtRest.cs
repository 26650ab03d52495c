using Microsoft.Extensions.Logging;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Encryption at rest (<c>--encryption-provider-config</c>): puts a transforming store between a resource and the real one, so that
/// caches and watches hold and serve plain bytes. The file can be read again while the server runs.
/// </summary>
public sealed partial class EncryptionAtRest
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private volatile EncryptionRules _rules;

    private EncryptionAtRest(string path, EncryptionRules rules)
    {
        _path = path;
        _rules = rules;
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="EncryptionConfigException">It cannot be used.</exception>
    public static EncryptionAtRest Load(string path) => new(path, EncryptionRules.Load(path));

    /// <summary>The store as a resource shall see it.</summary>
    public IStore Protect(IStore store, GroupResource resource) => new TransformingStore(store, () => _rules.For(resource));

    /// <summary>
    /// Reads the file again whenever it changed (<c>--encryption-provider-config-automatic-reload</c>), until cancelled. A file that
    /// cannot be used is logged, and what was read before holds.
    /// </summary>
    public async Task ReloadAsync(TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(Poll, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Reload(logger);
        }
    }

    /// <summary>Reads the file again now.</summary>
    internal void Reload(ILogger logger)
    {
        try
        {
            var rules = EncryptionRules.Load(_path);
            if (rules.Hash == _rules.Hash) return;
            _rules = rules;
            LogReloaded(logger, _path, rules.Hash);
        }
        catch (EncryptionConfigException e)
        {
            LogUnusable(logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "loaded new KMS encryption config content from {Path}, hash {Hash}")]
    private static partial void LogReloaded(ILogger logger, string path, string hash);

    [LoggerMessage(Level = LogLevel.Error, Message = "the new encryption configuration is not used: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string reason);
}
