using System.CommandLine;
using Tiphys.Joining;
using Tiphys.Kubelet;
using Tiphys.Kubelet.Nodes;
using Tiphys.Logging;
using Tiphys.Proxy;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary><c>tiphys agent</c>: a node of a cluster whose control plane is elsewhere.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var node = new NodeFlags();
        var server = Flags.Server("--server", "Address of the API server, for example https://10.0.0.1:6443. Once the node has joined it is remembered.");
        var token = new Option<string?>("--token") { Description = "Bootstrap token to join with, from `tiphys token create`. Not needed once the node has joined." };
        var hashes = new Option<string[]>("--discovery-token-ca-cert-hash") { Description = "Hash of the cluster's certificate authority, sha256:HEX, which must match for the node to join.", DefaultValueFactory = static _ => [] };
        var unsafeSkip = new Option<bool>("--discovery-token-unsafe-skip-ca-verification") { Description = "Join without a hash of the authority: anyone who has the token could pass for the cluster." };
        var port = new Option<int>("--lb-server-port") { Description = "Port on loopback of the balancer in front of the cluster's API servers.", DefaultValueFactory = static _ => 6444 };
        return RoleCommands.Role("agent", "Run a node: agent and service proxy. It joins with --server and --token, or runs with the node's --kubeconfig.", [server, token, hashes, unsafeSkip, port, .. node.Kubelet], async (result, cancel) =>
        {
            var options = node.KubeletOptions(result);
            if (result.GetValue(node.Kubeconfig) is not null)
            {
                await RunWithKubeconfigAsync(node, options, result, cancel);
                return;
            }

            using var loggers = Logs.Create(result.GetValue(node.Verbosity));
            await AgentHost.RunAsync(
                new AgentOptions
                {
                    DataDir = DataDirectory.Open(node.DataDir(result)),
                    Kubelet = options,
                    Proxy = node.ProxyOptions(result),
                    Settings = node.Settings(result),
                    Server = result.GetValue(server),
                    BalancerPort = result.GetValue(port),
                    Token = result.GetValue(token),
                    AuthorityHashes = result.GetValue(hashes)!,
                    SkipAuthorityVerification = result.GetValue(unsafeSkip),
                },
                TimeProvider.System,
                loggers,
                cancel);
        });
    }

    /// <summary>All parts with one identity that somebody else made.</summary>
    private static Task RunWithKubeconfigAsync(NodeFlags node, KubeletOptions options, ParseResult result, CancellationToken cancel) => RoleCommands.RunAsync(
        result.GetValue(node.Kubeconfig),
        "kubelet",
        result.GetValue(node.Verbosity),
        (client, loggers) => Task.WhenAll(
            KubeletAgent.RunAsync(options, client, loggers, cancel),
            ProxyComponent.RunAsync(node.ProxyOptions(result), client, TimeProvider.System, loggers, cancel),
            NodeRoutes.RunAsync(node.Name(result), client, TimeProvider.System, loggers, cancel)));
}
