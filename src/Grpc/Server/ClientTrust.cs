using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Grpc.Server;

/// <summary>Judges the certificates that clients show.</summary>
public static class ClientTrust
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Whether a certificate leads to one of the authorities, may be used by clients, and is valid.</summary>
    /// <param name="certificate">The client's.</param>
    /// <param name="authorities">Whom to trust; nobody else is.</param>
    /// <param name="presented">What the client sent along: certificates between its own and an authority's.</param>
    /// <param name="at">When it has to be valid; now if left out.</param>
    public static bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection authorities, X509Chain? presented = null, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authorities);
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true; // a stranger's certificate must not send the server anywhere
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (presented is not null) policy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        if (at is { } time)
        {
            policy.VerificationTime = time.LocalDateTime;
            policy.VerificationTimeIgnored = false;
        }

        return chain.Build(certificate);
    }
}
