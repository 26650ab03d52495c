using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Network;

namespace Tiphys.Kubelet.Tests.Network;

public sealed class DnsTests : IDisposable
{
    private readonly string _resolver = Path.GetTempFileName();
    private readonly Events _events = new();

    public DnsTests() => File.WriteAllText(_resolver, "# comment\nnameserver 192.0.2.53\nsearch example.com.\noptions timeout:1\n");

    public void Dispose() => File.Delete(_resolver);

    private Kubelet.Cri.V1.DNSConfig For(string policy, Action<Pod>? change = null, params string[] cluster)
    {
        var pod = new Pod { Metadata = new ObjectMeta { Name = "p", Namespace = "ns" }, Spec = new PodSpec { DnsPolicy = policy } };
        change?.Invoke(pod);
        return new DnsConfigurer(new KubeletOptions { ResolverConfig = _resolver, ClusterDns = cluster }, _events).For(pod);
    }

    [Fact]
    public void Cluster_first_searches_the_namespace_then_the_cluster_then_the_node()
    {
        var config = For("ClusterFirst", null, "10.96.0.10");
        Assert.Equal(["10.96.0.10"], config.Servers);
        Assert.Equal(["ns.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.com"], config.Searches);
        Assert.Equal(["ndots:5"], config.Options);
    }

    [Fact]
    public void Host_network_and_default_use_the_nodes_resolver()
    {
        Assert.Equal(["192.0.2.53"], For("ClusterFirst", p => p.Spec.HostNetwork = true, "10.96.0.10").Servers);
        Assert.Equal(["10.96.0.10"], For("ClusterFirstWithHostNet", p => p.Spec.HostNetwork = true, "10.96.0.10").Servers);
        Assert.Equal(["timeout:1"], For("Default", null, "10.96.0.10").Options);
    }

    [Fact]
    public void The_pods_own_settings_come_on_top()
    {
        var config = For("None", p => p.Spec.DnsConfig = new PodDNSConfig
        {
            Nameservers = ["1.1.1.1"], Searches = ["a.b"], Options = [new PodDNSConfigOption { Name = "ndots", Value = "2" }, new PodDNSConfigOption { Name = "rotate" }],
        });
        Assert.Equal(["1.1.1.1"], config.Servers);
        Assert.Equal(["ndots:2", "rotate"], config.Options);
        var merged = For("ClusterFirst", p => p.Spec.DnsConfig = new PodDNSConfig { Options = [new PodDNSConfigOption { Name = "ndots", Value = "1" }] }, "10.96.0.10");
        Assert.Equal(["ndots:1"], merged.Options);
    }

    [Fact]
    public void Too_many_servers_are_cut_off_and_told()
    {
        var config = For("None", p => p.Spec.DnsConfig = new PodDNSConfig { Nameservers = ["1", "2", "3", "4"] });
        Assert.Equal(["1", "2", "3"], config.Servers);
        Assert.Equal("DNSConfigForming", Assert.Single(_events.Reasons));
    }

    [Fact]
    public void The_hosts_file_names_the_pod_and_its_aliases()
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p", Namespace = "ns" },
            Spec = new PodSpec { Hostname = "h", Subdomain = "sub", HostAliases = [new HostAlias { IP = "1.2.3.4", Hostnames = ["x", "y"] }] },
        };
        var hostname = PodHostname.Of(pod, "cluster.local");
        var text = HostsFile.Content(pod, ["10.0.0.1"], hostname, "");
        Assert.StartsWith("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n", text, StringComparison.Ordinal);
        Assert.EndsWith("10.0.0.1\th.sub.ns.svc.cluster.local\th\n\n# Entries added by HostAliases.\n1.2.3.4\tx\ty\n", text, StringComparison.Ordinal);
    }

    private sealed class Events : IEventRecorder
    {
        public List<string> Reasons { get; } = [];
        public void Record(ObjectReference about, string type, string reason, string message) => Reasons.Add(reason);
    }
}
