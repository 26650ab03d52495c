using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Containers;
using Tiphys.Grpc;
using Container = Tiphys.Api.Core.V1.Container;

namespace Tiphys.Kubelet.Pods;

/// <summary>Stops everything of a pod.</summary>
internal sealed class PodStopper(PodServices services)
{
    /// <summary>Stops all containers at once, sidecars after the rest, and then the sandboxes.</summary>
    public async Task StopAsync(Pod pod, RuntimePod runtime, TimeSpan grace, CancellationToken cancel)
    {
        var running = runtime.Containers.Where(c => c.State is RunState.Running or RunState.Unknown).ToList();
        var order = new StopOrder(pod, [.. running.Select(c => c.Name)]);
        var address = (pod.Spec.HostNetwork ? services.HostAddresses() : runtime.Addresses).FirstOrDefault() ?? "";
        await Task.WhenAll(running.Select(async run =>
        {
            var spec = PodContainers.Find(pod, run.Name) ?? Restore(run);
            try
            {
                await services.Killer.KillAsync(
                    pod, spec, run.Id, "", grace, address, (left, c) => order.WaitForTurnAsync(run.Name, left, services.Time, c), cancel).ConfigureAwait(false);
            }
            finally
            {
                order.Ended(run.Name);
            }
        })).ConfigureAwait(false);
        foreach (var sandbox in runtime.Sandboxes)
        {
            if (sandbox.IsReady || runtime.Sandboxes[0] == sandbox)
                await services.Runtime.StopPodSandboxAsync(sandbox.Id, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Removes all containers and sandboxes of a stopped pod from the runtime.</summary>
    public async Task RemoveAsync(RuntimePod runtime, CancellationToken cancel)
    {
        foreach (var container in runtime.Containers) await RemoveContainerAsync(container, cancel).ConfigureAwait(false);
        foreach (var sandbox in runtime.Sandboxes)
        {
            try
            {
                await services.Runtime.RemovePodSandboxAsync(sandbox.Id, cancel).ConfigureAwait(false);
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
            {
                // Someone was faster.
            }
        }
    }

    /// <summary>Removes what earlier runs left: of each container only the last two are kept, for their logs and exit codes.</summary>
    public async Task PruneAsync(RuntimePod runtime, CancellationToken cancel)
    {
        const int kept = 2;
        foreach (var group in runtime.Containers.GroupBy(c => c.Name))
        {
            foreach (var old in group.Skip(kept).Where(c => c.State == RunState.Exited))
            {
                await RemoveContainerAsync(old, cancel).ConfigureAwait(false);
                if (old.LogPath.Length > 0) Logs.LogRotator.Delete(old.LogPath);
            }
        }
        foreach (var old in runtime.Sandboxes.Skip(1).Where(s => !s.IsReady && runtime.Containers.All(c => c.SandboxId != s.Id)))
            await services.Runtime.RemovePodSandboxAsync(old.Id, cancel).ConfigureAwait(false);
    }

    private async Task RemoveContainerAsync(RuntimeContainer container, CancellationToken cancel)
    {
        try
        {
            await services.Runtime.RemoveContainerAsync(container.Id, cancel).ConfigureAwait(false);
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
        {
            // Someone was faster.
        }
        services.Reader.Forget(container.Id);
        if (services.Options.ContainerLogsDirectory is { Length: > 0 } links && Directory.Exists(links))
        {
            foreach (var link in Directory.EnumerateFiles(links, $"*-{container.Id}.log")) File.Delete(link);
        }
    }

    /// <summary>What is needed of a container's spec to stop it, from what its labels kept.</summary>
    internal static Container Restore(RuntimeContainer run)
    {
        var container = new Container { Name = run.Name };
        if (run.Annotations.TryGetValue(RuntimeLabels.PreStop, out var preStop))
        {
            container.Lifecycle = new Lifecycle
            {
                PreStop = Api.ApiJson.Decode<LifecycleHandler>(System.Text.Encoding.UTF8.GetBytes(preStop)),
            };
        }
        return container;
    }
}

/// <summary>The order a pod's containers stop in: sidecars only after all others, the last started first.</summary>
internal sealed class StopOrder
{
    private readonly Dictionary<string, TaskCompletionSource> _ended;
    private readonly List<string> _sidecars;

    public StopOrder(Pod pod, IReadOnlyCollection<string> running)
    {
        _ended = running.Distinct().ToDictionary(n => n, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _sidecars = [.. (pod.Spec.InitContainers ?? []).Where(PodContainers.IsSidecar).Select(c => c.Name).Where(running.Contains)];
    }

    public void Ended(string name) => _ended[name].TrySetResult();

    /// <summary>Waits until the container may be told to stop, but no longer than given.</summary>
    public async Task WaitForTurnAsync(string name, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        var position = _sidecars.IndexOf(name);
        if (position < 0) return;
        var before = _ended.Where(e => e.Key != name && _sidecars.IndexOf(e.Key) is var other && (other < 0 || other > position)).Select(e => e.Value.Task);
        await Task.WhenAny(Task.WhenAll(before), Task.Delay(limit, time, cancel)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }
}
