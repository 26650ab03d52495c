using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tiphys.Grpc.Server;

namespace Tiphys.ApiServer;

/// <summary>The server's TLS, with a certificate that may change.</summary>
/// <param name="certificate">Gives it.</param>
/// <param name="askClients">Ask clients for a certificate, without insisting.</param>
internal sealed class ServingTls(Func<X509Certificate2> certificate, bool askClients)
{
    private volatile Prepared? _prepared;

    // A certificate nobody here signed is as good as none: the request is anonymous, not broken off.
#pragma warning disable CA5359 // this is about clients, who are judged with the request
    public TlsHandshakeCallbackOptions Options() => ServerTls.Options(Current, askClients ? static (_, _, _, _) => true : null);
#pragma warning restore CA5359

    private SslStreamCertificateContext Current()
    {
        var now = certificate();
        var prepared = _prepared;
        if (prepared?.Certificate != now) _prepared = prepared = new Prepared(now, SslStreamCertificateContext.Create(now, null, offline: true));
        return prepared.Context;
    }

    private sealed record Prepared(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
