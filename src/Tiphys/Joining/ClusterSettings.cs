using System.Net;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet;
using Tiphys.Proxy;

namespace Tiphys.Joining;

/// <summary>
/// What nodes must know of the cluster, published in ConfigMap kube-system/tiphys-cluster (kubeadm has kubelet-config and
/// kube-proxy for that). Null: not known.
/// </summary>
internal sealed record ClusterSettings
{
    /// <summary>The ConfigMap.</summary>
    public const string Name = "tiphys-cluster";

    public string? ClusterCidr { get; init; }

    public string? ServiceCidr { get; init; }

    public string? ClusterDns { get; init; }

    public string? ClusterDomain { get; init; }

    /// <summary>Reads the ConfigMap.</summary>
    public static ClusterSettings Read(ConfigMap map)
    {
        var data = map.Data ?? [];
        return new()
        {
            ClusterCidr = data.GetValueOrDefault("clusterCIDR"),
            ServiceCidr = data.GetValueOrDefault("serviceClusterIPRange"),
            ClusterDns = data.GetValueOrDefault("clusterDNS"),
            ClusterDomain = data.GetValueOrDefault("clusterDomain"),
        };
    }

    /// <summary>The ConfigMap's data.</summary>
    public Dictionary<string, string> ToData()
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (ReadOnlySpan<(string, string?)>)[("clusterCIDR", ClusterCidr), ("serviceClusterIPRange", ServiceCidr), ("clusterDNS", ClusterDns), ("clusterDomain", ClusterDomain)])
            if (value is not null) data[key] = value;
        return data;
    }

    /// <summary>These settings, and others' where these say nothing.</summary>
    public ClusterSettings Or(ClusterSettings other) => new()
    {
        ClusterCidr = ClusterCidr ?? other.ClusterCidr,
        ServiceCidr = ServiceCidr ?? other.ServiceCidr,
        ClusterDns = ClusterDns ?? other.ClusterDns,
        ClusterDomain = ClusterDomain ?? other.ClusterDomain,
    };

    public KubeletOptions Apply(KubeletOptions options) => options with
    {
        ClusterCidrs = ClusterCidr is null ? options.ClusterCidrs : [ClusterCidr],
        ClusterDns = ClusterDns is null ? options.ClusterDns : [ClusterDns],
        ClusterDomain = ClusterDomain ?? options.ClusterDomain,
    };

    public ProxyOptions Apply(ProxyOptions options) => options with
    {
        ClusterCidr = IPNetwork.TryParse(ClusterCidr, out var pods) ? pods : options.ClusterCidr,
        ServiceCidr = IPNetwork.TryParse(ServiceCidr, out var services) ? services : options.ServiceCidr,
    };
}
