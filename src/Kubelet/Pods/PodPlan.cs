using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Probes;

namespace Tiphys.Kubelet.Pods;

/// <summary>A container to stop, and the words the event about it carries.</summary>
internal sealed record PlannedKill(RuntimeContainer Run, Container Spec, string Message, string Reason);

/// <summary>What has to be done next to bring a pod's containers to where its spec wants them.</summary>
internal sealed record PodPlan
{
    /// <summary>The sandbox is missing or unfit: everything left of the old one goes.</summary>
    public bool KillPod { get; private set; }

    /// <summary>A sandbox has to be made.</summary>
    public bool CreateSandbox { get; private set; }

    /// <summary>The attempt number a new sandbox gets.</summary>
    public uint Attempt { get; private set; }

    /// <summary>The sandbox to use when none is to be made.</summary>
    public RuntimeSandbox? Sandbox { get; private set; }

    /// <summary>Containers to stop first.</summary>
    public List<PlannedKill> Kills { get; } = [];

    /// <summary>Containers to start, in order.</summary>
    public List<(Container Container, ContainerKind Kind)> Starts { get; } = [];

    public bool IsEmpty => !KillPod && !CreateSandbox && Kills.Count == 0 && Starts.Count == 0;

    /// <summary>Whether the pod lacks a usable sandbox.</summary>
    public static bool SandboxChanged(Pod pod, RuntimePod runtime)
    {
        if (runtime.Sandboxes.Count == 0) return true;
        var newest = runtime.Sandboxes[0];
        return !newest.IsReady || runtime.Sandboxes.Count(s => s.IsReady) > 1 || newest.HostNetwork != pod.Spec.HostNetwork ||
            (!pod.Spec.HostNetwork && newest.Addresses.Count == 0);
    }

    /// <summary>Whether a sandbox is missing and will be made.</summary>
    public static bool NeedsSandbox(Pod pod, RuntimePod runtime) => SandboxChanged(pod, runtime) && MaySandboxBeMade(pod, runtime);

    /// <summary>Whether a container that is not running should be.</summary>
    public static bool ShouldStart(Pod pod, Container container, RuntimeContainer? latest) =>
        pod.Metadata.DeletionTimestamp is null && latest?.State switch
        {
            null or RunState.Created or RunState.Unknown => true,
            RunState.Running => false,
            _ => PodContainers.RestartsAfter(container, pod.Spec, latest.ExitCode),
        };

    public static PodPlan Compute(Pod pod, RuntimePod runtime, IProbeResults probes)
    {
        var plan = new PodPlan { Sandbox = runtime.Sandboxes.FirstOrDefault() };
        if (SandboxChanged(pod, runtime))
        {
            plan.KillPod = true;
            plan.Attempt = plan.Sandbox is null ? 0 : plan.Sandbox.Attempt + 1;
            if (!MaySandboxBeMade(pod, runtime)) return plan;
            plan.CreateSandbox = true;
            if (pod.Spec.InitContainers is { Count: > 0 } initial)
                plan.Starts.Add((initial[0], PodContainers.IsSidecar(initial[0]) ? ContainerKind.Sidecar : ContainerKind.Init));
            else
                plan.Starts.AddRange(pod.Spec.Containers.Where(c => !IsDone(pod, c, runtime)).Select(c => (c, ContainerKind.Regular)));
            return plan;
        }

        foreach (var container in pod.Spec.EphemeralContainers ?? [])
        {
            if (runtime.Latest(container.Name) is null) plan.Starts.Add((PodContainers.AsContainer(container), ContainerKind.Ephemeral));
        }
        if (plan.PlanInit(pod, runtime, probes)) plan.PlanRegular(pod, runtime, probes);
        return plan;
    }

    /// <summary>Adds containers that have to be started anew.</summary>
    public void Restart(IEnumerable<PlannedKill> kills)
    {
        foreach (var kill in kills.Where(k => Kills.All(other => other.Run.Id != k.Run.Id)))
        {
            Kills.Add(kill);
            Starts.Add((kill.Spec, PodContainers.IsSidecar(kill.Spec) ? ContainerKind.Sidecar : ContainerKind.Regular));
        }
    }

    private static bool MaySandboxBeMade(Pod pod, RuntimePod runtime)
    {
        var first = runtime.Sandboxes.Count == 0;
        if (!first && pod.Spec.RestartPolicy == RestartPolicy.Never && runtime.Containers.Count > 0) return false;
        var anyCreated = pod.Spec.Containers.Any(c => runtime.Latest(c.Name) is not null);
        return !(anyCreated && pod.Spec.Containers.All(c => IsDone(pod, c, runtime)));
    }

    private static bool IsDone(Pod pod, Container container, RuntimeContainer? run) =>
        run is { State: RunState.Exited, ExitCode: 0 } && (container.RestartPolicy ?? pod.Spec.RestartPolicy) == RestartPolicy.OnFailure;

    private static bool IsDone(Pod pod, Container container, RuntimePod runtime) => IsDone(pod, container, runtime.Latest(container.Name));

    /// <summary>Plans the init containers; true when all are done and the sidecars are up.</summary>
    private bool PlanInit(Pod pod, RuntimePod runtime, IProbeResults probes)
    {
        var initial = pod.Spec.InitContainers ?? [];
        // Completed init containers may have been removed meanwhile. A container that runs proves that they did complete.
        var initialized = pod.Spec.Containers.Any(c => runtime.Latest(c.Name) is { State: RunState.Created or RunState.Running } run &&
            run.SandboxId == Sandbox!.Id);
        foreach (var container in initial)
        {
            var run = runtime.Latest(container.Name) is { } latest && latest.SandboxId == Sandbox!.Id ? latest : null;
            if (PodContainers.IsSidecar(container))
            {
                if (run?.State != RunState.Running)
                {
                    if (run?.State == RunState.Unknown) Kills.Add(UnknownState(run, container));
                    Starts.Add((container, ContainerKind.Sidecar));
                    if (!initialized) return false;
                    continue;
                }
                if (Unfit(container, run, probes, "Init container") is { } kill)
                {
                    Kills.Add(kill);
                    Starts.Add((container, ContainerKind.Sidecar));
                }
                if (!initialized && container.StartupProbe is not null && probes.Startup(ContainerStatusBuilder.ContainerUri(run.Id)) is not true)
                    return false;
                continue;
            }
            if (initialized) continue;
            switch (run?.State)
            {
                case RunState.Running:
                    return false;
                case RunState.Exited when run.ExitCode == 0:
                    continue;
                case RunState.Exited when !PodContainers.RestartsAfter(container, pod.Spec, run.ExitCode):
                    KillPod = true;
                    Starts.Clear();
                    return false;
                case RunState.Unknown:
                    Kills.Add(UnknownState(run, container));
                    Starts.Add((container, ContainerKind.Init));
                    return false;
                default:
                    if (run is null && HasLaterRun(initial, container, runtime)) continue;
                    Starts.Add((container, ContainerKind.Init));
                    return false;
            }
        }
        return true;
    }

    // An init container that was removed from the runtime had completed if a later one was started after it.
    private bool HasLaterRun(List<Container> initial, Container container, RuntimePod runtime) =>
        initial.Skip(initial.IndexOf(container) + 1).Any(c => runtime.Latest(c.Name)?.SandboxId == Sandbox!.Id);

    private void PlanRegular(Pod pod, RuntimePod runtime, IProbeResults probes)
    {
        var kept = 0;
        var planned = Starts.Count(s => s.Kind == ContainerKind.Regular);
        foreach (var container in pod.Spec.Containers)
        {
            var run = runtime.Latest(container.Name);
            if (run?.State != RunState.Running)
            {
                if (!ShouldStart(pod, container, run)) continue;
                if (run?.State == RunState.Unknown) Kills.Add(UnknownState(run, container));
                Starts.Add((container, ContainerKind.Regular));
                planned++;
            }
            else if (Unfit(container, run, probes, "Container") is { } kill)
            {
                var changed = kill.Reason.Length == 0;
                var restarts = changed || PodContainers.RestartsAfterKill(container, pod.Spec);
                Kills.Add(restarts ? kill with { Message = kill.Message + ", will be restarted" } : kill);
                if (!restarts) continue;
                Starts.Add((container, ContainerKind.Regular));
                planned++;
            }
            else
            {
                kept++;
            }
        }
        if (kept > 0 || planned > 0 || Kills.Count > 0) return;
        // Nothing is left to run: sidecars must not keep the pod alive.
        KillPod = true;
        Starts.Clear();
    }

    private static PlannedKill? Unfit(Container container, RuntimeContainer run, IProbeResults probes, string word)
    {
        var id = ContainerStatusBuilder.ContainerUri(run.Id);
        if (run.Hash.Length > 0 && run.Hash != Containers.ContainerHash.Of(container))
            return new PlannedKill(run, container, $"{word} {container.Name} definition changed", "");
        if (container.LivenessProbe is not null && probes.Liveness(id) is false)
            return new PlannedKill(run, container, $"{word} {container.Name} failed liveness probe", "LivenessProbe");
        return container.StartupProbe is not null && probes.Startup(id) is false
            ? new PlannedKill(run, container, $"{word} {container.Name} failed startup probe", "StartupProbe")
            : null;
    }

    private static PlannedKill UnknownState(RuntimeContainer run, Container container) =>
        new(run, container, "Container is in \"unknown\" state, try killing it before restart", "Unknown");
}
