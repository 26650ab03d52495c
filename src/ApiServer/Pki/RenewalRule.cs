using System.Security.Cryptography.X509Certificates;

namespace Tiphys.ApiServer;

/// <summary>
/// When a certificate of a server is renewed: in the last third of its life. For the year that certificates live that is k3s's rule
/// (120 days), as a share so that it holds for shorter lives too. Servers renew themselves, one for itself, so there is no herd to
/// spread, as with kubelets; and a server that was off for months still has a valid certificate to start with.
/// </summary>
public static class RenewalRule
{
    private const int Share = 3;

    /// <summary>When a certificate becomes due.</summary>
    public static DateTimeOffset DueAt(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        DateTimeOffset begin = certificate.NotBefore.ToUniversalTime(), end = certificate.NotAfter.ToUniversalTime();
        return end - ((end - begin) / Share);
    }

    /// <summary>Whether a certificate is to be renewed now.</summary>
    public static bool IsDue(X509Certificate2 certificate, DateTimeOffset now) => now >= DueAt(certificate);
}
