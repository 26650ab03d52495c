using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Client;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Containers;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Images;
using Tiphys.Kubelet.Probes;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Pods;

/// <summary>All that the workers of pods share.</summary>
internal sealed record PodServices
{
    public required KubeletOptions Options { get; init; }
    public required KubernetesClient Client { get; init; }
    public required IRuntimeService Runtime { get; init; }
    public required IImageService Images { get; init; }
    public required RuntimeReader Reader { get; init; }
    public required IEventRecorder Events { get; init; }
    public required ImageManager ImageManager { get; init; }
    public required VolumeManager Volumes { get; init; }
    public required ConfigWatches Watches { get; init; }
    public required PodDirectories Directories { get; init; }
    public required ProbeManager Probes { get; init; }
    public required SandboxConfigBuilder SandboxConfigs { get; init; }
    public required ContainerConfigBuilder ContainerConfigs { get; init; }
    public required ContainerKiller Killer { get; init; }
    public required HookRunner Hooks { get; init; }
    public required PodCgroups? Cgroups { get; init; }
    public required BackOff RestartBackOff { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The node's addresses.</summary>
    public required Func<IReadOnlyList<string>> HostAddresses { get; init; }

    /// <summary>What the node may give to pods.</summary>
    public required IReadOnlyDictionary<string, Quantity> Allocatable { get; init; }

    /// <summary>Whether pods can be given a network yet; null when they can, or why not.</summary>
    public required Func<string?> NetworkNotReady { get; init; }

    /// <summary>Whether the node is short of memory, or of disk.</summary>
    public required Func<(bool Memory, bool Disk)> Pressure { get; init; }
}
