using System.Globalization;
using System.Net;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Has a server that joined run with what its cluster shares. Flags that were left out follow the cluster; flags that contradict it
/// are refused, as k3s does, since two answers to one question would break the cluster slowly.
/// </summary>
internal static class SharedSettings
{
    /// <summary>The options with the cluster's settings.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="cluster">What the cluster shares.</param>
    /// <param name="pki">Directory of the record's files.</param>
    /// <exception cref="StartException">A flag contradicts the cluster.</exception>
    public static ServerOptions Apply(ServerOptions options, ServerRecord cluster, string pki)
    {
        Check("--cluster-cidr", options.ClusterCidr.ToString(), cluster.ClusterCidr);
        Check("--service-cluster-ip-range", options.ServiceClusterIpRange.ToString(), cluster.ServiceClusterIpRange);
        Check("--cluster-domain", options.ClusterDomain, cluster.ClusterDomain);
        Check("--service-node-port-range", ServerRecord.Range(options.ServiceNodePortRange), cluster.ServiceNodePortRange);
        var etcd = cluster.Etcd ?? throw new StartException("the first server keeps its objects in an embedded store, which cannot be shared.");
        if (options.Etcd is { } own && own.Prefix != etcd.Prefix) throw Contradiction("--etcd-prefix", own.Prefix, etcd.Prefix);
        return options with
        {
            ClusterId = cluster.ClusterId,
            SecurePort = options.Given.Contains("--secure-port") ? options.SecurePort : cluster.SecurePort,
            ClusterCidr = IPNetwork.Parse(cluster.ClusterCidr),
            ServiceClusterIpRange = IPNetwork.Parse(cluster.ServiceClusterIpRange),
            ClusterDomain = cluster.ClusterDomain,
            ServiceNodePortRange = cluster.ServiceNodePortRange.Split('-') is [var first, var last] ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture)) : options.ServiceNodePortRange,

            // A server may have its own way to the same etcd: another member first, a certificate of its own.
            Etcd = options.Etcd ?? options.EtcdDefaults with
            {
                Servers = etcd.Servers,
                Prefix = etcd.Prefix,
                AuthorityFile = options.EtcdDefaults.AuthorityFile ?? At(etcd.AuthorityFile),
                CertificateFile = options.EtcdDefaults.CertificateFile ?? At(etcd.CertificateFile),
                KeyFile = options.EtcdDefaults.KeyFile ?? At(etcd.KeyFile),
            },
            EncryptionProviderConfig = options.EncryptionProviderConfig ?? At(cluster.EncryptionProviderConfig),
            EncryptionReload = options.EncryptionReload || (options.EncryptionProviderConfig is null && cluster.EncryptionReload),
        };

        string? At(string? file) => file is null ? null : Path.Combine(pki, file);

        void Check(string flag, string given, string wanted)
        {
            if (options.Given.Contains(flag) && given != wanted) throw Contradiction(flag, given, wanted);
        }
    }

    private static StartException Contradiction(string flag, string given, string wanted) =>
        new($"{flag} {given} contradicts the cluster's {wanted}: all servers of a cluster share it; leave the flag out.");
}
