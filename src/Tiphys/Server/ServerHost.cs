using Tiphys.Api;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Controllers;
using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Server;
using Tiphys.Dns.Wire;
using Tiphys.Joining;
using Tiphys.Kubelet;
using Tiphys.Proxy;
using Tiphys.Scheduler;
using Tiphys.Storage;
using Tiphys.Storage.Maintenance;
using Tiphys.Up;

namespace Tiphys.Server;

/// <summary><c>tiphys server</c>: the control plane and, unless left out, a node, in one process.</summary>
internal static partial class ServerHost
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="StartException">It cannot start.</exception>
    public static async Task RunAsync(ServerOptions options, ILoggerFactory loggers, CancellationToken cancel)
    {
        var logger = loggers.CreateLogger("Tiphys.Server");
        using var heap = new HeapKeeper(TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        if (!options.Disabled.Contains("agent")) Prerequisites.CheckNode(options.ContainerRuntimeEndpoint is null);
        var data = DataDirectory.Open(options.DataDir);
        options = await SettledAsync(options, data, logger, cancel);
        await using var plane = await ControlPlane.StartAsync(options, data, loggers, cancel);
        WholeFile.WritePrivate(data.ServerRecord, Encoding.UTF8.GetString(ServerRecord.Of(options, AddressOf(options, plane)).ToJson()));
        WriteKubeconfigs(options, data, plane);
        LogReady(logger, (int)TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, plane.Port);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var supervisor = new Supervisor(data.ComponentStates, TimeProvider.System, logger);
        StartComponents(options, data, plane, supervisor, loggers, stop.Token);
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogStopping(logger);
        await stop.CancelAsync();
        await supervisor.WhenEndedAsync();
    }

    /// <summary>What the flags leave open, from where the server has it: its last start, and the cluster it joined or joins now.</summary>
    private static async Task<ServerOptions> SettledAsync(ServerOptions options, DataDirectory data, ILogger logger, CancellationToken cancel)
    {
        var last = ServerRecord.TryRead(data.ServerRecord);
        var kept = KeptEncryption.Apply(KeptEtcd.Apply(options, last), last);
        if (options.Etcd is null && kept.Etcd is { } etcd) LogKept(logger, string.Join(',', etcd.Servers));
        if (options.EncryptionProviderConfig is null && kept.EncryptionProviderConfig is { } encryption) LogKeptEncryption(logger, encryption);
        var settled = await ServerJoin.ApplyAsync(kept, data, TimeProvider.System, logger, cancel);
        KeptEtcd.Check(settled);
        return settled;
    }

    private static void WriteKubeconfigs(ServerOptions options, DataDirectory data, ControlPlane plane)
    {
        plane.WriteKubeconfig(data.AdminKubeconfig, options.BindAddress); // `status`, `token` and `certs` look there
        if (options.WriteKubeconfig is { } elsewhere) plane.WriteKubeconfig(elsewhere, options.BindAddress);
    }

    /// <summary>The administrator's kubeconfigs hold a copy of the certificate, and follow it.</summary>
    private static CertificateRotation Rotation(ServerOptions options, DataDirectory data, ControlPlane plane, ILoggerFactory loggers)
    {
        return new(plane.Pki, Changed, TimeProvider.System, loggers.CreateLogger("Tiphys.Server.Certificates"));

        void Changed(string name)
        {
            if (name == ClusterPki.AdminName) WriteKubeconfigs(options, data, plane);
        }
    }

    private static void StartComponents(ServerOptions options, DataDirectory data, ControlPlane plane, Supervisor supervisor, ILoggerFactory loggers, CancellationToken cancel)
    {
        if (options.EncryptionReload && plane.Encryption is { } encryption)
            supervisor.Run("encryption-reload", encryption.ReloadAsync, cancel);
        supervisor.Run("certificates", Rotation(options, data, plane, loggers).RunAsync, cancel);
        if (plane.Snapshots is { } source) supervisor.Run("snapshots", token => SnapshotsOf(options, data, source, loggers).RunAsync(token), cancel);
        var joining = new JoinObjects(plane.Client("tiphys-server", "system:apiserver", UserInfo.Masters), AddressOf(options, plane), plane.Pki.Authority.Pem, SettingsOf(options), options.Etcd is not null);
        supervisor.Run("joining", async token =>
        {
            await joining.EnsureAsync(token);
            await Task.Delay(Timeout.Infinite, token);
        }, cancel);
        if (!options.Disabled.Contains("dns"))
        {
            var client = plane.Client("tiphys-dns", DnsService.User, "system:serviceaccounts", "system:serviceaccounts:kube-system");
            var admin = plane.Client("tiphys-server", "system:apiserver", UserInfo.Masters);
            var service = new DnsService(admin, options.ClusterDns, options.Advertised);
            supervisor.Run("dns", token => RunDnsAsync(service, client, options, loggers, token), cancel);
            supervisor.Run("dns-service", token => service.RunAsync(TimeProvider.System, token), cancel);
        }

        if (!options.Disabled.Contains("controller-manager"))
        {
            var client = plane.Client("kube-controller-manager", "system:kube-controller-manager");
            supervisor.Run("controller-manager", token => ControllerManager.RunAsync(ControllersOf(options, plane), client, TimeProvider.System, loggers, token), cancel);
        }

        if (!options.Disabled.Contains("scheduler"))
        {
            // One process, one scheduler: there is nobody to elect against while the store is embedded. An etcd may be shared.
            var client = plane.Client("kube-scheduler", "system:kube-scheduler");
            supervisor.Run("scheduler", token => SchedulerComponent.RunAsync(new() { LeaderElect = options.Etcd is not null, LeaderElection = options.LeaderElection }, client, TimeProvider.System, loggers, token), cancel);
        }

        if (options.Disabled.Contains("agent")) return;
        if (!options.Disabled.Contains("proxy"))
        {
            var client = plane.Client("kube-proxy", NodeComponents.Proxy);
            var routes = plane.Client("tiphys-routes", NodeComponents.Routes);
            var proxy = new ProxyOptions { NodeName = options.NodeName, ClusterCidr = options.ClusterCidr, ServiceCidr = options.ServiceClusterIpRange };
            supervisor.Run("proxy", token => ProxyComponent.RunAsync(proxy, client, TimeProvider.System, loggers, token), cancel);
            supervisor.Run("routes", token => Kubelet.Nodes.NodeRoutes.RunAsync(options.NodeName, routes, TimeProvider.System, loggers, token), cancel);
        }

        var nodeClient = plane.Client("kubelet", $"system:node:{options.NodeName}", "system:nodes");
        supervisor.Run("kubelet", token => KubeletAgent.RunAsync(KubeletOf(options, data, plane), nodeClient, loggers, token), cancel);
    }

    private static SnapshotKeeper SnapshotsOf(ServerOptions options, DataDirectory data, ISnapshotSource source, ILoggerFactory loggers)
    {
        var plan = options.Snapshots ?? new SnapshotPlan(SnapshotPlan.DefaultCron, SnapshotPlan.DefaultRetention, data.Snapshots, Disabled: false);
        return new SnapshotKeeper(
            source,
            () => SnapshotPlan.Load(data.SnapshotPlan, plan),
            static (cron, after) => CronSchedule.Parse(cron, TimeZoneInfo.Local).Next(after),
            options.NodeName,
            TimeProvider.System,
            loggers.CreateLogger("Tiphys.Storage.Maintenance"));
    }

    private static async Task RunDnsAsync(DnsService service, KubernetesClient client, ServerOptions options, ILoggerFactory loggers, CancellationToken cancel)
    {
        // Each try looks anew: a second cluster of this machine has the usual port, for example.
        service.Port = PortCheck.FreeOr(options.Advertised, DnsService.UsualPort);
        if (service.Port != DnsService.UsualPort) LogDnsPort(loggers.CreateLogger("Tiphys.Server"), DnsService.UsualPort, options.Advertised, service.Port);
        await service.EnsureAsync(cancel); // the server's rights among them
        await ClusterDnsComponent.RunAsync(client, DnsOptions(options, service.Port), TimeProvider.System, loggers, cancel);
    }

    private static ControllerManagerOptions ControllersOf(ServerOptions options, ControlPlane plane) => new()
    {
        LeaderElect = options.Etcd is not null,
        LeaderElection = options.LeaderElection,
        Controllers = ["*", "bootstrap-signer-controller", "token-cleaner-controller", "kubelet-serving-approving-controller", "node-component-approving-controller"],
        AllocateNodeCidrs = true,
        ClusterCidrs = [options.ClusterCidr],
        ServiceClusterIpRange = options.ServiceClusterIpRange,
        RootCertificates = plane.Pki.Authority.Pem,
        ClusterSigningCertificate = plane.Pki.Authority.Certificate,
        ServiceAccountKey = plane.Pki.ServiceAccountKey,

        // Each controller acts as its own service account, so that a fault of one cannot do what only another may.
        ClientFor = account => plane.Client($"kube-controller-manager/{account}", $"system:serviceaccount:kube-system:{account}", "system:serviceaccounts", "system:serviceaccounts:kube-system"),
    };

    /// <summary>Where others reach this server.</summary>
    private static Uri AddressOf(ServerOptions options, ControlPlane plane) => new($"https://{Host(options.Advertised)}:{plane.Port}");

    private static string Host(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static ClusterSettings SettingsOf(ServerOptions options) => new()
    {
        ClusterCidr = options.ClusterCidr.ToString(),
        ServiceCidr = options.ServiceClusterIpRange.ToString(),
        ClusterDns = options.ClusterDns.ToString(),
        ClusterDomain = options.ClusterDomain,
    };

    private static KubeletOptions KubeletOf(ServerOptions options, DataDirectory data, ControlPlane plane)
    {
        var address = options.NodeIp ?? options.Advertised;
        var serving = plane.Pki.KubeletServing(options.NodeName, address, IPAddress.Loopback);
        return NodePaths.KubeletOptions(data.Root) with
        {
            NodeName = options.NodeName,
            NodeAddresses = [address.ToString()],
            ContainerRuntimeEndpoint = options.ContainerRuntimeEndpoint,
            ClusterCidrs = [options.ClusterCidr.ToString()],
            ClusterDns = [options.ClusterDns.ToString()],
            ClusterDomain = options.ClusterDomain,
            ResolverConfig = options.ResolvConf,
            ServingCertificateSource = () => serving.Current,
            ClientAuthorities = [plane.Pki.Authority.Certificate],
        };
    }

    private static ClusterDnsOptions DnsOptions(ServerOptions options, int port) => new()
    {
        Listen = [new IPEndPoint(options.Advertised, port)],
        Health = null,
        Ready = null,
        Zone = new() { Domain = DnsName.Parse(options.ClusterDomain), ServerAddresses = [options.ClusterDns] },
        Upstreams = ResolvConf.Read(options.ResolvConf),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "the API server is ready after {Milliseconds} ms on port {Port}")]
    private static partial void LogReady(ILogger logger, int milliseconds, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "going on with the etcd of the last start, {Servers}")]
    private static partial void LogKept(ILogger logger, string servers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "port {Usual} on {Address} is taken by another program: the cluster's DNS listens on {Port} (--disable=dns leaves it out)")]
    private static partial void LogDnsPort(ILogger logger, int usual, IPAddress address, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "going on with the encryption of the last start, {File}")]
    private static partial void LogKeptEncryption(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping")]
    private static partial void LogStopping(ILogger logger);
}
