using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Controllers;
using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Server;
using Tiphys.Dns.Wire;
using Tiphys.Kubelet;
using Tiphys.Logging;
using Tiphys.Proxy;
using Tiphys.Scheduler;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary>The components as processes of their own, against any API server that a kubeconfig names.</summary>
internal static class RoleCommands
{
    private static readonly TimeProvider s_time = TimeProvider.System;

    public static IEnumerable<Command> Create() => [ControllerManagerRole(), SchedulerRole(), KubeletRole(), ProxyRole(), AgentCommand.Create(), DnsRole()];

    private static Command ControllerManagerRole()
    {
        var kubeconfig = Kubeconfig();
        var elect = LeaderElect();
        var election = new LeaderElectionFlags(LeaderElectionTiming.Default);
        var controllers = new Option<string>("--controllers") { Description = "Controllers to run, comma-separated: * for all, -name to leave one out.", DefaultValueFactory = static _ => "*" };
        var cidr = Flags.Network("--cluster-cidr", "Addresses for pods.", "10.42.0.0/16");
        var services = Flags.Network("--service-cluster-ip-range", "Addresses for Services.", "10.43.0.0/16");
        var allocate = new Option<bool>("--allocate-node-cidrs") { Description = "Give every node a part of --cluster-cidr." };
        var root = new Option<string?>("--root-ca-file") { Description = "Certificate authority to publish to every namespace." };
        var key = new Option<string?>("--service-account-private-key-file") { Description = "Key that signs the tokens of service accounts that are kept in secrets." };
        var verbosity = Flags.Verbosity();
        return Role("controller-manager", "Run the controllers.", [kubeconfig, elect, .. election.All, controllers, cidr, services, allocate, root, key, verbosity], (result, cancel) =>
        {
            var options = new ControllerManagerOptions
            {
                LeaderElect = result.GetValue(elect),
                LeaderElection = election.Timing(result),
                Controllers = [.. Flags.Split(result.GetValue(controllers)!)],
                ClusterCidrs = [result.GetValue(cidr)],
                ServiceClusterIpRange = result.GetValue(services),
                AllocateNodeCidrs = result.GetValue(allocate),
                ServiceAccountKey = result.GetValue(key) is { } keyFile ? ServiceAccountKey.Parse(File.ReadAllText(keyFile)) : null,
                RootCertificates = result.GetValue(root) is { } file ? File.ReadAllText(file) : null,
            };
            return RunAsync(result.GetValue(kubeconfig), "kube-controller-manager", result.GetValue(verbosity), (client, loggers) => ControllerManager.RunAsync(options, client, s_time, loggers, cancel));
        }, election.Check);
    }

    private static Command SchedulerRole()
    {
        var kubeconfig = Kubeconfig();
        var elect = LeaderElect();
        var election = new LeaderElectionFlags(LeaderElectionTiming.Default);
        var name = new Option<string>("--scheduler-name") { Description = "Pods with this spec.schedulerName are this scheduler's.", DefaultValueFactory = static _ => "default-scheduler" };
        var verbosity = Flags.Verbosity();
        return Role("scheduler", "Run the scheduler.", [kubeconfig, elect, .. election.All, name, verbosity], (result, cancel) =>
        {
            var options = new SchedulerOptions { LeaderElect = result.GetValue(elect), LeaderElection = election.Timing(result), SchedulerName = result.GetValue(name)! };
            return RunAsync(result.GetValue(kubeconfig), "kube-scheduler", result.GetValue(verbosity), (client, loggers) => SchedulerComponent.RunAsync(options, client, s_time, loggers, cancel));
        }, election.Check);
    }

    private static Command KubeletRole()
    {
        var node = new NodeFlags();
        return Role("kubelet", "Run a node's agent.", node.Kubelet, (result, cancel) =>
            RunAsync(result.GetValue(node.Kubeconfig), "kubelet", result.GetValue(node.Verbosity), (client, loggers) => KubeletAgent.RunAsync(node.KubeletOptions(result), client, loggers, cancel)));
    }

    private static Command ProxyRole()
    {
        var node = new NodeFlags();
        return Role("proxy", "Run a node's service proxy.", node.Proxy, (result, cancel) =>
            RunAsync(result.GetValue(node.Kubeconfig), "kube-proxy", result.GetValue(node.Verbosity), (client, loggers) => Task.WhenAll(
                ProxyComponent.RunAsync(node.ProxyOptions(result), client, s_time, loggers, cancel),
                Kubelet.Nodes.NodeRoutes.RunAsync(node.Name(result), client, s_time, loggers, cancel))));
    }

    private static Command DnsRole()
    {
        var kubeconfig = Kubeconfig();
        var bind = Flags.Address("--bind-address", "Address to answer on.", IPAddress.Any);
        var port = new Option<int>("--port") { Description = "Port to answer on, UDP and TCP.", DefaultValueFactory = static _ => 53 };
        var domain = new Option<string>("--cluster-domain") { Description = "Domain of the cluster.", DefaultValueFactory = static _ => "cluster.local" };
        var resolver = Flags.ResolvConf();
        var verbosity = Flags.Verbosity();
        return Role("dns", "Run the cluster's DNS server.", [kubeconfig, bind, port, domain, resolver, verbosity], (result, cancel) =>
        {
            var options = new ClusterDnsOptions
            {
                Listen = [new IPEndPoint(result.GetValue(bind)!, result.GetValue(port))],
                Zone = new() { Domain = DnsName.Parse(result.GetValue(domain)!) },
                Upstreams = ResolvConf.Read(result.GetValue(resolver)!),
            };
            return RunAsync(result.GetValue(kubeconfig), "tiphys-dns", result.GetValue(verbosity), (client, loggers) => ClusterDnsComponent.RunAsync(client, options, s_time, loggers, cancel));
        });
    }

    internal static Command Role(string name, string description, IEnumerable<Option> options, Func<ParseResult, CancellationToken, Task> run, params IEnumerable<Action<CommandResult>> checks)
    {
        var command = new Command(name, description);
        foreach (var option in options) command.Options.Add(option);
        foreach (var check in checks) command.Validators.Add(check);
        command.SetAction(async (result, cancel) =>
        {
            using var heap = new HeapKeeper(s_time);
            await run(result, cancel);
        });
        return command;
    }

    internal static async Task RunAsync(string? kubeconfig, string userAgent, int verbosity, Func<KubernetesClient, ILoggerFactory, Task> run)
    {
        using var loggers = Logs.Create(verbosity);
        using var client = Client.Kubeconfig.Load(kubeconfig ?? Client.Kubeconfig.DefaultPath).CreateClient(userAgent);
        await run(client, loggers);
    }

    internal static Option<string?> Kubeconfig() => new("--kubeconfig") { Description = "Kubeconfig with the component's identity; $KUBECONFIG by default." };

    private static Option<bool> LeaderElect() => new("--leader-elect") { Description = "Work only while holding the component's Lease.", DefaultValueFactory = static _ => true };
}
