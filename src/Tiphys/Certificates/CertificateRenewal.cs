using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Certificates;

/// <summary>Renews a server's certificates in their files, whether it runs or not. One that runs takes them over within seconds.</summary>
internal static class CertificateRenewal
{
    /// <summary>Renews certificates.</summary>
    /// <param name="data">Data directory of a server.</param>
    /// <param name="names">Which; none, or <c>all</c>, for all that can be renewed here.</param>
    /// <param name="time">Clock.</param>
    /// <param name="told">Told each that was renewed.</param>
    /// <exception cref="StartException">One does not exist or cannot be renewed here.</exception>
    public static void Run(DataDirectory data, IReadOnlyCollection<string> names, TimeProvider time, Action<string> told)
    {
        if (!Directory.Exists(data.Pki))
        {
            throw new StartException(File.Exists(data.AgentKubeconfig)
                ? $"the certificates in {data.Root} are an agent's, which renews them itself before they expire."
                : $"there are no certificates in {data.Root}: name the --data-dir of a server.");
        }

        var pki = new PkiDirectory(data.Pki, time);
        var leaves = pki.Leaves();
        var all = names.Count == 0 || (names.Count == 1 && names.First() == "all");
        var chosen = all ? leaves.Where(static l => l.IsManaged && l.Certificate is not null).Select(static l => l.Name) : names.Select(n => CheckedName(data, leaves, n)).Distinct();

        // All are checked before the first is renewed.
        foreach (var name in chosen.ToList())
        {
            var renewed = pki.Renew(name) ?? throw new StartException($"the certificate {name} cannot be renewed here: the key of its authority is missing.");
            if (name == ClusterPki.AdminName) RenewKubeconfig(data.AdminKubeconfig, renewed);
            told($"{name} renewed, valid until {renewed.NotAfter.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}");
        }
    }

    private static string CheckedName(DataDirectory data, IReadOnlyList<PkiCertificate> leaves, string name)
    {
        if (name == Path.GetFileName(data.AdminKubeconfig)) name = ClusterPki.AdminName; // it holds that certificate
        var leaf = leaves.FirstOrDefault(l => l.Name == name) ?? throw new StartException($"there is no certificate \"{name}\"; use all, {string.Join(", ", leaves.Where(static l => l.IsManaged).Select(static l => l.Name))}.");
        if (!leaf.IsManaged) throw new StartException($"the certificate {name} is managed elsewhere: the key of its authority is not here.");
        return leaf.Certificate is not null ? name : throw new StartException($"the certificate {name} is missing: start the server, which makes it.");
    }

    private static void RenewKubeconfig(string path, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        if (!File.Exists(path)) return;
        var config = Kubeconfig.Load(path);
        var authorities = string.Concat((config.Authorities ?? []).Select(static a => a.ExportCertificatePem() + "\n"));
        WholeFile.WritePrivate(path, Kubeconfig.Write("tiphys", config.Server, authorities, certificate.ExportCertificatePem() + "\n", ClusterPki.KeyPem(certificate), null));
    }
}
