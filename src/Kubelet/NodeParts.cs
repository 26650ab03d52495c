using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Containers;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Eviction;
using Tiphys.Kubelet.Images;
using Tiphys.Kubelet.Logs;
using Tiphys.Kubelet.Network;
using Tiphys.Kubelet.Nodes;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Probes;
using Tiphys.Kubelet.Server;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet;

/// <summary>Puts the agent's parts together and runs them.</summary>
internal sealed class NodeParts
{
    private readonly KubeletOptions _options;
    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly InformerFactory _informers;
    private readonly IInformer<Service> _serviceInformer;
    private readonly IInformer<Pod> _podInformer;
    private readonly EventRecorder _recorder;
    private readonly NodeEvents _events;
    private readonly RuntimeHealth _health;
    private readonly NodeAgent _agent;
    private readonly NodeNetwork _network;
    private readonly PodServices _services;
    private readonly PodManager _pods;
    private readonly Dictionary<string, Quantity> _allocatable;

    public NodeParts(
        KubeletOptions options, KubernetesClient client, IRuntimeService runtime, IImageService images, GrpcChannel channel,
        NodeSystemInfo system, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _client, _time, _loggers) = (options, client, time, loggers);
        _informers = new InformerFactory(client, time, loggers);
        _serviceInformer = _informers.For<Service>();
        _podInformer = _informers.For<Pod>(null, new ListQuery { FieldSelector = $"spec.nodeName={options.NodeName}" });
        _recorder = new EventRecorder(client, "kubelet", options.NodeName, time, loggers.CreateLogger<EventRecorder>());
        _events = new NodeEvents(_recorder);
        _health = new RuntimeHealth(runtime, time);
        var capacity = MachineInfo.Capacity(options);
        _allocatable = MachineInfo.Allocatable(options, capacity);
        _agent = new NodeAgent(options, client, images, _health, system, capacity, _allocatable, _events, time, loggers.CreateLogger<NodeAgent>());
        _network = new NodeNetwork(options, options.Containerd?.CniConfigDirectory ?? "/etc/cni/net.d", loggers.CreateLogger<NodeNetwork>());
        _services = MakeServices(runtime, images);
        _pods = new PodManager(_services, new ContainerdEvents(channel), loggers.CreateLogger<PodManager>());
    }

    public async Task RunAsync(ContainerdSupervisor? supervisor, CancellationToken cancel)
    {
        try
        {
            _services.Cgroups?.SetUp(_allocatable[ResourceName.Cpu].MilliValue, _allocatable[ResourceName.Memory].Value);
        }
        catch (IOException e)
        {
            // Pods then say so one by one, as their own cgroups fail as well.
            _agent.Record("FailedNodeAllocatableEnforcement", $"Failed to update Node Allocatable Limits: {e.Message}", EventType.Warning);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _agent.Changed = node => _ = _network.ApplyAsync(node, stop.Token);
        // The pod range is given to the node after it registers; pods wait for it.
        _informers.For<Node>(null, new ListQuery { FieldSelector = $"metadata.name={_options.NodeName}" }).On<Node>(
            added: _agent.Seen, updated: (_, node) => _agent.Seen(node));
        var informing = _informers.RunAsync(stop.Token);
        // Pods wait for services, whose addresses go into their environment.
        var synced = SyncPodsAsync(stop.Token);
        var images = new ImageCollector(_options, _services.Runtime, _services.Images, _time, _loggers.CreateLogger<ImageCollector>());
        Task[] parts =
        [
            informing,
            synced,
            _recorder.RunAsync(stop.Token),
            _health.WatchAsync(_agent.Wake, stop.Token),
            _pods.RunAsync(synced, stop.Token),
            RegisterAndReportAsync(stop.Token),
            new NodeLease(_options, _client, () => _agent.Node, _time, _loggers.CreateLogger<NodeLease>()).RunAsync(stop.Token),
            new LogRotationLoop(_services.Runtime, _options, _time, _loggers.CreateLogger<LogRotationLoop>()).RunAsync(stop.Token),
            images.RunAsync(stop.Token),
            new EvictionManager(
                _options, _pods, _services.Runtime, images, _services.Directories, _agent, _events, _time, _loggers.CreateLogger<EvictionManager>()).RunAsync(stop.Token),
            MakeServer().RunAsync(stop.Token),
            supervisor?.SuperviseAsync(stop.Token) ?? Task.CompletedTask,
        ];
        try
        {
            await Task.WhenAll(parts).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Asked to end.
        }
        finally
        {
            _services.Hooks.Dispose();
        }
    }

    private async Task SyncPodsAsync(CancellationToken cancel)
    {
        await _serviceInformer.WaitForSyncAsync(cancel).ConfigureAwait(false);
        _podInformer.AddHandler(_pods);
        await _podInformer.WaitForSyncAsync(cancel).ConfigureAwait(false);
    }

    private async Task RegisterAndReportAsync(CancellationToken cancel)
    {
        await _network.ApplyAsync(null, cancel).ConfigureAwait(false);
        await _agent.RegisterAsync(cancel).ConfigureAwait(false);
        _agent.Record("Starting", "Starting kubelet.");
        await _agent.RunAsync(cancel).ConfigureAwait(false);
    }

    private KubeletServer MakeServer()
    {
        var runtime = _services.Runtime;
        var routes = new KubeletRoutes(
            _pods, new StreamHandler(_pods, runtime), new LogHandler(_pods, runtime, _time),
            new StatsHandler(_options, _pods, runtime, _time), new MetricsHandler(_options, _pods, runtime, _time));
        return new KubeletServer(_options, new KubeletAuth(_options, _client, _time), routes, _loggers, _time);
    }

    private PodServices MakeServices(IRuntimeService runtime, IImageService images)
    {
        var directories = new PodDirectories(_options.RootDirectory, _options.PodLogsDirectory);
        Directory.CreateDirectory(directories.Pods);
        var watches = new ConfigWatches(_client, _time, _loggers);
        var config = new ConfigSource(_client, _serviceInformer, watches);
        var cgroups = _options.CgroupsPerQos ? new PodCgroups(CgroupTrees.Detect(), _options.CgroupRoot) : null;
        var security = new SecurityMapper(_options.SeccompDefault, Path.Combine(_options.RootDirectory, "seccomp"));
        var hooks = new HookRunner(runtime, _time);
        return new PodServices
        {
            Options = _options,
            Client = _client,
            Runtime = runtime,
            Images = images,
            Reader = new RuntimeReader(runtime),
            Events = _events,
            ImageManager = new ImageManager(images, new PullSecretCredentials(config, _events), _events, _time),
            Volumes = new VolumeManager(directories, config, _time),
            Watches = watches,
            Directories = directories,
            Probes = new ProbeManager(new Prober(runtime), _events, _time),
            SandboxConfigs = new SandboxConfigBuilder(_options, new DnsConfigurer(_options, _events), directories, cgroups),
            ContainerConfigs = new ContainerConfigBuilder(new EnvironmentBuilder(config), new MountBuilder(directories), security, MachineInfo.Memory),
            Killer = new ContainerKiller(runtime, hooks, _events, _time),
            Hooks = hooks,
            Cgroups = cgroups,
            RestartBackOff = new BackOff(_time, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5)),
            Time = _time,
            Loggers = _loggers,
            HostAddresses = new AddressCache(_options, _time).Get,
            Allocatable = _allocatable,
            Pressure = () => (_agent.Pressure.Memory, _agent.Pressure.Disk),
            NetworkNotReady = () => _health.NetworkTrouble,
        };
    }
}
