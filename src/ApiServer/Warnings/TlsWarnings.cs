using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of a Secret whose certificate and key cannot be used together, in the words of Go's TLS.</summary>
internal static class TlsWarnings
{
    public static IEnumerable<string> Of(Secret secret)
    {
        var fault = Fault(Text(secret, "tls.crt"), Text(secret, "tls.key"));
        return fault is null ? [] : [fault];
    }

    private static string Text(Secret secret, string key) => secret.Data?.TryGetValue(key, out var bytes) == true ? Encoding.UTF8.GetString(bytes) : "";

    private static string? Fault(string certificate, string key)
    {
        if (!Labels(certificate).Contains("CERTIFICATE")) return Certificates(Labels(certificate));
        if (!Labels(key).Any(IsKey)) return Keys(Labels(key));
        using var leaf = Leaf(certificate);
        if (leaf is null) return "x509: malformed certificate";
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return CanRead(key) ? "tls: private key does not match public key" : "tls: failed to parse private key";
        }
    }

    private static string Certificates(List<string> labels)
    {
        if (labels.Count == 0) return "tls: failed to find any PEM data in certificate input";
        return labels.Count == 1 && IsKey(labels[0])
            ? "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"
            : $"tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the following types: [{string.Join(' ', labels)}]";
    }

    private static string Keys(List<string> labels)
    {
        if (labels.Count == 0) return "tls: failed to find any PEM data in key input";
        return labels is ["CERTIFICATE"]
            ? "tls: found a certificate rather than a key in the PEM for the private key"
            : $"tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the following types: [{string.Join(' ', labels)}]";
    }

    private static bool IsKey(string label) => label == "PRIVATE KEY" || label.EndsWith(" PRIVATE KEY", StringComparison.Ordinal);

    private static List<string> Labels(string pem)
    {
        var labels = new List<string>();
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..]) labels.Add(rest[found.Label].ToString());
        return labels;
    }

    private static X509Certificate2? Leaf(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool CanRead(string pem)
    {
        foreach (Func<AsymmetricAlgorithm> make in (Func<AsymmetricAlgorithm>[])[RSA.Create, ECDsa.Create])
        {
            using var algorithm = make();
            try
            {
                algorithm.ImportFromPem(pem);
                return true;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                // Not a key of this kind.
            }
        }

        return false;
    }
}
