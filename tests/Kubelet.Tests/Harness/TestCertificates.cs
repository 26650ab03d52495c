using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Kubelet.Tests.Harness;

/// <summary>A cluster authority and client certificates signed by it.</summary>
internal static class TestCertificates
{
    private static readonly ECDsa AuthorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static X509Certificate2 Authority { get; } = MakeAuthority();

    public static X509Certificate2 Client(string name, string group)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"O={group}, CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(Authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 MakeAuthority()
    {
        var request = new CertificateRequest("CN=test-ca", AuthorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(2));
    }
}
