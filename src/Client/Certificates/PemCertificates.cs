using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Client;

/// <summary>Certificates as PEM holds them: several after one another, with other things between.</summary>
public static class PemCertificates
{
    /// <summary>All certificates of a text.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One of them is malformed.</exception>
    public static X509Certificate2Collection Parse(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    /// <summary>All certificates of a file.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One of them is malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static X509Certificate2Collection Load(string file) => Parse(File.ReadAllText(file));
}
