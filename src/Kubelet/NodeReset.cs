using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Client;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Nodes;

namespace Tiphys.Kubelet;

/// <summary>
/// Takes a node apart once its agent has ended: pods, containerd, mounts, cgroups, and what pods' networking added to the host
/// (upstream's <c>kubeadm reset</c>). Data stays.
/// </summary>
public static class NodeReset
{
    private const string UidLabel = "io.kubernetes.pod.uid";

    /// <summary>Removes everything the node ran. What is gone already is passed over.</summary>
    /// <param name="options">The options the agent ran with.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public static async Task RunAsync(KubeletOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Containerd is { } containerd && File.Exists(containerd.PidPath))
        {
            using var channel = new GrpcChannel(containerd.SocketPath);
            var runtime = new CriRuntimeService(channel, options.RuntimeRequestTimeout);
            var supervisor = new ContainerdSupervisor(containerd, runtime, TimeProvider.System, NullLogger<ContainerdSupervisor>.Instance);
            await RemovePodsAsync(options, runtime, cancel).ConfigureAwait(false);
            await supervisor.ShutdownAsync(cancel).ConfigureAwait(false);
        }

        Native.Mounts.UnmountBelow(options.RootDirectory);
        if (options.Containerd is { } own) Native.Mounts.UnmountBelow(own.Directory);
        if (!options.ManageNetwork) return;
        await RunAsync("ip", cancel, "link", "delete", options.BridgeName).ConfigureAwait(false);
        await RunAsync("ip", cancel, "link", "delete", Overlay.Device).ConfigureAwait(false);
        await RunAsync("nft", cancel, "delete", "table", "inet", "tiphys-node").ConfigureAwait(false);
        foreach (var family in (string[])["-4", "-6"]) await RunAsync("ip", cancel, family, "route", "flush", "proto", NodeRoutes.Protocol).ConfigureAwait(false);
    }

    private static async Task RemovePodsAsync(KubeletOptions options, CriRuntimeService runtime, CancellationToken cancel)
    {
        IReadOnlyList<PodSandbox> sandboxes;
        try
        {
            sandboxes = await runtime.ListPodSandboxesAsync(null, cancel).ConfigureAwait(false);
        }
        catch (GrpcException)
        {
            return; // containerd is gone, and so are its pods' shims after the unmounts
        }

        var cgroups = options.CgroupsPerQos ? new PodCgroups(CgroupTrees.Detect(), options.CgroupRoot) : null;
        // Nearly all of the time is grace periods: they pass side by side.
        await Parallel.ForEachAsync(sandboxes, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancel }, async (sandbox, token) =>
        {
            foreach (var container in await runtime.ListContainersAsync(new ContainerFilter { PodSandboxId = sandbox.Id }, token).ConfigureAwait(false))
                await runtime.StopContainerAsync(container.Id, TimeSpan.FromSeconds(2), token).ConfigureAwait(false);
            await runtime.StopPodSandboxAsync(sandbox.Id, token).ConfigureAwait(false);
            await runtime.RemovePodSandboxAsync(sandbox.Id, token).ConfigureAwait(false);
            if (sandbox.Labels.TryGetValue(UidLabel, out var uid)) cgroups?.Remove(uid);
        }).ConfigureAwait(false);
    }

    /// <summary>Runs a program whose failure means that there was nothing to remove.</summary>
    private static async Task RunAsync(string program, CancellationToken cancel, params string[] arguments)
    {
        if (HostProgram.Find(program) is null) return; // not even installed: nothing of its making can be there
        await HostProgram.RunAsync(program, arguments, cancel: cancel).ConfigureAwait(false);
    }
}
