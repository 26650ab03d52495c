using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>Where an API server is and how to prove who one is: one context of a kubeconfig, resolved.</summary>
public sealed record ClientConfig
{
    /// <summary>Base address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>Authorities that may have signed the server's certificate; null for the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Client certificate with its key.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Bearer token.</summary>
    public string? Token { get; init; }

    /// <summary>File that holds the bearer token and may change (projected service account tokens).</summary>
    public string? TokenFile { get; init; }

    /// <summary>Name to expect in the server's certificate instead of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Accept any server certificate.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>What the kubeconfig calls the user; empty when there is none.</summary>
    public string User { get; init; } = "";

    /// <summary>Default namespace of the context.</summary>
    public string Namespace { get; init; } = WellKnownNamespaces.Default;

    /// <summary>Makes a client with this configuration.</summary>
    /// <param name="userAgent">User-Agent, which is also the default field manager.</param>
    /// <param name="time">Clock for re-reading token files.</param>
    public KubernetesClient CreateClient(string userAgent, TimeProvider? time = null) => new(Server, CreateHandler(), userAgent, Bearer(time ?? TimeProvider.System));

    /// <summary>Gives the bearer token for each request; null when the configuration has none.</summary>
    public Func<CancellationToken, ValueTask<string?>>? Bearer(TimeProvider time)
    {
        if (TokenFile is not null) return new TokenFile(TokenFile, time).GetAsync;
        return Token is { } token ? _ => ValueTask.FromResult<string?>(token) : null;
    }

    /// <summary>The transport this configuration asks for.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            ConnectTimeout = TimeSpan.FromSeconds(30),
        };
        handler.SslOptions.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        if (TlsServerName is not null) handler.SslOptions.TargetHost = TlsServerName;
        if (Certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [Certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate;
        }

        if (InsecureSkipTlsVerify)
        {
#pragma warning disable CA5359 // the user asked for it by name
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (Authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }

        return handler;
    }
}
