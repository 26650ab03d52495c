using System.Collections.Concurrent;
using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Cri.V1;
using ApiContainerUser = Tiphys.Api.Core.V1.ContainerUser;
using CriState = Tiphys.Kubelet.Cri.V1.ContainerState;
using CriStatus = Tiphys.Kubelet.Cri.V1.ContainerStatus;
using LinuxUser = Tiphys.Api.Core.V1.LinuxContainerUser;

namespace Tiphys.Kubelet.Pods;

/// <summary>Reads a pod's state from the runtime.</summary>
internal sealed class RuntimeReader(IRuntimeService runtime)
{
    // A container that ended does not change again, so its details are asked for once.
    private readonly ConcurrentDictionary<string, RuntimeContainer> _ended = new(StringComparer.Ordinal);

    /// <summary>The state of one pod.</summary>
    public async Task<RuntimePod> ReadAsync(string uid, string podNamespace, string name, CancellationToken cancel)
    {
        var filter = new PodSandboxFilter { LabelSelector = { [RuntimeLabels.PodUid] = uid } };
        var containerFilter = new ContainerFilter { LabelSelector = { [RuntimeLabels.PodUid] = uid } };
        var sandboxesTask = runtime.ListPodSandboxesAsync(filter, cancel);
        var containersTask = runtime.ListContainersAsync(containerFilter, cancel);
        var sandboxes = new List<RuntimeSandbox>();
        foreach (var sandbox in (await sandboxesTask.ConfigureAwait(false)).OrderByDescending(s => s.CreatedAt))
            sandboxes.Add(await DescribeAsync(sandbox, cancel).ConfigureAwait(false));
        var containers = new List<RuntimeContainer>();
        foreach (var container in (await containersTask.ConfigureAwait(false)).OrderByDescending(c => c.CreatedAt))
        {
            if (await DescribeAsync(container, cancel).ConfigureAwait(false) is { } described) containers.Add(described);
        }
        return new RuntimePod(uid, podNamespace, name, sandboxes, containers);
    }

    /// <summary>Every pod the runtime knows of, without details: its uid, namespace and name.</summary>
    public async Task<IReadOnlyList<(string Uid, string Namespace, string Name)>> ListPodsAsync(CancellationToken cancel)
    {
        var sandboxes = await runtime.ListPodSandboxesAsync(null, cancel).ConfigureAwait(false);
        return [.. sandboxes.Where(s => s.Labels.ContainsKey(RuntimeLabels.PodUid))
            .Select(s => (s.Metadata.Uid, s.Metadata.Namespace, s.Metadata.Name)).Distinct()];
    }

    /// <summary>Forgets a removed container.</summary>
    public void Forget(string containerId) => _ended.TryRemove(containerId, out _);

    private async Task<RuntimeSandbox> DescribeAsync(PodSandbox sandbox, CancellationToken cancel)
    {
        var created = Nanoseconds(sandbox.CreatedAt) ?? default;
        var attempt = sandbox.Metadata.Attempt;
        if (sandbox.State != PodSandboxState.SandboxReady) return new RuntimeSandbox(sandbox.Id, attempt, false, created, false, []);
        var status = await runtime.PodSandboxStatusAsync(sandbox.Id, cancel).ConfigureAwait(false);
        if (status is null) return new RuntimeSandbox(sandbox.Id, attempt, false, created, false, []);
        var hostNetwork = status.Linux?.Namespaces?.Options?.Network == NamespaceMode.Node;
        string[] addresses = hostNetwork || status.Network is not { Ip.Length: > 0 } network
            ? []
            : [network.Ip, .. network.AdditionalIps.Select(a => a.Ip)];
        return new RuntimeSandbox(sandbox.Id, attempt, status.State == PodSandboxState.SandboxReady, created, hostNetwork, addresses);
    }

    private async Task<RuntimeContainer?> DescribeAsync(Cri.V1.Container container, CancellationToken cancel)
    {
        if (_ended.TryGetValue(container.Id, out var known)) return known;
        if (await runtime.ContainerStatusAsync(container.Id, cancel).ConfigureAwait(false) is not { } status) return null;
        var described = Describe(container.PodSandboxId, status);
        if (described.State != RunState.Exited) return described;
        described = described with { Message = TerminationMessage.Read(status) };
        _ended[container.Id] = described;
        return described;
    }

    private static RuntimeContainer Describe(string sandboxId, CriStatus status) => new()
    {
        Id = status.Id,
        Name = status.Labels.TryGetValue(RuntimeLabels.ContainerName, out var name) ? name : status.Metadata.Name,
        SandboxId = sandboxId,
        State = status.State switch
        {
            CriState.ContainerCreated => RunState.Created,
            CriState.ContainerRunning => RunState.Running,
            CriState.ContainerExited => RunState.Exited,
            _ => RunState.Unknown,
        },
        CreatedAt = Nanoseconds(status.CreatedAt) ?? default,
        StartedAt = Nanoseconds(status.StartedAt),
        FinishedAt = Nanoseconds(status.FinishedAt),
        ExitCode = status.ExitCode,
        Reason = status.Reason,
        Message = status.Message,
        Image = status.Image?.Image ?? "",
        ImageRef = status.ImageRef,
        RestartCount = status.Annotations.TryGetValue(RuntimeLabels.RestartCount, out var count) &&
            int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var restarts) ? restarts : 0,
        Hash = status.Annotations.TryGetValue(RuntimeLabels.Hash, out var hash) ? hash : "",
        LogPath = status.LogPath,
        User = status.User?.Linux is { } user
            ? new ApiContainerUser { Linux = new LinuxUser { Uid = user.Uid, Gid = user.Gid, SupplementalGroups = [.. user.SupplementalGroups] } }
            : null,
        Annotations = status.Annotations,
    };

    private static DateTimeOffset? Nanoseconds(long value) =>
        value <= 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(value / TimeSpan.NanosecondsPerTick);
}
