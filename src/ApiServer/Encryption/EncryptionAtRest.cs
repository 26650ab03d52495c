using Microsoft.Extensions.Logging;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Encryption at rest (<c>--encryption-provider-config</c>): puts a transforming store between a resource and the real one, so that
/// caches and watches hold and serve plain bytes. The file can be read again while the server runs.
/// </summary>
public sealed partial class EncryptionAtRest : IAsyncDisposable
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly bool _reload;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _leaving = [];
    private volatile EncryptionRules _rules;

    private EncryptionAtRest(string path, bool reload, EncryptionRules rules, TimeProvider time, ILogger logger)
    {
        _path = path;
        _reload = reload;
        _rules = rules;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reads the file, and asks its KMS plugins for keys. Plugins that do not answer yet are asked again later.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reload">Whether <see cref="ReloadAsync"/> will be run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where troubles are told.</param>
    /// <param name="cancel">Ends the wait for the plugins.</param>
    /// <exception cref="EncryptionConfigException">The file cannot be used.</exception>
    public static async Task<EncryptionAtRest> LoadAsync(string path, bool reload, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        var rules = EncryptionRules.Load(path, reload, time, logger);
        await rules.StartAsync(cancel);
        return new EncryptionAtRest(path, reload, rules, time, logger);
    }

    /// <summary>The store as a resource shall see it.</summary>
    public IStore Protect(IStore store, GroupResource resource) => new TransformingStore(store, () => _rules.For(resource));

    /// <summary>
    /// What makes the server unhealthy: plugins that fail (<c>kms-providers</c>). As with upstream it is there when there are plugins or
    /// the file may come to name some. Restarting the server would not help, so liveness does not ask.
    /// </summary>
    public IEnumerable<HealthCheck> HealthChecks => _reload || _rules.HasKms ? [new HealthCheck("kms-providers", ProblemAsync) { NotLiveness = true }] : [];

    /// <summary>
    /// Reads the file again whenever it changed (<c>--encryption-provider-config-automatic-reload</c>), until cancelled. A file that
    /// cannot be used is logged, and what was read before holds.
    /// </summary>
    public async Task ReloadAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(BetweenReads, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancel.IsCancellationRequested) await ReadAgainAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_leaving);
        await _rules.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Reads the file now, if it changed. Its plugins must be well before it counts.</summary>
    internal async Task ReadAgainAsync(CancellationToken cancel)
    {
        try
        {
            if (EncryptionConfigFile.HashOf(_path) == _rules.Hash) return;
            var rules = EncryptionRules.Load(_path, _reload, _time, _logger);
            try
            {
                await rules.StartAsync(cancel);
                if (await LastingProblemAsync(rules, cancel) is { } problem) throw new EncryptionConfigException($"health check for new transformers failed: {problem}");
                var before = _rules;
                (_rules, rules) = (rules, before);
                LogReloaded(_logger, _path, _rules.Hash);
            }
            finally
            {
                // Either what was replaced or what shall not replace it.
                _leaving.RemoveAll(static t => t.IsCompleted);
                _leaving.Add(CloseLaterAsync(rules));
            }
        }
        catch (EncryptionConfigException e)
        {
            LogUnusable(_logger, _path, e.Message);
        }
    }

    private ValueTask<string?> ProblemAsync(CancellationToken cancel) => _rules.ProblemAsync(cancel);

    private async Task<string?> LastingProblemAsync(EncryptionRules rules, CancellationToken cancel)
    {
        var patience = rules.GracePeriod > LeastPatience ? rules.GracePeriod : LeastPatience;
        var started = _time.GetTimestamp();
        while (true)
        {
            var problem = await rules.ProblemAsync(cancel);
            if (problem is null || _time.GetElapsedTime(started) >= patience) return problem;
            await Task.Delay(BetweenQuestions, _time, cancel);
        }
    }

    // Reads that were begun with the old rules may need their plugins a little longer.
    private async Task CloseLaterAsync(EncryptionRules rules)
    {
        await Task.Delay(rules.GracePeriod, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await rules.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "loaded new KMS encryption config content from {Path}, hash {Hash}")]
    private static partial void LogReloaded(ILogger logger, string path, string hash);

    [LoggerMessage(Level = LogLevel.Error, Message = "error processing encryption config file {Path}: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string path, string reason);
}
