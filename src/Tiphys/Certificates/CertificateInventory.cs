using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Certificates;

/// <summary>A certificate for people to read about.</summary>
/// <param name="Name">Name of its files, or of the kubeconfig that holds it.</param>
/// <param name="Certificate">The certificate; null when it is missing.</param>
/// <param name="Authority">Who signed it; empty for an authority, and when unknown.</param>
/// <param name="ExternallyManaged">Nobody here can renew it.</param>
internal sealed record CertificateEntry(string Name, X509Certificate2? Certificate, string Authority, bool ExternallyManaged);

/// <summary>All certificates below a data directory: those of a server, of its kubeconfig, and of a node that joined.</summary>
/// <param name="Certificates">What authorities signed.</param>
/// <param name="Authorities">The authorities.</param>
internal sealed record CertificateInventory(IReadOnlyList<CertificateEntry> Certificates, IReadOnlyList<CertificateEntry> Authorities)
{
    private const string AgentEnding = "-current.pem";

    /// <exception cref="StartException">There are none.</exception>
    public static CertificateInventory Of(DataDirectory data, TimeProvider time)
    {
        var certificates = new List<CertificateEntry>();
        var authorities = new List<CertificateEntry>();
        if (Directory.Exists(data.Pki))
        {
            var pki = new PkiDirectory(data.Pki, time);
            certificates.Add(OfKubeconfig(data.AdminKubeconfig));
            certificates.AddRange(pki.Leaves().Select(static l => new CertificateEntry(l.Name, l.Certificate, l.Authority, !l.IsManaged)));
            authorities.AddRange(pki.Authorities().Select(static a => new CertificateEntry(a.Name, a.Certificate, "", !a.IsManaged)));
        }

        if (Directory.Exists(data.AgentCertificates) && File.Exists(data.AgentKubeconfig))
        {
            // The agent renews its own, by request; their authority's key is with the servers.
            foreach (var file in Directory.EnumerateFiles(data.AgentCertificates, "*" + AgentEnding).Order(StringComparer.Ordinal))
                certificates.Add(new("agent/" + Path.GetFileName(file)[..^AgentEnding.Length], TryRead(() => X509Certificate2.CreateFromPem(File.ReadAllText(file))), "ca", false));
            if (authorities.Count == 0) authorities.Add(new("ca", TryRead(() => Kubeconfig.Load(data.AgentKubeconfig).Authorities?.FirstOrDefault()), "", true));
        }

        return certificates.Count > 0 ? new(certificates, authorities) : throw new StartException($"there are no certificates in {data.Root}: name the --data-dir of a server or an agent.");
    }

    private static CertificateEntry OfKubeconfig(string path) => new(Path.GetFileName(path), TryRead(() => File.Exists(path) ? Kubeconfig.Load(path).Certificate : null), "ca", false);

    private static X509Certificate2? TryRead(Func<X509Certificate2?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or KubeconfigException or FormatException)
        {
            return null;
        }
    }
}
