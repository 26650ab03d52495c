using System.Security.Cryptography.X509Certificates;

namespace Tiphys.ApiServer;

/// <summary>A certificate in a directory of keys, as a person sees it.</summary>
/// <param name="Name">Base name of its files.</param>
/// <param name="Certificate">The certificate; null when it is missing or cannot be read.</param>
/// <param name="Authority">Name of the authority that signed it; empty when it is not there.</param>
/// <param name="IsManaged">Whether it can be renewed here: the authority's key is there. For an authority: its own key is.</param>
public sealed record PkiCertificate(string Name, X509Certificate2? Certificate, string Authority, bool IsManaged);

/// <summary>The certificates of a server's directory of keys, also while the server does not run.</summary>
/// <param name="directory">The directory.</param>
/// <param name="time">Clock.</param>
public sealed class PkiDirectory(string directory, TimeProvider time)
{
    private static readonly string[] s_authorities = ["ca", "front-proxy-ca"];

    /// <summary>The authorities, and others that signed something here.</summary>
    public IReadOnlyList<PkiCertificate> Authorities() =>
        [.. Names().Where(IsAuthority).Union(s_authorities).Order(StringComparer.Ordinal).Select(n => new PkiCertificate(n, Read(n), "", HasKey(n)))];

    /// <summary>What the authorities signed, by name; those every server has also when they are missing.</summary>
    public IReadOnlyList<PkiCertificate> Leaves()
    {
        var authorities = Authorities();
        return [.. Names().Where(n => !IsAuthority(n)).Union(ClusterPki.LeafNames).Order(StringComparer.Ordinal).Select(Leaf)];

        PkiCertificate Leaf(string name)
        {
            var certificate = Read(name);
            var authority = certificate is null ? null : authorities.FirstOrDefault(a => a.Certificate is { } candidate && CertificateAuthority.Signed(candidate, certificate));
            return new(name, certificate, authority?.Name ?? "", certificate is null || authority?.IsManaged == true);
        }
    }

    /// <summary>Renews a certificate: the same subject and names, a new key, a whole life.</summary>
    /// <returns>The new one; null when it cannot be renewed here.</returns>
    public X509Certificate2? Renew(string name)
    {
        var leaf = Leaves().FirstOrDefault(l => l.Name == name);
        if (leaf?.Certificate is not { } old || !leaf.IsManaged) return null;
        using var authority = CertificateAuthority.TryLoad(At(leaf.Authority, ".crt"), At(leaf.Authority, ".key"), time);
        if (authority is null) return null;
        var issued = authority.Issue(CertificateSubject.Of(old));
        LeafFiles.Write(directory, name, issued);
        return issued;
    }

    private IEnumerable<string> Names() => Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.crt").Select(static f => Path.GetFileNameWithoutExtension(f)) : [];

    private bool IsAuthority(string name)
    {
        using var certificate = Read(name);
        return certificate?.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()?.CertificateAuthority == true;
    }

    private bool HasKey(string name) => File.Exists(At(name, ".key"));

    private X509Certificate2? Read(string name)
    {
        try
        {
            return File.Exists(At(name, ".crt")) ? X509Certificate2.CreateFromPem(File.ReadAllText(At(name, ".crt"))) : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private string At(string name, string ending) => Path.Combine(directory, name + ending);
}
