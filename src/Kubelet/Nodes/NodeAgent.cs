using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Events;

namespace Tiphys.Kubelet.Nodes;

/// <summary>Keeps the Node object: makes it, and writes what the node is and how it does.</summary>
internal sealed partial class NodeAgent(
    KubeletOptions options, KubernetesClient client, IImageService images, RuntimeHealth health, NodeSystemInfo system,
    IReadOnlyDictionary<string, Quantity> capacity, IReadOnlyDictionary<string, Quantity> allocatable,
    IEventRecorder events, TimeProvider time, ILogger<NodeAgent> logger)
{
    private const string ManagedAttachAnnotation = "volumes.kubernetes.io/controller-managed-attach-detach";
    private readonly SemaphoreSlim _wake = new(0, 1);
    private DateTimeOffset _written;
    private string _ready = "";

    /// <summary>The node's object as last seen, or null before it exists.</summary>
    public Node? Node { get; private set; }

    /// <summary>Called with each newer state of the object.</summary>
    public Action<Node>? Changed { get; set; }

    /// <summary>Whether something asked for the pods to be kept away for lack of memory, disk or process ids.</summary>
    public (bool Memory, bool Disk, bool Pid) Pressure { get; set; }

    /// <summary>Has the status looked at soon.</summary>
    public void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <summary>Makes the Node object if it is missing and brings its labels up to date. Tries until it succeeds.</summary>
    public async Task RegisterAsync(CancellationToken cancel)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                await RegisterOnceAsync(cancel).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogRegisterFailed(logger, options.NodeName, e.Message);
                await Task.Delay(pause, time, cancel).ConfigureAwait(false);
                pause = pause * 2 < TimeSpan.FromSeconds(7) ? pause * 2 : TimeSpan.FromSeconds(7);
            }
        }
    }

    /// <summary>Keeps the status current until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await UpdateAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogUpdateFailed(logger, e.Message);
            }
            using var timer = time.CreateTimer(_ => Wake(), null, options.NodeStatusUpdateFrequency, Timeout.InfiniteTimeSpan);
            await _wake.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RegisterOnceAsync(CancellationToken cancel)
    {
        var nodes = client.Resource<Node>();
        var existing = await nodes.FindAsync(null, options.NodeName, cancel).ConfigureAwait(false);
        if (existing is null)
        {
            if (!options.RegisterNode) throw new InvalidOperationException("the node does not exist and may not be made");
            var node = new Node
            {
                Metadata = new ObjectMeta
                {
                    Name = options.NodeName,
                    Labels = Labels(),
                    Annotations = new Dictionary<string, string> { [ManagedAttachAnnotation] = "true" },
                },
                Spec = new NodeSpec { Taints = options.RegisterWithTaints.Count > 0 ? [.. options.RegisterWithTaints] : null },
            };
            NodeStatusBuilder.Apply(node, await ObserveAsync(cancel).ConfigureAwait(false), time.GetUtcNow());
            Seen(await nodes.CreateAsync(node, cancel).ConfigureAwait(false));
            LogRegistered(logger, options.NodeName);
            return;
        }
        var wanted = Labels();
        if (wanted.Any(l => existing.Metadata.Labels?.GetValueOrDefault(l.Key) != l.Value))
        {
            existing = existing.DeepCopy();
            existing.Metadata.Labels ??= [];
            foreach (var (key, value) in wanted) existing.Metadata.Labels[key] = value;
            existing = await nodes.UpdateAsync(existing, cancel).ConfigureAwait(false);
        }
        Seen(existing);
    }

    private async Task UpdateAsync(CancellationToken cancel)
    {
        var nodes = client.Resource<Node>();
        var current = await nodes.FindAsync(null, options.NodeName, cancel).ConfigureAwait(false);
        if (current is null)
        {
            await RegisterOnceAsync(cancel).ConfigureAwait(false);
            return;
        }
        Seen(current);
        var now = time.GetUtcNow();
        var wanted = current.DeepCopy();
        NodeStatusBuilder.Apply(wanted, await ObserveAsync(cancel).ConfigureAwait(false), now);
        if (!NodeStatusBuilder.Differs(current.Status, wanted.Status) && now - _written < options.NodeStatusReportFrequency) return;
        Seen(await nodes.UpdateStatusAsync(wanted, cancel).ConfigureAwait(false));
        _written = now;
        var ready = wanted.Status.Conditions!.Find(c => c.Type == NodeConditionType.Ready)!.Status;
        if (_ready.Length > 0 && ready != _ready) Record(ready == "True" ? "NodeReady" : "NodeNotReady");
        _ready = ready;
    }

    /// <summary>Records an event about the node.</summary>
    public void Record(string reason, string? message = null, string type = EventType.Normal) => events.Record(
        new ObjectReference { Kind = "Node", Name = options.NodeName, Uid = options.NodeName },
        type, reason, message ?? $"Node {options.NodeName} status is now: {reason}");

    /// <summary>Takes note of a newer state of the object.</summary>
    public void Seen(Node node)
    {
        if (node.Metadata.Name != options.NodeName) return;
        Node = node;
        Changed?.Invoke(node);
    }

    private async Task<NodeObservation> ObserveAsync(CancellationToken cancel)
    {
        await health.CheckAsync(cancel).ConfigureAwait(false);
        return new NodeObservation
        {
            Options = options,
            System = system,
            Capacity = capacity,
            Allocatable = allocatable,
            Addresses = MachineInfo.Addresses(options),
            Images = health.RuntimeTrouble is null ? await images.ListImagesAsync(cancel).ConfigureAwait(false) : [],
            Troubles = [.. new[] { health.RuntimeTrouble, health.NetworkTrouble }.OfType<string>()],
            MemoryPressure = Pressure.Memory,
            DiskPressure = Pressure.Disk,
            PidPressure = Pressure.Pid,
        };
    }

    private Dictionary<string, string> Labels()
    {
        var labels = new Dictionary<string, string>(options.NodeLabels, StringComparer.Ordinal)
        {
            [WellKnownLabels.Hostname] = options.NodeName,
            [WellKnownLabels.OS] = "linux",
            [WellKnownLabels.Arch] = MachineInfo.Architecture,
            ["beta.kubernetes.io/os"] = "linux",
            ["beta.kubernetes.io/arch"] = MachineInfo.Architecture,
        };
        return labels;
    }

    [LoggerMessage(1, LogLevel.Information, "Registered node {Node}")]
    private static partial void LogRegistered(ILogger logger, string node);

    [LoggerMessage(2, LogLevel.Warning, "Node {Node} was not registered; trying again: {Reason}")]
    private static partial void LogRegisterFailed(ILogger logger, string node, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The node's status was not written: {Reason}")]
    private static partial void LogUpdateFailed(ILogger logger, string reason);
}
