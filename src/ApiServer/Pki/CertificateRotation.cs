using Microsoft.Extensions.Logging;

namespace Tiphys.ApiServer;

/// <summary>
/// Keeps a running server's certificates valid: renews them in time and takes over what was renewed in the files
/// (<c>tiphys certs rotate</c>), as upstream reads its serving certificate again. New handshakes get the new certificate; connections
/// that exist go on.
/// </summary>
/// <param name="pki">The certificates.</param>
/// <param name="changed">Called with the name of each certificate that changed.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where changes are told.</param>
public sealed partial class CertificateRotation(ClusterPki pki, Action<string> changed, TimeProvider time, ILogger logger)
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Keeps them valid until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            foreach (var leaf in pki.Leaves) Refresh(leaf);
            await Task.Delay(Interval, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Refresh(LeafCertificate leaf)
    {
        try
        {
            if (!leaf.Refresh()) return;
            LogChanged(logger, leaf.Name, leaf.Current.NotAfter.ToUniversalTime());
            changed(leaf.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, leaf.Name, e.Message); // a full disk, say: there is a third of its life left to make room
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The certificate {Name} is another now; it is valid until {End:u}")]
    private static partial void LogChanged(ILogger logger, string name, DateTime end);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The certificate {Name} could not be renewed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string name, string reason);
}
