using System.Globalization;
using Microsoft.Extensions.Logging;
using Tiphys.Grpc;

namespace Tiphys.ApiServer.Kms;

/// <summary>
/// The state of one provider <c>kms</c>: asks its plugin once a minute how it is, and takes a new data key whenever the plugin has changed
/// its own. A plugin that fails is asked every ten seconds; three minutes after it last was well, nothing is written any more.
/// </summary>
/// <remarks>
/// The three minutes are a promise to who changes keys: later than that, everything is written under the new one or not at all.
/// </remarks>
internal sealed partial class KmsProvider(KmsSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenPollsWhenFailing = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WritableFor = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan WellRemembered = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FailureRemembered = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _polling = Task.CompletedTask;
    private volatile WriteKey? _current;
    private string? _version;
    private (string? Problem, long At)? _last;

    /// <summary>The settings it was made from.</summary>
    public KmsSettings Settings => settings;

    /// <summary>The plugin.</summary>
    public KmsPlugin Plugin { get; } = new(settings, time);

    /// <summary>The key to write with; null as long as the plugin was never well.</summary>
    public WriteKey? Current => _current;

    /// <summary>Asks the plugin a first time, and from then on by the clock. A plugin that is not there yet is no error.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        var problem = await ProblemAsync(cancel);
        _polling = PollAsync(problem is null);
    }

    /// <summary>What is wrong with the plugin, or null. It was asked a moment ago, or is asked now.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancel)
    {
        await _asking.WaitAsync(cancel);
        try
        {
            if (_last is { } last && time.GetElapsedTime(last.At) < (last.Problem is null ? WellRemembered : FailureRemembered)) return last.Problem;
            var problem = await AskAsync(cancel);
            _last = (problem, time.GetTimestamp());
            if (problem is not null) LogFailed(logger, settings.Name, problem);
            return problem;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _polling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Plugin.Dispose();
        _stop.Dispose();
        _asking.Dispose();
    }

    private async Task PollAsync(bool well)
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(well ? BetweenPolls : BetweenPollsWhenFailing, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested) return;
            try
            {
                well = await ProblemAsync(_stop.Token) is null;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // Should this loop end, nothing could be written three minutes later.
                well = false;
                LogFailed(logger, settings.Name, e.Message);
            }
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancel)
    {
        StatusResponse status;
        try
        {
            status = await Plugin.StatusAsync(cancel);
        }
        catch (GrpcException e)
        {
            return $"failed to perform status section of the healthz check for KMS Provider {settings.Name}, error: {e.Message}";
        }

        List<string> problems = [];
        if (status.Healthz != "ok") problems.Add($"got unexpected healthz status: {status.Healthz}");
        if (status.Version is not ("v2" or "v2beta1"))
            problems.Add($"expected KMSv2 API version v2, got {status.Version}");
        else if ((_version ??= status.Version) != status.Version)
            problems.Add($"KMSv2 API version should not change after the initial status response version {_version}, got {status.Version}");
        if (EncryptedObjects.KeyIdProblem(status.KeyId) is { } invalid)
            problems.Add($"got invalid KMSv2 KeyID hash \"{EncryptedObjects.Hash(status.KeyId)}\": {invalid}");
        else if (await RotateAsync(status.KeyId, cancel) is { } failed)
            problems.Add(failed);
        if (problems.Count == 0) return null;
        return $"kmsv2 Provider {settings.Name} is not healthy, error: {Aggregate.Text(problems)}";
    }

    // On a failure the key there is stays, and may be written with until its time is over.
    private async Task<string?> RotateAsync(string keyId, CancellationToken cancel)
    {
        var current = _current;
        var expires = time.GetUtcNow() + WritableFor;
        if (current?.Key.Stored.KeyID == keyId)
        {
            _current = current with { Expires = expires };
            return null;
        }

        var uid = Guid.NewGuid().ToString();
        var (problem, got) = ("<nil>", "");
        try
        {
            var key = await DataKey.NewAsync(Plugin, uid, cancel);
            got = key.Stored.KeyID;
            if (got == keyId)
            {
                _current = new WriteKey(key, expires);
                LogRotated(logger, settings.Name, EncryptedObjects.Hash(keyId));
                return null;
            }
        }
        catch (GrpcException e)
        {
            problem = $"failed to encrypt DEK, error: {e.Message}";
        }
        catch (ValueTransformException e)
        {
            problem = e.Message;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"failed to rotate DEK uid=\"{uid}\", useSeed=true, errState={(current is null ? "got unexpected nil transformer" : "<nil>")}, errGen={problem}, statusKeyIDHash=\"{EncryptedObjects.Hash(keyId)}\", encryptKeyIDHash=\"{EncryptedObjects.Hash(got)}\", stateKeyIDHash=\"{EncryptedObjects.Hash(current?.Key.Stored.KeyID ?? "")}\", expirationTimestamp={WriteKey.Show(current?.Expires ?? DateTimeOffset.MinValue)}");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "kms plugin failed health check probe, name {Name}: {Problem}")]
    private static partial void LogFailed(ILogger logger, string name, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "KMS provider {Name} writes with a new data key now, under the plugin's key {KeyIdHash}")]
    private static partial void LogRotated(ILogger logger, string name, string keyIdHash);
}

/// <summary>The data key that is written with, and until when.</summary>
internal sealed record WriteKey(DataKey Key, DateTimeOffset Expires)
{
    /// <summary>A time as messages have it.</summary>
    public static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
