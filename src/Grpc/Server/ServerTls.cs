using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tiphys.Grpc.Server;

/// <summary>TLS of a server whose certificate may change: each handshake uses the one of the moment.</summary>
/// <remarks>Kestrel's own selector of certificates sends the certificate alone, without those between it and its root.</remarks>
public static class ServerTls
{
    /// <summary>How connections are secured.</summary>
    /// <param name="certificate">
    /// Gives the certificate with those between it and its root. It is asked for each handshake and gives the same as long as nothing
    /// has changed: chain and key are costly to load.
    /// </param>
    /// <param name="clients">Judges a client's certificate, or that it shows none; without a judge clients are not asked for one.</param>
    public static TlsHandshakeCallbackOptions Options(Func<SslStreamCertificateContext> certificate, RemoteCertificateValidationCallback? clients = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate(),
                ClientCertificateRequired = clients is not null,
                RemoteCertificateValidationCallback = clients,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            }),
        };
    }
}
