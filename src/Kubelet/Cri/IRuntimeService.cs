using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Cri;

/// <summary>The runtime half of the CRI: sandboxes, containers and the commands run in them.</summary>
/// <remarks>Every method throws <see cref="Grpc.GrpcException"/> when the runtime refuses or cannot be reached.</remarks>
internal interface IRuntimeService
{
    Task<VersionResponse> VersionAsync(CancellationToken cancel);
    Task<StatusResponse> StatusAsync(bool verbose, CancellationToken cancel);
    Task UpdatePodCidrAsync(string podCidr, CancellationToken cancel);

    /// <summary>Makes and starts a sandbox, network included, and returns its id.</summary>
    Task<string> RunPodSandboxAsync(PodSandboxConfig config, string runtimeHandler, CancellationToken cancel);

    /// <summary>Stops every process of the sandbox and takes its network down. May be repeated.</summary>
    Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel);
    Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel);

    /// <summary>The sandbox's state, or null when the runtime knows none of that id.</summary>
    Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel);
    Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(PodSandboxFilter? filter, CancellationToken cancel);

    Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandbox, CancellationToken cancel);
    Task StartContainerAsync(string containerId, CancellationToken cancel);

    /// <summary>Sends the stop signal, waits out the grace period, then kills. May be repeated.</summary>
    Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel);
    Task RemoveContainerAsync(string containerId, CancellationToken cancel);
    Task<IReadOnlyList<Container>> ListContainersAsync(ContainerFilter? filter, CancellationToken cancel);

    /// <summary>The container's state, or null when the runtime knows none of that id.</summary>
    Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel);

    /// <summary>The runtime's own JSON details of a container, keyed as the runtime pleases ("info" for containerd).</summary>
    Task<IDictionary<string, string>> ContainerInfoAsync(string containerId, CancellationToken cancel);
    Task UpdateContainerResourcesAsync(string containerId, LinuxContainerResources resources, CancellationToken cancel);

    /// <summary>Has the runtime open the container's log file anew, after the old one was renamed.</summary>
    Task ReopenContainerLogAsync(string containerId, CancellationToken cancel);

    /// <summary>Runs a command to its end. A timeout of zero sets no limit.</summary>
    Task<ExecSyncResponse> ExecSyncAsync(string containerId, IEnumerable<string> command, TimeSpan timeout, CancellationToken cancel);

    /// <summary>The URL at which the runtime streams the given command's input and output.</summary>
    Task<Uri> ExecAsync(ExecRequest request, CancellationToken cancel);
    Task<Uri> AttachAsync(AttachRequest request, CancellationToken cancel);
    Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken cancel);
    Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(ContainerStatsFilter? filter, CancellationToken cancel);
    Task<IReadOnlyList<PodSandboxStats>> ListPodSandboxStatsAsync(PodSandboxStatsFilter? filter, CancellationToken cancel);
}
