using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubelet;
using Tiphys.Kubelet.Nodes;
using Tiphys.Proxy;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Runs a joined node: kubelet, service proxy and routes, each with an identity of its own, whose certificates are kept valid, and
/// the balancer through which all of them find an API server that lives.
/// </summary>
internal sealed partial class AgentHost
{
    private static readonly TimeSpan SettingsPatience = TimeSpan.FromSeconds(5);
    private readonly AgentOptions _options;
    private readonly NodeIdentity _identity;
    private readonly ServerList _servers;
    private readonly ServerBalancer _balancer;
    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly Supervisor _supervisor;

    private AgentHost(AgentOptions options, NodeIdentity identity, ServerList servers, ServerBalancer balancer, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _servers, _balancer, _time, _loggers) = (options, servers, balancer, time, loggers);
        _logger = loggers.CreateLogger("Tiphys.Agent");
        _identity = identity.At(balancer.Address);
        _client = _identity.Client("kubelet", identity.Certificate);
        _supervisor = new Supervisor(options.DataDir.ComponentStates, time, _logger);
    }

    /// <summary>Joins if need be, and runs the node until cancelled. Containers go on running after that.</summary>
    /// <exception cref="StartException">The node cannot join or start.</exception>
    public static async Task RunAsync(AgentOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var identity = await NodeIdentity.OpenAsync(options, time, loggers, cancel);
        var servers = ServerList.Open(options.ServersFile, identity.Server, first: options.Server is not null);
        using var balancer = Listen(options.BalancerPort, servers, time, loggers.CreateLogger("Tiphys.Agent"));
        await new AgentHost(options, identity, servers, balancer, time, loggers).RunAsync(cancel);
    }

    private static ServerBalancer Listen(int port, ServerList servers, TimeProvider time, ILogger logger)
    {
        PortCheck.Free(IPAddress.Loopback, port, "--lb-server-port");
        return new ServerBalancer(new IPEndPoint(IPAddress.Loopback, port), servers, time, logger);
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var probe = new ReadinessProbe(_identity.Authorities);
        _supervisor.Run("balancer", _balancer.RunAsync, stop.Token);
        _supervisor.Run("server monitor", new ServerMonitor(_servers, _balancer, probe, _time, _logger).RunAsync, stop.Token);
        Keep("kubelet certificate", _identity.Certificate, stop.Token);
        var settings = _options.Settings.Or(await SettingsAsync(cancel));
        var kubelet = settings.Apply(_options.Kubelet);
        var serving = ServingCertificate();
        Keep("kubelet-server certificate", serving, stop.Token);
        kubelet = kubelet with { ClientAuthorities = kubelet.ClientAuthorities ?? _identity.Authorities };
        if (kubelet.ServingCertificate is null) kubelet = kubelet with { ServingCertificateSource = () => serving.Current };
        _supervisor.Run("kubelet", token => KubeletAgent.RunAsync(kubelet, _client, _loggers, token), stop.Token);

        var proxy = settings.Apply(_options.Proxy);
        RunComponent(
            "proxy", NodeComponents.Proxy, "kube-proxy", stop.Token,
            ("proxy", (client, token) => ProxyComponent.RunAsync(proxy, client, _time, _loggers, token)),
            ("servers", (client, token) => new ServerFollower(client, _servers, _balancer, _time, _loggers).RunAsync(token)));
        RunComponent("routes", NodeComponents.Routes, "tiphys-routes", stop.Token, ("routes", (client, token) => NodeRoutes.RunAsync(kubelet.NodeName, client, _time, _loggers, token)));
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync();
        await _supervisor.WhenEndedAsync();
    }

    /// <summary>Runs parts that share an identity, which the node asks for.</summary>
    private void RunComponent(string name, string user, string userAgent, CancellationToken cancel, params (string Name, Func<KubernetesClient, CancellationToken, Task> Run)[] parts)
    {
        var template = CertificateTemplate.Client(NodeComponents.Signer, user);
        var certificate = Keeper(name, () => template);
        var client = _identity.Client(userAgent, certificate);
        Keep($"{name} certificate", certificate, cancel);
        foreach (var part in parts)
        {
            _supervisor.Run(part.Name, async token =>
            {
                await certificate.WaitAsync(token);
                await part.Run(client, token);
            }, cancel);
        }
    }

    private CertificateKeeper ServingCertificate()
    {
        var node = _options.Kubelet.NodeName;
        var addresses = _options.Kubelet.NodeAddresses.Select(IPAddress.Parse).ToList();
        var template = CertificateTemplate.Server("kubernetes.io/kubelet-serving", $"system:node:{node}", ["system:nodes"], [node], addresses);
        return Keeper("kubelet-server", () => template);
    }

    private CertificateKeeper Keeper(string name, Func<CertificateTemplate> template) => new(new(_options.DataDir.AgentCertificates, name), template, _time, _logger);

    /// <summary>All certificates are asked for as the node.</summary>
    private void Keep(string name, CertificateKeeper certificate, CancellationToken cancel) => _supervisor.Run(name, token => certificate.RunAsync(new SigningRequestIssuer(_client), token), cancel);

    /// <summary>What the cluster says of itself; what it said last while it is out of reach, so that a node starts without it.</summary>
    private async Task<ClusterSettings> SettingsAsync(CancellationToken cancel)
    {
        var file = Path.Combine(_options.DataDir.Agent, "cluster.json");
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(SettingsPatience);
            try
            {
                var map = await _client.Resource<ConfigMap>().GetAsync(WellKnownNamespaces.System, ClusterSettings.Name, patience.Token);
                WholeFile.WritePrivate(file, System.Text.Encoding.UTF8.GetString(ApiJson.Encode(map)));
                return ClusterSettings.Read(map);
            }
            catch (Exception e) when (e is HttpRequestException or ApiException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                LogNoSettings(_logger, e.Message);
            }

            if (File.Exists(file)) return ClusterSettings.Read(ApiJson.Decode<ConfigMap>(await File.ReadAllBytesAsync(file, cancel)));
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's settings could not be read: {Reason}")]
    private static partial void LogNoSettings(ILogger logger, string reason);
}
