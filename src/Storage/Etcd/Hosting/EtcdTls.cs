using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>The server's certificate, and whose certificates clients must show.</summary>
/// <remarks>The files are looked at again for every connection, so that renewed certificates need no restart.</remarks>
public sealed class EtcdTls
{

    private readonly FromFiles<SslStreamCertificateContext> _certificate;
    private readonly FromFiles<X509Certificate2Collection>? _authorities;

    /// <summary>Reads the files. Throws <see cref="EtcdStartException"/> when one of them cannot be used.</summary>
    /// <param name="certFile">The server's certificate in PEM, those of its issuers after it.</param>
    /// <param name="keyFile">Its private key in PEM.</param>
    /// <param name="trustedCaFile">The authorities of clients in PEM; clients need no certificates when null.</param>
    public EtcdTls(string certFile, string keyFile, string? trustedCaFile)
    {
        _certificate = new(() => Certificate(certFile, keyFile), certFile, keyFile);
        if (trustedCaFile is not null)
            _authorities = new(() => Authorities(trustedCaFile), trustedCaFile);
    }

    internal TlsHandshakeCallbackOptions Options() => ServerTls.Options(
        _certificate.Current,
        _authorities is { } authorities ? (_, certificate, presented, _) => certificate is X509Certificate2 client && ClientTrust.IsTrusted(client, authorities.Current(), presented) : null);

    private static SslStreamCertificateContext Certificate(string certFile, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certFile);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certFile, keyFile), chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EtcdStartException($"--cert-file {certFile} and --key-file {keyFile} cannot be used: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection Authorities(string trustedCaFile)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(trustedCaFile);
            return authorities.Count > 0 ? authorities : throw new EtcdStartException($"--trusted-ca-file: there is no certificate in {trustedCaFile}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new EtcdStartException($"--trusted-ca-file: {trustedCaFile} cannot be used: {e.Message}", e);
        }
    }
}
