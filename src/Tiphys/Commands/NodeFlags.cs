using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Client;
using Tiphys.Joining;
using Tiphys.Kubelet;
using Tiphys.Proxy;
using Tiphys.Server;
using Tiphys.Up;

namespace Tiphys.Commands;

/// <summary>Flags of the roles that belong to a node.</summary>
internal sealed class NodeFlags
{
    private readonly Option<string> _dataDir = Flags.DataDir();
    private readonly Option<string> _name = new("--node-name", "--hostname-override") { Description = "Name of this node; the host's name by default.", DefaultValueFactory = static _ => Environment.MachineName.ToLowerInvariant() };
    private readonly Option<IPAddress?> _ip = Flags.Address("--node-ip", "Address of this node; the host's own by default.", null);
    private readonly Option<string?> _runtime = new("--container-runtime-endpoint") { Description = "Socket of a running container runtime (unix:///...); by default a containerd of its own." };
    private readonly Option<string?> _dns = new("--cluster-dns") { Description = "Address of the cluster's DNS." };
    private readonly Option<string> _domain = new("--cluster-domain") { Description = "Domain of the cluster's DNS.", DefaultValueFactory = static _ => "cluster.local" };
    private readonly Option<IPNetwork> _pods = Flags.Network("--cluster-cidr", "Addresses of pods.", "10.42.0.0/16");
    private readonly Option<IPNetwork> _services = Flags.Network("--service-cluster-ip-range", "Addresses of Services.", "10.43.0.0/16");
    private readonly Option<string> _resolvers = Flags.ResolvConf();
    private readonly Option<string?> _clientCa = new("--client-ca-file") { Description = "Authority of those who may talk to the agent's server." };
    private readonly Option<string?> _certificate = new("--tls-cert-file") { Description = "Serving certificate of the agent's server." };
    private readonly Option<string?> _key = new("--tls-private-key-file") { Description = "Its key." };
    private readonly Option<string> _cgroups = new("--cgroup-root") { Description = "Cgroup below which pods' cgroups are made.", DefaultValueFactory = static _ => "/" };

    public Option<string?> Kubeconfig { get; } = RoleCommands.Kubeconfig();

    public Option<int> Verbosity { get; } = Flags.Verbosity();

    public IEnumerable<Option> Kubelet => [Kubeconfig, _dataDir, _name, _ip, _runtime, _dns, _domain, _pods, _services, _resolvers, _clientCa, _certificate, _key, _cgroups, Verbosity];

    public IEnumerable<Option> Proxy => [Kubeconfig, _name, _pods, _services, Verbosity];

    public string DataDir(ParseResult result) => result.GetValue(_dataDir)!;

    public string Name(ParseResult result) => result.GetValue(_name)!;

    public KubeletOptions KubeletOptions(ParseResult result)
    {
        Prerequisites.CheckNode(result.GetValue(_runtime) is null);
        var certificate = result.GetValue(_certificate);
        var authorities = result.GetValue(_clientCa) is { } file ? PemCertificates.Load(file) : [];
        return NodePaths.KubeletOptions(result.GetValue(_dataDir)!) with
        {
            NodeName = result.GetValue(_name)!,
            NodeAddresses = [(result.GetValue(_ip) ?? HostAddress.Find()).ToString()],
            ContainerRuntimeEndpoint = result.GetValue(_runtime),
            ClusterCidrs = [result.GetValue(_pods).ToString()],
            ClusterDns = result.GetValue(_dns) is { } dns ? [dns] : [],
            ClusterDomain = result.GetValue(_domain)!,
            ResolverConfig = result.GetValue(_resolvers)!,
            ServingCertificate = certificate is null ? null : X509Certificate2.CreateFromPemFile(certificate, result.GetValue(_key)),
            ClientAuthorities = authorities.Count > 0 ? authorities : null,
            CgroupRoot = result.GetValue(_cgroups)!,
        };
    }

    public ProxyOptions ProxyOptions(ParseResult result) => new() { NodeName = result.GetValue(_name)!, ClusterCidr = result.GetValue(_pods), ServiceCidr = result.GetValue(_services) };

    /// <summary>What flags say of the cluster; a joined node learns the rest from the cluster.</summary>
    public ClusterSettings Settings(ParseResult result) => new()
    {
        ClusterCidr = Flags.IsGiven(result.GetResult(_pods)) ? result.GetValue(_pods).ToString() : null,
        ServiceCidr = Flags.IsGiven(result.GetResult(_services)) ? result.GetValue(_services).ToString() : null,
        ClusterDns = result.GetValue(_dns),
        ClusterDomain = Flags.IsGiven(result.GetResult(_domain)) ? result.GetValue(_domain) : null,
    };
}
