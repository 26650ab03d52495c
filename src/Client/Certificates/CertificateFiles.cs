using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Client;

/// <summary>
/// A certificate with its key in one file, <c>NAME-current.pem</c> as kubelets name it, and beside it the key of a request
/// that is not answered yet, so that a restart goes on with the same request.
/// </summary>
internal sealed class CertificateFiles(string directory, string name)
{
    public string Current { get; } = Path.Combine(directory, name + "-current.pem");

    private string PendingKey { get; } = Path.Combine(directory, name + ".key.tmp");

    /// <summary>The certificate; null when there is none that can be read.</summary>
    public X509Certificate2? Load()
    {
        if (!File.Exists(Current)) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(Current);
        }
        catch (CryptographicException)
        {
            return null; // someone else wrote there
        }
    }

    /// <summary>The key to ask with.</summary>
    public ECDsa KeyToAskWith()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(PendingKey))
        {
            try
            {
                key.ImportFromPem(File.ReadAllText(PendingKey));
                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                // Damaged: a new one does as well.
            }
        }

        WholeFile.WritePrivate(PendingKey, key.ExportECPrivateKeyPem() + "\n");
        return key;
    }

    /// <summary>Has the next request made with a new key.</summary>
    public void DropKey() => File.Delete(PendingKey);

    /// <summary>Keeps a new certificate in place of the old one.</summary>
    /// <exception cref="CryptographicException">It is not for this key.</exception>
    public X509Certificate2 Save(string pem, ECDsa key)
    {
        var text = pem.TrimEnd() + "\n" + key.ExportECPrivateKeyPem() + "\n";
        var certificate = X509Certificate2.CreateFromPem(text, text);
        WholeFile.WritePrivate(Current, text);
        DropKey();
        return certificate;
    }
}
