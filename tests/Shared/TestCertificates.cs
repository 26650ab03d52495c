using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Testing;

/// <summary>
/// An authority, servers and a client of it, and a client of nobody, as PEM files in a directory that is made if need be. The servers
/// are on loopback and at what other addresses are named.
/// </summary>
internal sealed class TestCertificates
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    public TestCertificates(string directory, params IEnumerable<System.Net.IPAddress> addresses)
    {
        Directory.CreateDirectory(directory);
        using var authority = NewAuthority("authority", null);
        using var intermediate = NewAuthority("intermediate", authority);
        Authority = Path.Combine(directory, "ca.crt");
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        OidCollection server = [new(ServerUsage), new(ClientUsage)]; // etcd's gateway calls etcd itself
        Server = Write(directory, "server", authority, server, addresses);
        Chained = Write(directory, "chained", intermediate, server, addresses);
        File.AppendAllText(Chained + ".crt", "\n" + intermediate.ExportCertificatePem());
        Client = Write(directory, "client", authority, [new(ClientUsage)], []);
        Stranger = Write(directory, "stranger", null, [new(ClientUsage)], []);
    }

    /// <summary>The authority's file.</summary>
    public string Authority { get; }

    /// <summary>Path of the server's files without .crt and .key; so are the others.</summary>
    public string Server { get; }

    /// <summary>A server whose certificate is of an intermediate authority, which stands behind it in the file.</summary>
    public string Chained { get; }

    public string Client { get; }

    public string Stranger { get; }

    private static X509Certificate2 NewAuthority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuer is null) return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        using var certificate = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static string Write(string directory, string name, X509Certificate2? authority, OidCollection usages, IEnumerable<System.Net.IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        foreach (var address in addresses) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(89));
        using var certificate = authority is null ? request.CreateSelfSigned(from, to) : request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        var path = Path.Combine(directory, name);
        File.WriteAllText(path + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return path;
    }
}
