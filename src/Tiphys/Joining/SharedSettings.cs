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
        var etcd = cluster.Etcd ?? throw new StartException("the first server keeps its objects in an embedded store, which cannot be shared.");
        Check("--secure-port", options.SecurePort.ToString(CultureInfo.InvariantCulture), cluster.SecurePort.ToString(CultureInfo.InvariantCulture));
        Check("--cluster-cidr", options.ClusterCidr.ToString(), cluster.ClusterCidr);
        Check("--service-cluster-ip-range", options.ServiceClusterIpRange.ToString(), cluster.ServiceClusterIpRange);
        Check("--cluster-domain", options.ClusterDomain, cluster.ClusterDomain);
        Check("--service-node-port-range", options.ServiceNodePortRange.ToString(), cluster.ServiceNodePortRange);
        Check("--etcd-prefix", (options.Etcd ?? options.EtcdDefaults).Prefix, etcd.Prefix);
        return options with
        {
            ClusterId = cluster.ClusterId,
            SecurePort = cluster.SecurePort,
            ClusterCidr = IPNetwork.Parse(cluster.ClusterCidr),
            ServiceClusterIpRange = IPNetwork.Parse(cluster.ServiceClusterIpRange),
            ClusterDomain = cluster.ClusterDomain,
            ServiceNodePortRange = Ports.TryParse(cluster.ServiceNodePortRange, out var ports) ? ports : options.ServiceNodePortRange,

            // A server may have its own way to the same etcd: another member first, a certificate of its own.
            Etcd = etcd.Below(Path.GetFullPath(pki)).Under(options),
            EtcdIsShared = options.Etcd is null && options.EtcdDefaults is { AuthorityFile: null, CertificateFile: null },
            EncryptionProviderConfig = options.EncryptionProviderConfig ?? At(cluster.EncryptionProviderConfig),
            EncryptionReload = options.EncryptionReload || (options.EncryptionProviderConfig is null && cluster.EncryptionReload),
        };

        string? At(string? file) => file is null ? null : Path.Combine(pki, file);

        void Check(string flag, string given, string wanted)
        {
            if (options.Given.Contains(flag) && given != wanted)
                throw new StartException($"{flag} {given} contradicts the cluster's {wanted}: all servers of a cluster share it; leave the flag out.");
        }
    }
}
