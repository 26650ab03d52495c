using System.Globalization;
using Google.Protobuf;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Volumes;
using Container = Tiphys.Api.Core.V1.Container;

namespace Tiphys.Kubelet.Containers;

/// <summary>Describes a container to the runtime.</summary>
internal sealed class ContainerConfigBuilder(EnvironmentBuilder environments, MountBuilder mounts, SecurityMapper security, long memoryCapacity)
{
    /// <summary>The whole description.</summary>
    /// <exception cref="ContainerConfigException">It cannot be worked out at present.</exception>
    public async Task<ContainerConfig> BuildAsync(
        DownwardApi facts, Container container, Image image, int restartCount, string? targetContainerId,
        IReadOnlyDictionary<string, ReadyVolume> volumes, CancellationToken cancel)
    {
        var pod = facts.Pod;
        var environment = await environments.BuildAsync(facts, container, cancel).ConfigureAwait(false);
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = (uint)restartCount },
            Image = new ImageSpec { Image = image.Id, UserSpecifiedImage = container.Image },
            WorkingDir = container.WorkingDir,
            LogPath = LogPath(container.Name, restartCount),
            Stdin = container.Stdin,
            StdinOnce = container.StdinOnce,
            Tty = container.Tty,
            Linux = new LinuxContainerConfig
            {
                Resources = ResourceMapper.ForContainer(pod, container, memoryCapacity),
                SecurityContext = security.ForContainer(pod, container, image, targetContainerId),
            },
            StopSignal = StopSignal(container),
        };
        config.Command.Add((container.Command ?? []).Select(c => VariableExpansion.Expand(c, environment.GetValueOrDefault)));
        config.Args.Add((container.Args ?? []).Select(a => VariableExpansion.Expand(a, environment.GetValueOrDefault)));
        config.Envs.Add(environment.Select(e => new KeyValue { Key = e.Key, Value = ByteString.CopyFromUtf8(e.Value) }));
        config.Mounts.Add(mounts.Build(pod, container, volumes, environment, hasHostsFile: facts.PodAddresses.Count > 0 || pod.Spec.HostNetwork));
        SetLabels(config, pod, container, restartCount);
        return config;
    }

    /// <summary>A container's log file, relative to the pod's log directory.</summary>
    public static string LogPath(string container, int restartCount) =>
        Path.Combine(container, restartCount.ToString(CultureInfo.InvariantCulture) + ".log");

    private static void SetLabels(ContainerConfig config, Pod pod, Container container, int restartCount)
    {
        config.Labels[RuntimeLabels.PodName] = pod.Metadata.Name;
        config.Labels[RuntimeLabels.PodNamespace] = pod.Metadata.Namespace;
        config.Labels[RuntimeLabels.PodUid] = pod.Metadata.Uid;
        config.Labels[RuntimeLabels.ContainerName] = container.Name;
        config.Annotations[RuntimeLabels.Hash] = ContainerHash.Of(container);
        config.Annotations[RuntimeLabels.RestartCount] = restartCount.ToString(CultureInfo.InvariantCulture);
        config.Annotations[RuntimeLabels.TerminationMessagePath] = container.TerminationMessagePath;
        config.Annotations[RuntimeLabels.TerminationMessagePolicy] = container.TerminationMessagePolicy;
        if (pod.Metadata.DeletionGracePeriodSeconds is { } deletion)
            config.Annotations[RuntimeLabels.DeletionGracePeriod] = deletion.ToString(CultureInfo.InvariantCulture);
        if (pod.Spec.TerminationGracePeriodSeconds is { } grace)
            config.Annotations[RuntimeLabels.TerminationGracePeriod] = grace.ToString(CultureInfo.InvariantCulture);
        // What is needed to stop the container properly when its pod's object is already gone.
        if (container.Lifecycle?.PreStop is { } preStop)
            config.Annotations[RuntimeLabels.PreStop] = System.Text.Encoding.UTF8.GetString(ApiJson.Encode(preStop));
        if (container.Ports is { Count: > 0 } ports)
            config.Annotations[RuntimeLabels.Ports] = "[" + string.Join(',', ports.Select(p => System.Text.Encoding.UTF8.GetString(ApiJson.Encode(p)))) + "]";
    }

    private static Cri.V1.Signal StopSignal(Container container) =>
        container.Lifecycle?.StopSignal is { Length: > 0 } name &&
        Enum.TryParse<Cri.V1.Signal>(name.Replace("+", "plus", StringComparison.Ordinal).Replace("-", "minus", StringComparison.Ordinal), ignoreCase: true, out var signal)
            ? signal
            : Cri.V1.Signal.RuntimeDefault;
}
