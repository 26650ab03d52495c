using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Computes the statuses of one list of a pod's containers.</summary>
internal static class ContainerStatusBuilder
{
    private const int LostExitCode = 137;
    private const string LostReason = "ContainerStatusUnknown";

    public static List<ContainerStatus> Build(
        PodObservation seen, IReadOnlyList<Container> containers, List<ContainerStatus>? previous, ContainerKind kind)
    {
        var result = new List<ContainerStatus>(containers.Count);
        foreach (var container in containers)
        {
            var before = previous?.Find(s => s.Name == container.Name);
            var runs = seen.Runtime.Containers.Where(c => c.Name == container.Name).Take(2).ToList();
            var status = runs.Count == 0 ? WithoutRun(seen.Pod, container, before) : FromRun(seen, container, runs[0], before);
            if (runs.Count == 2) status.LastState = State(seen.Runtime, runs[1], before);
            else if (runs.Count == 1 && before is not null && before.ContainerID == status.ContainerID) status.LastState = before.LastState;
            SetWaiting(seen, container, status, runs.FirstOrDefault(), kind == ContainerKind.Init);
            status.VolumeMounts = Mounts(container);
            SetReadiness(seen, container, status, before, kind);
            result.Add(status);
        }
        return result;
    }

    private static ContainerStatus WithoutRun(Pod pod, Container container, ContainerStatus? before)
    {
        // The runtime may have removed a container that ended; what was known of it stands.
        if (before?.State.Terminated is not null) return before.DeepCopy();
        var reason = pod.Spec.InitContainers is { Count: > 0 } ? "PodInitializing" : "ContainerCreating";
        var status = new ContainerStatus
        {
            Name = container.Name,
            Image = container.Image,
            State = new() { Waiting = new() { Reason = reason } },
            RestartCount = before?.RestartCount ?? 0,
            LastState = before?.LastState ?? new(),
        };
        if (before?.State.Running is not null && status.LastState.Terminated is null)
        {
            // It ran and is gone without a trace: say that it ended, or the pod would seem never to have started.
            status.LastState = new()
            {
                Terminated = new()
                {
                    Reason = LostReason,
                    Message = "The container could not be located when the pod was deleted.  The container used to be Running",
                    ExitCode = LostExitCode,
                },
            };
            if (pod.Metadata.DeletionTimestamp is null) status.RestartCount++;
        }
        return status;
    }

    private static ContainerStatus FromRun(PodObservation seen, Container container, RuntimeContainer run, ContainerStatus? before) => new()
    {
        Name = container.Name,
        RestartCount = run.State == RunState.Unknown && before?.State.Running is not null ? before.RestartCount + 1 : run.RestartCount,
        Image = run.Image.Length > 0 ? run.Image : container.Image,
        ImageID = run.ImageRef,
        ContainerID = ContainerUri(run.Id),
        State = State(seen.Runtime, run, before),
        Resources = Copy(seen.Actuated(run.Id) ?? container.Resources),
        AllocatedResources = (seen.Actuated(run.Id) ?? container.Resources).Requests is { } requests ? new Dictionary<string, Quantity>(requests) : null,
        User = run.User,
    };

    private static ResourceRequirements? Copy(ResourceRequirements resources) =>
        resources.Limits is null && resources.Requests is null ? null : resources.DeepCopy();

    /// <summary>How the API writes a container's id.</summary>
    public static string ContainerUri(string id) => "containerd://" + id;

    private static ContainerState State(RuntimePod runtime, RuntimeContainer run, ContainerStatus? before) => run.State switch
    {
        RunState.Running => new() { Running = new() { StartedAt = run.StartedAt } },
        RunState.Exited => new()
        {
            Terminated = new()
            {
                ExitCode = run.ExitCode, Reason = run.Reason, Message = run.Message, ContainerID = ContainerUri(run.Id),
                StartedAt = run.StartedAt ?? DateTimeOffset.UnixEpoch, FinishedAt = run.FinishedAt ?? DateTimeOffset.UnixEpoch,
            },
        },
        RunState.Unknown when before?.State.Running is not null => new()
        {
            Terminated = new()
            {
                Reason = LostReason, ExitCode = LostExitCode,
                Message = "The container could not be located when the pod was terminated",
            },
        },
        _ => new() { Waiting = new() { Reason = "ContainerCreating" } },
    };

    // A container that should run but does not is waiting, whatever became of its last run.
    private static void SetWaiting(PodObservation seen, Container container, ContainerStatus status, RuntimeContainer? run, bool isInit)
    {
        if (isInit && !PodContainers.IsSidecar(container))
        {
            if (run is { State: RunState.Exited, ExitCode: 0 }) return;
            if (run is null && status.State.Waiting is not null && seen.Pod.Spec.Containers.Any(c => seen.Runtime.Latest(c.Name) is not null))
            {
                status.State = new()
                {
                    Terminated = new()
                    {
                        Reason = "Completed",
                        Message = "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally",
                    },
                };
                return;
            }
        }
        if (!PodPlan.ShouldStart(seen.Pod, container, run) || seen.Failures.Get(container.Name) is not { } failure) return;
        if (status.State.Terminated is not null) status.LastState = status.State;
        status.State = new() { Waiting = new() { Reason = failure.Reason, Message = failure.Message } };
    }

    private static void SetReadiness(PodObservation seen, Container container, ContainerStatus status, ContainerStatus? before, ContainerKind kind)
    {
        // Nothing is sent to one that only looks on.
        if (kind == ContainerKind.Ephemeral)
        {
            (status.Ready, status.Started) = (false, null);
            return;
        }
        var id = status.ContainerID;
        var same = before is not null && before.ContainerID == id;
        var running = status.State.Running is not null;
        // After our restart the probes know nothing yet; what was true of the same container then still is.
        var started = running && (container.StartupProbe is null || (seen.Probes.Startup(id) ?? (same && before!.Started is true)));
        status.Started = started;
        if (kind == ContainerKind.Init && !PodContainers.IsSidecar(container)) status.Ready = status.State.Terminated is { ExitCode: 0 };
        else status.Ready = started && (container.ReadinessProbe is null || (seen.Probes.Readiness(id) ?? (same && before!.Ready)));
    }

    private static List<VolumeMountStatus>? Mounts(Container container) => container.VolumeMounts is not { Count: > 0 } mounts
        ? null
        : [.. mounts.Select(m => new VolumeMountStatus
        {
            Name = m.Name, MountPath = m.MountPath, ReadOnly = m.ReadOnly,
            RecursiveReadOnly = m.ReadOnly ? RecursiveReadOnlyMode.Disabled : null,
        })];
}
