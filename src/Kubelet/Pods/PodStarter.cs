using Tiphys.Api.Core.V1;
using Tiphys.Api.Node.V1;
using Tiphys.Kubelet.Containers;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Images;
using Tiphys.Kubelet.Network;
using Tiphys.Kubelet.Volumes;
using Container = Tiphys.Api.Core.V1.Container;

namespace Tiphys.Kubelet.Pods;

/// <summary>Starts sandboxes and containers.</summary>
internal sealed class PodStarter(PodServices services)
{
    private readonly DateTimeOffset _seen = services.Time.GetLocalNow();

    /// <summary>Makes a sandbox for the pod.</summary>
    /// <exception cref="GrpcException">The runtime could not, and the event says so.</exception>
    public async Task CreateSandboxAsync(Pod pod, uint attempt, CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(services.Directories.Logs(pod));
            var config = services.SandboxConfigs.Build(pod, attempt);
            await services.Runtime.RunPodSandboxAsync(config, await RuntimeHandlerAsync(pod, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GrpcException or ContainerConfigException or IOException or Client.ApiException)
        {
            services.Events.Warning(pod, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.Message}");
            throw;
        }
    }

    private async Task<string> RuntimeHandlerAsync(Pod pod, CancellationToken cancel)
    {
        if (pod.Spec.RuntimeClassName is not { Length: > 0 } name) return "";
        var runtimeClass = await services.Client.Resource<RuntimeClass>().FindAsync(null, name, cancel).ConfigureAwait(false);
        return runtimeClass?.Handler ?? throw new ContainerConfigException(
            $"failed to get sandbox runtime: unable to get OCI runtime: no runtime for \"{name}\" is configured");
    }

    /// <summary>Pulls, creates and starts one container, and runs its postStart hook.</summary>
    /// <exception cref="StartFailedException">It does not run; the pod's status says why.</exception>
    public async Task StartAsync(
        Pod pod, RuntimePod runtime, Container container, RuntimeSandbox sandbox,
        IReadOnlyDictionary<string, ReadyVolume> volumes, CancellationToken cancel)
    {
        BackOffAfterFailure(pod, container, runtime);
        if (runtime.Latest(container.Name) is { State: RunState.Created } unstarted)
        {
            // Left by a start that was cut short: it never ran, so this is no restart.
            await services.Runtime.RemoveContainerAsync(unstarted.Id, cancel).ConfigureAwait(false);
            runtime = runtime with { Containers = [.. runtime.Containers.Where(c => c.Id != unstarted.Id)] };
        }
        var sandboxConfig = services.SandboxConfigs.Build(pod, sandbox.Attempt);
        string imageId;
        try
        {
            imageId = await services.ImageManager.EnsureAsync(
                pod, container.Name, container.Image, container.ImagePullPolicy, sandboxConfig, cancel).ConfigureAwait(false);
        }
        catch (StartFailedException e)
        {
            services.Events.Warning(pod, container.Name, "Failed", $"Error: {e.Reason}");
            throw;
        }

        var (id, log) = await CreateAsync(pod, runtime, container, sandbox, sandboxConfig, imageId, volumes, cancel).ConfigureAwait(false);
        services.Events.Normal(pod, container.Name, "Created", "Container created");
        try
        {
            await services.Runtime.StartContainerAsync(id, cancel).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            services.Events.Warning(pod, container.Name, "Failed", $"Error: {e.Detail}");
            throw new StartFailedException("RunContainerError", e.Detail);
        }
        services.Events.Normal(pod, container.Name, "Started", "Container started");
        LinkLog(pod, container, id, log);
        await PostStartAsync(pod, container, id, sandbox, cancel).ConfigureAwait(false);
    }

    private void BackOffAfterFailure(Pod pod, Container container, RuntimePod runtime)
    {
        if (runtime.Containers.FirstOrDefault(c => c.Name == container.Name && c.State == RunState.Exited)?.FinishedAt is not { } ended) return;
        var key = $"{pod.Metadata.Uid}/{container.Name}/{ContainerHash.Of(container)}";
        if (services.RestartBackOff.EndsAt(key, ended) is { } end)
        {
            var name = PodNames.Format(pod);
            services.Events.Warning(pod, container.Name, "BackOff", $"Back-off restarting failed container {container.Name} in pod {name}");
            throw new StartFailedException(
                "CrashLoopBackOff", $"back-off {GoDuration(services.RestartBackOff.Get(key))} restarting failed container={container.Name} pod={name}", end);
        }
        services.RestartBackOff.Next(key, ended);
    }

    private async Task<(string Id, string Log)> CreateAsync(
        Pod pod, RuntimePod runtime, Container container, RuntimeSandbox sandbox, PodSandboxConfig sandboxConfig, string imageId,
        IReadOnlyDictionary<string, ReadyVolume> volumes, CancellationToken cancel)
    {
        ContainerConfig config;
        try
        {
            var facts = Facts(pod, sandbox.Addresses);
            if (sandbox.Addresses.Count > 0 || pod.Spec.HostNetwork)
                HostsFile.Write(services.Directories.HostsFile(pod.Metadata.Uid), pod, facts.PodAddresses, PodHostname.Of(pod, services.Options.ClusterDomain));
            var image = await services.Images.ImageStatusAsync(imageId, cancel).ConfigureAwait(false) ??
                throw new ContainerConfigException($"image {imageId} disappeared");
            config = await services.ContainerConfigs.BuildAsync(
                facts, container, image, RestartCount(pod, container, runtime), Target(pod, container, runtime), volumes, cancel).ConfigureAwait(false);
            Directory.CreateDirectory(Path.Combine(sandboxConfig.LogDirectory, container.Name));
        }
        catch (Exception e) when (e is ContainerConfigException or IOException or FormatException or Client.ApiException)
        {
            services.Events.Warning(pod, container.Name, "Failed", $"Error: {e.Message}");
            throw new StartFailedException("CreateContainerConfigError", e.Message);
        }
        try
        {
            var id = await services.Runtime.CreateContainerAsync(sandbox.Id, config, sandboxConfig, cancel).ConfigureAwait(false);
            return (id, Path.Combine(sandboxConfig.LogDirectory, config.LogPath));
        }
        catch (GrpcException e)
        {
            services.Events.Warning(pod, container.Name, "Failed", $"Error: {e.Detail}");
            throw new StartFailedException("CreateContainerError", e.Detail);
        }
    }

    private async Task PostStartAsync(Pod pod, Container container, string id, RuntimeSandbox sandbox, CancellationToken cancel)
    {
        if (container.Lifecycle?.PostStart is not { } hook) return;
        var address = Facts(pod, sandbox.Addresses).PodAddresses.FirstOrDefault() ?? "";
        try
        {
            await services.Hooks.RunAsync(hook, pod, container, id, address, cancel).ConfigureAwait(false);
        }
        catch (HookException e)
        {
            // The event must not repeat what may hold secrets.
            services.Events.Warning(pod, container.Name, "FailedPostStartHook", "PostStartHook failed");
            await services.Killer.KillAsync(pod, container, id, "FailedPostStartHook", ContainerKiller.Grace(pod), address, null, cancel).ConfigureAwait(false);
            throw new StartFailedException("PostStartHookError", e.Message);
        }
    }

    /// <summary>What the pod may be told about itself.</summary>
    public DownwardApi Facts(Pod pod, IReadOnlyList<string> addresses)
    {
        var host = services.HostAddresses();
        return new DownwardApi(pod, pod.Spec.HostNetwork ? host : addresses, host, services.Allocatable) { Seen = _seen };
    }

    private int RestartCount(Pod pod, Container container, RuntimePod runtime)
    {
        if (runtime.Latest(container.Name) is { } latest) return latest.RestartCount + 1;
        // The runtime forgets across some reboots; the log files still tell how often the container ran. Empty ones are of runs that never began.
        var logs = Path.Combine(services.Directories.Logs(pod), container.Name);
        if (!Directory.Exists(logs)) return 0;
        return Directory.EnumerateFiles(logs, "*.log*").Where(f => new FileInfo(f).Length > 0)
            .Select(f => int.TryParse(Path.GetFileName(f).Split('.')[0], System.Globalization.CultureInfo.InvariantCulture, out var count) ? count + 1 : 0)
            .DefaultIfEmpty(0).Max();
    }

    private static string? Target(Pod pod, Container container, RuntimePod runtime)
    {
        var target = pod.Spec.EphemeralContainers?.Find(c => c.Name == container.Name)?.TargetContainerName;
        if (string.IsNullOrEmpty(target)) return null;
        return runtime.Latest(target)?.Id ?? throw new ContainerConfigException($"unable to find target container {target}");
    }

    private void LinkLog(Pod pod, Container container, string id, string log)
    {
        if (services.Options.ContainerLogsDirectory.Length == 0) return;
        try
        {
            Directory.CreateDirectory(services.Options.ContainerLogsDirectory);
            var link = Path.Combine(services.Options.ContainerLogsDirectory, $"{pod.Metadata.Name}_{pod.Metadata.Namespace}_{container.Name}-{id}.log");
            if (File.Exists(log)) File.CreateSymbolicLink(link, log);
        }
        catch (IOException)
        {
            // Log collectors that follow the links miss one file; the container runs all the same.
        }
    }

    private static string GoDuration(TimeSpan pause) => ImageManager.Duration(pause);
}
