using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Client;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Cni;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Nodes;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet;

/// <summary>
/// Takes a node apart once its agent has ended: pods, containerd, mounts, cgroups, and what pods' networking added to the host
/// (upstream's <c>kubeadm reset</c>). Data stays.
/// </summary>
public static class NodeReset
{
    private static readonly TimeSpan CgroupPatience = TimeSpan.FromSeconds(5);

    /// <summary>Removes everything the node ran. What is gone already is passed over.</summary>
    /// <param name="options">The options the agent ran with.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">Something is left, and the data that knows of it should stay, too.</exception>
    public static async Task RunAsync(KubeletOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        var pods = new PodDirectories(options.RootDirectory, options.PodLogsDirectory).Uids().ToHashSet(StringComparer.Ordinal);
        if (options.Containerd is { } containerd) await RemoveAllAsync(options, containerd, pods, cancel).ConfigureAwait(false);
        await RemoveCgroupsAsync(options, pods, cancel).ConfigureAwait(false);

        Native.Mounts.UnmountBelow(options.RootDirectory);
        if (options.Containerd is { } own) Native.Mounts.UnmountBelow(own.Directory);
        if (!options.ManageNetwork) return;
        await RunAsync("ip", cancel, "link", "delete", options.BridgeName).ConfigureAwait(false);
        await RunAsync("ip", cancel, "link", "delete", Overlay.Device).ConfigureAwait(false);
        await RunAsync("nft", cancel, "delete", "table", "inet", "tiphys-node").ConfigureAwait(false);
        await HostPortRules.RemoveAsync(CniConfigWriter.NetworkName, cancel).ConfigureAwait(false);
        foreach (var family in (string[])["-4", "-6"]) await RunAsync("ip", cancel, family, "route", "flush", "proto", NodeRoutes.Protocol).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes the pods of a private containerd and ends it. Containers outlive a containerd that was killed, and only it knows
    /// how to find them: then it is started once more.
    /// </summary>
    private static async Task RemoveAllAsync(KubeletOptions options, ContainerdOptions containerd, HashSet<string> pods, CancellationToken cancel)
    {
        if (ContainerdProcess.Configured(options)?.Pid is null && !containerd.HasSandboxes()) return;
        using var channel = new GrpcChannel(containerd.SocketPath);
        var runtime = new CriRuntimeService(channel, options.RuntimeRequestTimeout);
        var supervisor = new ContainerdSupervisor(containerd, runtime, TimeProvider.System, NullLogger<ContainerdSupervisor>.Instance);
        try
        {
            await supervisor.StartAsync(cancel).ConfigureAwait(false);
            await RemovePodsAsync(runtime, pods, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GrpcException or IOException or InvalidOperationException && containerd.HasSandboxes())
        {
            throw new InvalidOperationException($"pods of this node are left, because containerd could not remove them: {e.Message}", e);
        }
        catch (Exception e) when (e is GrpcException or IOException or InvalidOperationException)
        {
            // It never ran a pod.
        }
        finally
        {
            await supervisor.ShutdownAsync(cancel).ConfigureAwait(false);
        }
    }

    private static async Task RemovePodsAsync(CriRuntimeService runtime, HashSet<string> pods, CancellationToken cancel)
    {
        var sandboxes = await runtime.ListPodSandboxesAsync(null, cancel).ConfigureAwait(false);
        foreach (var sandbox in sandboxes)
        {
            if (sandbox.Labels.TryGetValue(RuntimeLabels.PodUid, out var uid)) pods.Add(uid);
        }

        // Nearly all of the time is grace periods: they pass side by side. One pod that resists does not keep the others.
        GrpcException? failure = null;
        await Parallel.ForEachAsync(sandboxes, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancel }, async (sandbox, token) =>
        {
            try
            {
                foreach (var container in await runtime.ListContainersAsync(new ContainerFilter { PodSandboxId = sandbox.Id }, token).ConfigureAwait(false))
                    await runtime.StopContainerAsync(container.Id, TimeSpan.FromSeconds(2), token).ConfigureAwait(false);
                await runtime.StopPodSandboxAsync(sandbox.Id, token).ConfigureAwait(false);
                await runtime.RemovePodSandboxAsync(sandbox.Id, token).ConfigureAwait(false);
            }
            catch (GrpcException e)
            {
                failure = e;
            }
        }).ConfigureAwait(false);
        if (failure is not null) throw failure;
    }

    /// <summary>
    /// Removes the cgroups of this node's pods, those that never got a sandbox among them. Other nodes of this machine may have
    /// theirs beside them, so that only the pods' directories tell whose they are.
    /// </summary>
    private static async Task RemoveCgroupsAsync(KubeletOptions options, HashSet<string> pods, CancellationToken cancel)
    {
        if (!options.CgroupsPerQos || pods.Count == 0) return;
        var cgroups = new PodCgroups(CgroupTrees.Detect(), options.CgroupRoot);
        var time = TimeProvider.System;
        var since = time.GetTimestamp();
        while (true)
        {
            pods.RemoveWhere(cgroups.Remove);
            if (pods.Count == 0) return;
            if (time.GetElapsedTime(since) > CgroupPatience) throw new InvalidOperationException($"the cgroups of these pods are still in use: {string.Join(", ", pods)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancel).ConfigureAwait(false); // what was just killed takes a moment to end
        }
    }

    /// <summary>Runs a program whose failure means that there was nothing to remove.</summary>
    private static async Task RunAsync(string program, CancellationToken cancel, params string[] arguments)
    {
        if (HostProgram.Find(program) is null) return; // not even installed: nothing of its making can be there
        await HostProgram.RunAsync(program, arguments, cancel: cancel).ConfigureAwait(false);
    }
}
