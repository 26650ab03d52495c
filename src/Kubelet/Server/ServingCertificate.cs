using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Kubelet.Server;

/// <summary>A certificate of the node's own making, for when nobody gave it one. It is kept, so that it stays the same.</summary>
internal static class ServingCertificate
{
    public static X509Certificate2 LoadOrCreate(string directory, string nodeName, IReadOnlyList<string> addresses, TimeProvider time)
    {
        var certificatePath = Path.Combine(directory, "kubelet.crt");
        var keyPath = Path.Combine(directory, "kubelet.key");
        if (File.Exists(certificatePath) && File.Exists(keyPath)) return X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={nodeName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(nodeName);
        foreach (var address in addresses) names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
        Directory.CreateDirectory(directory);
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return certificate;
    }
}
