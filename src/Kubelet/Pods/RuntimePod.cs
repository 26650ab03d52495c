using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>What the runtime says a container is doing.</summary>
internal enum RunState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <summary>One container as the runtime has it; a restart makes another.</summary>
internal sealed record RuntimeContainer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string SandboxId { get; init; } = "";
    public RunState State { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int ExitCode { get; init; }
    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";
    public string Image { get; init; } = "";
    public string ImageRef { get; init; } = "";
    public int RestartCount { get; init; }
    public string Hash { get; init; } = "";
    public string LogPath { get; init; } = "";
    public ContainerUser? User { get; init; }
    public IDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

/// <summary>One sandbox as the runtime has it.</summary>
internal sealed record RuntimeSandbox(
    string Id, uint Attempt, bool IsReady, DateTimeOffset CreatedAt, bool HostNetwork, IReadOnlyList<string> Addresses);

/// <summary>All the runtime has of one pod, newest first.</summary>
internal sealed record RuntimePod(
    string Uid, string Namespace, string Name, IReadOnlyList<RuntimeSandbox> Sandboxes, IReadOnlyList<RuntimeContainer> Containers)
{
    /// <summary>The newest container of that name, or null.</summary>
    public RuntimeContainer? Latest(string name) => Containers.FirstOrDefault(c => c.Name == name);

    /// <summary>Whether anything may still be running.</summary>
    public bool IsActive => Sandboxes.Any(s => s.IsReady) || Containers.Any(c => c.State is RunState.Running or RunState.Unknown);

    /// <summary>The addresses of the newest sandbox, while it is ready.</summary>
    public IReadOnlyList<string> Addresses => Sandboxes is [{ IsReady: true } newest, ..] ? newest.Addresses : [];
}
