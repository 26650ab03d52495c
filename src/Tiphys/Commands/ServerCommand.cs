using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Tiphys.ApiServer;
using Tiphys.Logging;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary><c>tiphys server</c>.</summary>
internal static class ServerCommand
{
    private static readonly string[] s_parts = ["agent", "controller-manager", "scheduler", "proxy", "dns"];

    private static readonly Dictionary<string, EndpointReconcilerType> s_reconcilers = new(StringComparer.Ordinal)
    {
        ["master-count"] = EndpointReconcilerType.MasterCount,
        ["lease"] = EndpointReconcilerType.Lease,
        ["none"] = EndpointReconcilerType.None,
    };

    public static Command Create() => Create("server", "Run the control plane and a node in one process.", []);

    /// <summary><c>tiphys apiserver</c>: the same without everything beside the API server.</summary>
    public static Command CreateApiServer() => Create("apiserver", "Run the store and the API server only.", s_parts);

    private static Command Create(string name, string description, string[] alwaysDisabled)
    {
        var dataDir = Flags.DataDir();
        var bind = Flags.Address("--bind-address", "Address the API server listens on.", IPAddress.Any);
        var port = new Option<int>("--secure-port") { Description = "Port the API server listens on.", DefaultValueFactory = static _ => 6443 };
        var advertise = Flags.Address("--advertise-address", "Address at which nodes and pods reach the API server; the host's own by default.", null);
        var sans = new Option<string[]>("--tls-san") { Description = "Further names and addresses under which the API server is reached, comma-separated.", DefaultValueFactory = static _ => [] };
        var tokens = new Option<string?>("--token-auth-file") { Description = "CSV file of static bearer tokens: token,user,uid,\"group1,group2\"." };
        var keys = new Option<string[]>("--service-account-key-file") { Description = "File with PEM-encoded private or public keys whose ServiceAccount tokens are accepted besides those of the cluster's key; may be given several times.", DefaultValueFactory = static _ => [] };
        var kubeconfig = new Option<string?>("--write-kubeconfig") { Description = "Where to write the administrator's kubeconfig, besides below --data-dir." };
        var services = Flags.Network("--service-cluster-ip-range", "Addresses for Services.", "10.43.0.0/16");
        var pods = Flags.Network("--cluster-cidr", "Addresses for pods.", "10.42.0.0/16");
        var domain = new Option<string>("--cluster-domain") { Description = "Domain of the cluster's DNS.", DefaultValueFactory = static _ => "cluster.local" };
        var nodePorts = Flags.PortRange("--service-node-port-range", "Ports for Services of type NodePort.", new(30000, 32767));
        var nodeName = new Option<string>("--node-name") { Description = "Name of this node; the host's name by default.", DefaultValueFactory = static _ => Environment.MachineName.ToLowerInvariant() };
        var nodeIp = Flags.Address("--node-ip", "Address of this node; the host's own by default.", null);
        var modes = new Option<string>("--authorization-mode") { Description = "Authorizers in order, comma-separated: Node, RBAC, AlwaysAllow, AlwaysDeny.", DefaultValueFactory = static _ => "Node,RBAC" };
        var runtime = new Option<string?>("--container-runtime-endpoint") { Description = "Socket of a running container runtime (unix:///...); by default tiphys runs a containerd of its own." };
        var resolvers = Flags.ResolvConf();
        var disable = new Option<string[]>("--disable") { Description = $"Parts to leave out, comma-separated: {string.Join(", ", s_parts)}.", DefaultValueFactory = static _ => [] };
        var reconciler = Flags.Choice("--endpoint-reconciler-type", "Who keeps the endpoints of the Service kubernetes; master-count is deprecated.", "lease", s_reconcilers.Keys);
        var count = new Option<int>("--apiserver-count") { Description = "The number of API servers, for --endpoint-reconciler-type=master-count. Deprecated.", DefaultValueFactory = static _ => 1 };
        var snapshots = new SnapshotFlags();
        var etcd = new EtcdFlags();
        var election = new LeaderElectionFlags(ServerOptions.HostedElection);
        var encryption = new Option<string?>("--encryption-provider-config") { Description = "The file containing configuration for encryption providers to be used for storing secrets in etcd." };
        var reload = new Option<bool>("--encryption-provider-config-automatic-reload") { Description = "Read the file set by --encryption-provider-config again when it changes." };
        var join = Flags.Server("--server", "Join the cluster of this server, for example https://10.0.0.1:6443. Once joined it is not needed.");
        var token = new Option<string?>("--token") { Description = "Token to join with, from `tiphys token create --server` on the first server." };
        var hashes = new Option<string[]>("--discovery-token-ca-cert-hash") { Description = "Hash of the cluster's certificate authority, sha256:HEX; the token holds it already.", DefaultValueFactory = static _ => [] };
        var verbosity = Flags.Verbosity();
        var command = new Command(name, description)
        {
            dataDir, bind, port, advertise, sans, tokens, keys, kubeconfig, services, pods, domain, nodePorts, nodeName, nodeIp, modes, runtime, resolvers, disable, reconciler, count, join, token, hashes, verbosity,
        };
        foreach (var option in snapshots.All.Concat(etcd.All).Concat(election.All).Append(encryption).Append(reload)) command.Options.Add(option);
        command.Validators.Add(etcd.Check);
        command.Validators.Add(election.Check);
        command.Validators.Add(result =>
        {
            if (result.GetValue(reload) && result.GetValue(encryption) is null) result.AddError("--encryption-provider-config-automatic-reload must be set with --encryption-provider-config");
        });
        command.Validators.Add(result =>
        {
            if (Flags.IsGiven(result.GetResult(count)) && result.GetValue(count) <= 0) result.AddError($"--apiserver-count should be a positive number, but value '{result.GetValue(count)}' provided");
        });
        command.Validators.Add(result =>
        {
            foreach (var part in Flags.Split(result.GetValue(disable)).Except(s_parts)) result.AddError($"--disable: there is no part \"{part}\"; use {string.Join(", ", s_parts)}");
        });
        command.SetAction((result, cancel) => ServerHost.RunAsync(
            new ServerOptions
            {
                DataDir = result.GetValue(dataDir)!,
                BindAddress = result.GetValue(bind)!,
                SecurePort = result.GetValue(port),
                AdvertiseAddress = result.GetValue(advertise),
                TlsSans = [.. Flags.Split(result.GetValue(sans))],
                TokenAuthFile = result.GetValue(tokens),
                ServiceAccountKeyFiles = result.GetValue(keys)!,
                WriteKubeconfig = result.GetValue(kubeconfig),
                ServiceClusterIpRange = result.GetValue(services),
                ClusterCidr = result.GetValue(pods),
                ClusterDomain = result.GetValue(domain)!,
                ServiceNodePortRange = result.GetValue(nodePorts),
                NodeName = result.GetValue(nodeName)!,
                NodeIp = result.GetValue(nodeIp),
                AuthorizationModes = [.. Flags.Split(result.GetValue(modes)!)],
                ContainerRuntimeEndpoint = result.GetValue(runtime),
                ResolvConf = result.GetValue(resolvers)!,
                EncryptionProviderConfig = result.GetValue(encryption) is { Length: > 0 } config ? config : null,
                EncryptionReload = result.GetValue(reload),
                Etcd = etcd.Settings(result),
                LeaderElection = election.Timing(result),
                EndpointReconciler = s_reconcilers[result.GetValue(reconciler)!],
                ApiServerCount = result.GetValue(count),
                EtcdDefaults = etcd.Defaults(result),
                Join = result.GetValue(join),
                Token = result.GetValue(token),
                AuthorityHashes = result.GetValue(hashes)!,
                Given = command.Options.Where(o => Flags.IsGiven(result.GetResult(o))).Select(static o => o.Name).ToHashSet(StringComparer.Ordinal),
                Snapshots = snapshots.Plan(result, result.GetValue(dataDir)!),
                Disabled = alwaysDisabled.Concat(Flags.Split(result.GetValue(disable))).ToHashSet(StringComparer.Ordinal),
            },
            Logs.Create(result.GetValue(verbosity)),
            cancel));
        return command;
    }
}
