using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>The server's certificate, and whose certificates clients must show.</summary>
/// <remarks>The files are looked at again for every connection, so that renewed certificates need no restart.</remarks>
public sealed class EtcdTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly string _certFile;
    private readonly string _keyFile;
    private readonly string? _trustedCaFile;
    private readonly Lock _gate = new();
    private (DateTime Cert, DateTime Key) _loadedAt;
    private X509Certificate2 _certificate;
    private X509Certificate2Collection _chain;

    /// <summary>Reads the files. Throws <see cref="EtcdStartException"/> when one of them cannot be used.</summary>
    /// <param name="certFile">The server's certificate in PEM, those of its issuers after it.</param>
    /// <param name="keyFile">Its private key in PEM.</param>
    /// <param name="trustedCaFile">The authorities of clients in PEM; clients need no certificates when null.</param>
    public EtcdTls(string certFile, string keyFile, string? trustedCaFile)
    {
        (_certFile, _keyFile, _trustedCaFile) = (certFile, keyFile, trustedCaFile);
        (_certificate, _chain, _loadedAt) = Load();
        if (trustedCaFile is not null)
            Authorities();
    }

    internal void Configure(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificateSelector = (_, _) => Current();
        https.ServerCertificateChain = _chain;
        https.CheckCertificateRevocation = false;
        if (_trustedCaFile is null)
            return;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = IsTrusted;
    }

    private X509Certificate2 Current()
    {
        lock (_gate)
        {
            try
            {
                if (_loadedAt != Times())
                    (_certificate, _chain, _loadedAt) = Load();
            }
            catch (Exception e) when (e is EtcdStartException or IOException)
            {
                // In the middle of being replaced: the one at hand goes on, and the files are looked at next time again.
            }
            return _certificate;
        }
    }

    private bool IsTrusted(X509Certificate2 certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities());
        if (presented is not null)
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }

    private X509Certificate2Collection Authorities()
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(_trustedCaFile!);
            return authorities.Count > 0 ? authorities : throw new EtcdStartException($"--trusted-ca-file: there is no certificate in {_trustedCaFile}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new EtcdStartException($"--trusted-ca-file: {_trustedCaFile} cannot be used: {e.Message}", e);
        }
    }

    private (DateTime Cert, DateTime Key) Times() => (File.GetLastWriteTimeUtc(_certFile), File.GetLastWriteTimeUtc(_keyFile));

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain, (DateTime Cert, DateTime Key) At) Load()
    {
        try
        {
            var at = Times();
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certFile);
            return (X509Certificate2.CreateFromPemFile(_certFile, _keyFile), chain, at);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EtcdStartException($"--cert-file {_certFile} and --key-file {_keyFile} cannot be used: {e.Message}", e);
        }
    }
}
