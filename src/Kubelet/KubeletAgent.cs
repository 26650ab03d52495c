using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Nodes;

namespace Tiphys.Kubelet;

/// <summary>The node agent (upstream's kubelet): runs the pods bound to its node and tells the API server how they do.</summary>
public static class KubeletAgent
{
    /// <summary>The Kubernetes version the agent reports for the node.</summary>
    public const string Version = "v1.36.2";

    /// <summary>Runs the agent until cancelled. Pods, and a containerd of our own, go on running after that.</summary>
    /// <param name="options">How to run.</param>
    /// <param name="client">The API server, with the node's identity (<c>system:node:NAME</c> of group <c>system:nodes</c>).</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancel">Ends the agent.</param>
    /// <exception cref="InvalidOperationException">The container runtime is missing or does not start.</exception>
    public static async Task RunAsync(KubeletOptions options, KubernetesClient client, ILoggerFactory loggers, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        var time = TimeProvider.System;
        var socket = options.ContainerRuntimeEndpoint is { } endpoint
            ? endpoint.Replace("unix://", "", StringComparison.Ordinal)
            : options.Containerd?.SocketPath ?? throw new ArgumentException("neither a runtime endpoint nor a private containerd is given", nameof(options));
        using var channel = new GrpcChannel(socket);
        var runtime = new CriRuntimeService(channel, options.RuntimeRequestTimeout);
        var images = new CriImageService(channel, options.RuntimeRequestTimeout);

        ContainerdSupervisor? supervisor = null;
        if (options.ContainerRuntimeEndpoint is null)
        {
            supervisor = new ContainerdSupervisor(options.Containerd!, runtime, time, loggers.CreateLogger<ContainerdSupervisor>());
            await supervisor.StartAsync(cancel).ConfigureAwait(false);
            await new ImageImporter(options.Containerd!, images, loggers.CreateLogger<ImageImporter>()).ImportAllAsync(cancel).ConfigureAwait(false);
        }
        var version = await runtime.VersionAsync(cancel).ConfigureAwait(false);
        var system = MachineInfo.SystemInfo($"{version.RuntimeName}://{version.RuntimeVersion.TrimStart('v')}", Version);

        var node = new NodeParts(options, client, runtime, images, channel, system, loggers, time);
        await node.RunAsync(supervisor, cancel).ConfigureAwait(false);
    }
}
