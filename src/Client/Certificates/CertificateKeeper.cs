using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Tiphys.Client;

/// <summary>What a <see cref="CertificateKeeper"/> keeps, and where.</summary>
/// <param name="Directory">Directory of the files.</param>
/// <param name="Name">Base name of the files, for example <c>kubelet-client</c>.</param>
public sealed record CertificatePlace(string Directory, string Name);

/// <summary>
/// Keeps one certificate valid (upstream's certificate manager): loads it, has it issued when it is missing, and anew between
/// 70 and 90 per cent of its life, so that many nodes made together do not ask together.
/// </summary>
public sealed partial class CertificateKeeper
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(32);

    /// <summary>How long a request may wait for approval before the template is looked at again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly CertificateFiles _files;
    private readonly CertificatePlace _place;
    private readonly Func<CertificateTemplate> _template;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double> _random;
    private readonly TaskCompletionSource _there = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile X509Certificate2? _current;
    private (X509Certificate2? For, double Share) _rotation;
    private DateTimeOffset _issued = DateTimeOffset.MinValue;

    /// <summary>Loads what is there.</summary>
    /// <param name="place">Where the certificate is kept.</param>
    /// <param name="template">What it is to say now.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where to log.</param>
    /// <param name="random">Gives numbers from 0 to 1; for tests.</param>
    public CertificateKeeper(CertificatePlace place, Func<CertificateTemplate> template, TimeProvider time, ILogger logger, Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(place);
        _place = place;
        _files = new CertificateFiles(place.Directory, place.Name);
        _template = template;
        _time = time;
        _logger = logger;
        _random = random ?? Random.Shared.NextDouble;
        _current = _files.Load();
        if (Current is not null) _there.SetResult();
    }

    /// <summary>File with certificate and key.</summary>
    public string File => _files.Current;

    /// <summary>Called when there is another certificate.</summary>
    public Action? Changed { get; set; }

    /// <summary>The certificate with its key; null when there is none or it has expired.</summary>
    public X509Certificate2? Current => _current is { } certificate && End(certificate) > _time.GetUtcNow() ? certificate : null;

    /// <summary>The certificate, expired or not; null when there never was one.</summary>
    public X509Certificate2? Last => _current;

    /// <summary>Completes when there is a certificate that was valid when it came.</summary>
    public Task WaitAsync(CancellationToken cancel) => _there.Task.WaitAsync(cancel);

    /// <summary>Asks once for a certificate if there is none that is valid and says what it should.</summary>
    /// <exception cref="CertificateRefusedException">It was refused.</exception>
    public async Task EnsureAsync(ICertificateIssuer issuer, CancellationToken cancel)
    {
        if (Current is null || !_template().IsMetBy(Current)) await IssueAsync(issuer, cancel);
    }

    /// <summary>Keeps the certificate valid until cancelled. Failures are logged and tried again.</summary>
    public async Task RunAsync(ICertificateIssuer issuer, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var wait = NextRotation() - _time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                // Timers have a limit that lifetimes of certificates exceed.
                await Task.Delay(wait < TimeSpan.FromDays(10) ? wait : TimeSpan.FromDays(10), _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            await IssueUntilDoneAsync(issuer, cancel);
        }
    }

    /// <summary>When the certificate is to be replaced; in the past when there is none that will do.</summary>
    internal DateTimeOffset NextRotation()
    {
        if (Current is not { } certificate || !_template().IsMetBy(certificate)) return DateTimeOffset.MinValue;

        // Asked again after every wait, the same certificate must get the same answer.
        if (_rotation.For != certificate) _rotation = (certificate, 0.7 + (0.2 * _random()));
        var begin = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        var deadline = begin + ((End(certificate) - begin) * _rotation.Share);

        // Signers date certificates back. The share of a short life could then be past when the certificate arrives: half of what was left is used at least.
        var earliest = _issued + ((End(certificate) - _issued) / 2);
        return deadline > earliest || _issued == DateTimeOffset.MinValue ? deadline : earliest;
    }

    private async Task IssueUntilDoneAsync(ICertificateIssuer issuer, CancellationToken cancel)
    {
        var wait = FirstWait;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var patience = new CancellationTokenSource(Patience, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
                await IssueAsync(issuer, either.Token);
                return;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(_logger, _place.Name, e is OperationCanceledException ? "it was not signed in time" : e.Message);
            }

            await Task.Delay(wait, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task IssueAsync(ICertificateIssuer issuer, CancellationToken cancel)
    {
        using var key = _files.KeyToAskWith();
        string pem;
        try
        {
            pem = await issuer.IssueAsync(_template(), key, cancel);
        }
        catch (CertificateRefusedException)
        {
            _files.DropKey();
            throw;
        }

        // The one before stays in memory: connections may still be using it.
        var certificate = _files.Save(pem, key);
        _issued = _time.GetUtcNow();
        _current = certificate;
        _there.TrySetResult();
        LogIssued(_logger, _place.Name, certificate.Subject, End(certificate));
        Changed?.Invoke();
    }

    private static DateTimeOffset End(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    [LoggerMessage(Level = LogLevel.Information, Message = "The certificate {Name} ({Subject}) was issued; it is valid until {End:u}")]
    private static partial void LogIssued(ILogger logger, string name, string subject, DateTimeOffset end);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The certificate {Name} was not issued; trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string name, string reason);
}
