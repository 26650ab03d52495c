using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Cri;

/// <summary>The runtime service over a CRI socket.</summary>
/// <param name="channel">The connection, shared with the image service.</param>
/// <param name="timeout">The limit on ordinary calls (<c>--runtime-request-timeout</c>, two minutes by default).</param>
internal sealed class CriRuntimeService(GrpcChannel channel, TimeSpan timeout) : IRuntimeService
{
    private const string Service = "/runtime.v1.RuntimeService/";

    // containerd stops a sandbox's network and tasks in one call, and retries inside it.
    private readonly TimeSpan _sandboxTimeout = timeout * 2;

    public Task<VersionResponse> VersionAsync(CancellationToken cancel) =>
        CallAsync("Version", new VersionRequest { Version = "0.1.0" }, VersionResponse.Parser, cancel);

    public Task<StatusResponse> StatusAsync(bool verbose, CancellationToken cancel) =>
        CallAsync("Status", new StatusRequest { Verbose = verbose }, StatusResponse.Parser, cancel);

    public Task UpdatePodCidrAsync(string podCidr, CancellationToken cancel) => CallAsync(
        "UpdateRuntimeConfig",
        new UpdateRuntimeConfigRequest { RuntimeConfig = new() { NetworkConfig = new() { PodCidr = podCidr } } },
        UpdateRuntimeConfigResponse.Parser, cancel);

    public async Task<string> RunPodSandboxAsync(PodSandboxConfig config, string runtimeHandler, CancellationToken cancel) =>
        (await channel.UnaryAsync(
            Service + "RunPodSandbox", new RunPodSandboxRequest { Config = config, RuntimeHandler = runtimeHandler },
            RunPodSandboxResponse.Parser, _sandboxTimeout, cancel).ConfigureAwait(false)).PodSandboxId;

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel) => channel.UnaryAsync(
        Service + "StopPodSandbox", new StopPodSandboxRequest { PodSandboxId = sandboxId },
        StopPodSandboxResponse.Parser, _sandboxTimeout, cancel);

    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel) => CallAsync(
        "RemovePodSandbox", new RemovePodSandboxRequest { PodSandboxId = sandboxId }, RemovePodSandboxResponse.Parser, cancel);

    public async Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel)
    {
        try
        {
            return (await CallAsync(
                "PodSandboxStatus", new PodSandboxStatusRequest { PodSandboxId = sandboxId },
                PodSandboxStatusResponse.Parser, cancel).ConfigureAwait(false)).Status;
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(PodSandboxFilter? filter, CancellationToken cancel) =>
        (await CallAsync(
            "ListPodSandbox", new ListPodSandboxRequest { Filter = filter }, ListPodSandboxResponse.Parser, cancel)
            .ConfigureAwait(false)).Items;

    public async Task<string> CreateContainerAsync(
        string sandboxId, ContainerConfig config, PodSandboxConfig sandbox, CancellationToken cancel) =>
        (await CallAsync(
            "CreateContainer", new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = sandbox },
            CreateContainerResponse.Parser, cancel).ConfigureAwait(false)).ContainerId;

    public Task StartContainerAsync(string containerId, CancellationToken cancel) => CallAsync(
        "StartContainer", new StartContainerRequest { ContainerId = containerId }, StartContainerResponse.Parser, cancel);

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => channel.UnaryAsync(
        Service + "StopContainer",
        new StopContainerRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(grace.TotalSeconds) },
        StopContainerResponse.Parser, timeout + grace, cancel);

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => CallAsync(
        "RemoveContainer", new RemoveContainerRequest { ContainerId = containerId }, RemoveContainerResponse.Parser, cancel);

    public async Task<IReadOnlyList<Container>> ListContainersAsync(ContainerFilter? filter, CancellationToken cancel) =>
        (await CallAsync(
            "ListContainers", new ListContainersRequest { Filter = filter }, ListContainersResponse.Parser, cancel)
            .ConfigureAwait(false)).Containers;

    public async Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel)
    {
        try
        {
            return (await CallAsync(
                "ContainerStatus", new ContainerStatusRequest { ContainerId = containerId },
                ContainerStatusResponse.Parser, cancel).ConfigureAwait(false)).Status;
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IDictionary<string, string>> ContainerInfoAsync(string containerId, CancellationToken cancel) =>
        (await CallAsync(
            "ContainerStatus", new ContainerStatusRequest { ContainerId = containerId, Verbose = true },
            ContainerStatusResponse.Parser, cancel).ConfigureAwait(false)).Info;

    public Task UpdateContainerResourcesAsync(string containerId, LinuxContainerResources resources, CancellationToken cancel) =>
        CallAsync(
            "UpdateContainerResources", new UpdateContainerResourcesRequest { ContainerId = containerId, Linux = resources },
            UpdateContainerResourcesResponse.Parser, cancel);

    public Task ReopenContainerLogAsync(string containerId, CancellationToken cancel) => CallAsync(
        "ReopenContainerLog", new ReopenContainerLogRequest { ContainerId = containerId }, ReopenContainerLogResponse.Parser, cancel);

    public Task<ExecSyncResponse> ExecSyncAsync(
        string containerId, IEnumerable<string> command, TimeSpan limit, CancellationToken cancel)
    {
        var request = new ExecSyncRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(limit.TotalSeconds) };
        request.Cmd.Add(command);
        // The runtime enforces the limit; ours only guards against a runtime that hangs.
        return channel.UnaryAsync(
            Service + "ExecSync", request, ExecSyncResponse.Parser, limit > TimeSpan.Zero ? limit + timeout : null, cancel);
    }

    public async Task<Uri> ExecAsync(ExecRequest request, CancellationToken cancel) =>
        new((await CallAsync("Exec", request, ExecResponse.Parser, cancel).ConfigureAwait(false)).Url);

    public async Task<Uri> AttachAsync(AttachRequest request, CancellationToken cancel) =>
        new((await CallAsync("Attach", request, AttachResponse.Parser, cancel).ConfigureAwait(false)).Url);

    public async Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken cancel) =>
        new((await CallAsync("PortForward", request, PortForwardResponse.Parser, cancel).ConfigureAwait(false)).Url);

    public async Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(ContainerStatsFilter? filter, CancellationToken cancel) =>
        (await CallAsync(
            "ListContainerStats", new ListContainerStatsRequest { Filter = filter }, ListContainerStatsResponse.Parser, cancel)
            .ConfigureAwait(false)).Stats;

    public async Task<IReadOnlyList<PodSandboxStats>> ListPodSandboxStatsAsync(
        PodSandboxStatsFilter? filter, CancellationToken cancel) =>
        (await CallAsync(
            "ListPodSandboxStats", new ListPodSandboxStatsRequest { Filter = filter }, ListPodSandboxStatsResponse.Parser, cancel)
            .ConfigureAwait(false)).Stats;

    private Task<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancel)
        where TReply : IMessage<TReply> => channel.UnaryAsync(Service + method, request, parser, timeout, cancel);
}
