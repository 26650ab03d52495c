using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tiphys.ApiServer;

/// <summary>TLS with a certificate that may change: each handshake uses the one of the moment.</summary>
/// <param name="certificate">Gives it.</param>
/// <param name="askClients">Ask clients for a certificate, without insisting.</param>
internal sealed class ServingTls(Func<X509Certificate2> certificate, bool askClients)
{
    private volatile Prepared? _prepared;

    public TlsHandshakeCallbackOptions Options() => new() { OnConnection = _ => ValueTask.FromResult(Current()) };

    /// <summary>What a certificate's handshakes share is made once: chain and key are costly to load.</summary>
    private SslServerAuthenticationOptions Current()
    {
        var now = certificate();
        var prepared = _prepared;
        if (prepared?.Certificate != now) _prepared = prepared = new Prepared(now, SslStreamCertificateContext.Create(now, null, offline: true));
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = prepared.Context,
            ClientCertificateRequired = askClients,

            // A certificate nobody here signed is as good as none: the request is anonymous, not broken off.
#pragma warning disable CA5359 // this is about clients, who are judged with the request
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
    }

    private sealed record Prepared(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
