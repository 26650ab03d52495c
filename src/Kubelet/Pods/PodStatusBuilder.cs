using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>What the status of a pod is made from.</summary>
internal sealed record PodObservation
{
    /// <summary>The pod as the API server has it.</summary>
    public required Pod Pod { get; init; }

    /// <summary>What the runtime has of it.</summary>
    public required RuntimePod Runtime { get; init; }

    /// <summary>The status last computed, or the one found in the API at first.</summary>
    public required PodStatus Previous { get; init; }

    /// <summary>Why containers could not be started.</summary>
    public required StartFailures Failures { get; init; }

    /// <summary>What the probes found.</summary>
    public required Probes.IProbeResults Probes { get; init; }

    /// <summary>Whether the pod is being taken down for good.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The node's addresses, the first family first.</summary>
    public IReadOnlyList<string> HostAddresses { get; init; } = [];

    /// <summary>What running containers have, by id, where that may differ from the spec.</summary>
    public Func<string, ResourceRequirements?> Actuated { get; init; } = static _ => null;

    /// <summary>Why a change of resources waits.</summary>
    public (string Reason, string Message)? ResizePending { get; init; }

    /// <summary>A verdict that overrides what the containers say: an eviction, a missed deadline.</summary>
    public PodVerdict? Verdict { get; init; }
}

/// <summary>A decision of the kubelet that a pod has failed, with the reason and message its status then carries.</summary>
internal sealed record PodVerdict(string Reason, string Message)
{
    /// <summary>How long the pod has to stop, where the reason does not allow for what it asks.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Whether the pod goes for the node's sake and not its own, so that its owner need not count it a failure.</summary>
    public bool IsDisruption { get; init; }
}

/// <summary>Computes a pod's status from what was observed.</summary>
internal static class PodStatusBuilder
{
    public static PodStatus Build(PodObservation seen, DateTimeOffset now)
    {
        var pod = seen.Pod;
        var previous = seen.Previous;
        var status = new PodStatus
        {
            QosClass = PodQos.Of(pod),
            NominatedNodeName = pod.Status.NominatedNodeName,
            ResourceClaimStatuses = pod.Status.ResourceClaimStatuses,
            ExtendedResourceClaimStatus = pod.Status.ExtendedResourceClaimStatus,
            StartTime = previous.StartTime ?? pod.Status.StartTime ?? now,
            ObservedGeneration = pod.Metadata.Generation,
            InitContainerStatuses = NullIfEmpty(ContainerStatusBuilder.Build(seen, pod.Spec.InitContainers ?? [], previous.InitContainerStatuses, ContainerKind.Init)),
            ContainerStatuses = NullIfEmpty(ContainerStatusBuilder.Build(seen, pod.Spec.Containers, previous.ContainerStatuses, ContainerKind.Regular)),
            EphemeralContainerStatuses = NullIfEmpty(ContainerStatusBuilder.Build(
                seen, [.. (pod.Spec.EphemeralContainers ?? []).Select(PodContainers.AsContainer)], previous.EphemeralContainerStatuses, ContainerKind.Ephemeral)),
        };
        status.ContainerStatuses?.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        status.EphemeralContainerStatuses?.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        SetPhase(seen, status);
        SetAddresses(seen, status);
        status.Conditions = PodConditions.Compute(pod, status, !PodPlan.SandboxChanged(pod, seen.Runtime), previous.Conditions ?? [], now);
        if (seen.ResizePending is { } pending) status.Conditions.Add(ResizePending(seen, pending, now));
        if (seen.Verdict is { IsDisruption: true } verdict)
        {
            status.Conditions.RemoveAll(c => c.Type == PodConditionType.DisruptionTarget);
            status.Conditions.Add(Disruption(seen, verdict, now));
        }
        return status;
    }

    private static PodCondition Disruption(PodObservation seen, PodVerdict verdict, DateTimeOffset now) => new()
    {
        Type = PodConditionType.DisruptionTarget, Status = "True", Reason = PodReason.TerminationByKubelet, Message = verdict.Message,
        ObservedGeneration = seen.Pod.Metadata.Generation,
        LastTransitionTime = seen.Previous.Conditions?.Find(c => c.Type == PodConditionType.DisruptionTarget)?.LastTransitionTime ?? now,
    };

    private static PodCondition ResizePending(PodObservation seen, (string Reason, string Message) pending, DateTimeOffset now)
    {
        // An error is one of a change under way, all else of one that waits.
        var type = pending.Reason == PodReason.Error ? PodConditionType.PodResizeInProgress : PodConditionType.PodResizePending;
        return new()
        {
            Type = type, Status = "True", Reason = pending.Reason, Message = pending.Message, ObservedGeneration = seen.Pod.Metadata.Generation,
            LastTransitionTime = seen.Previous.Conditions?.Find(c => c.Type == type)?.LastTransitionTime ?? now,
        };
    }

    private static void SetPhase(PodObservation seen, PodStatus status)
    {
        var newest = seen.Runtime.Sandboxes.FirstOrDefault();
        var hasInitialized = newest is not null && seen.Pod.Spec.Containers.Any(c =>
            seen.Runtime.Latest(c.Name) is { State: RunState.Running or RunState.Exited } latest && latest.SandboxId == newest.Id);
        status.Phase = PodPhaseRule.Compute(
            seen.Pod, [.. status.InitContainerStatuses ?? [], .. status.ContainerStatuses ?? []], seen.IsTerminal, hasInitialized);
        // A pod that ended stays ended, whoever saw it end.
        if (!IsFinal(status.Phase))
        {
            if (IsFinal(seen.Previous.Phase)) status.Phase = seen.Previous.Phase;
            else if (IsFinal(seen.Pod.Status.Phase)) status.Phase = seen.Pod.Status.Phase;
        }
        if (status.Phase == seen.Previous.Phase)
        {
            status.Reason = seen.Previous.Reason.Length > 0 ? seen.Previous.Reason : seen.Pod.Status.Reason;
            status.Message = seen.Previous.Message.Length > 0 ? seen.Previous.Message : seen.Pod.Status.Message;
        }
        if (seen.Verdict is { } verdict)
        {
            status.Phase = PodPhase.Failed;
            status.Reason = verdict.Reason;
            status.Message = verdict.Message;
        }
        if (IsFinal(seen.Pod.Status.Phase)) status.Phase = seen.Pod.Status.Phase;
    }

    private static void SetAddresses(PodObservation seen, PodStatus status)
    {
        if (seen.HostAddresses.Count > 0)
        {
            status.HostIP = seen.HostAddresses[0];
            status.HostIPs = [.. seen.HostAddresses.Select(a => new HostIP { IP = a })];
        }
        var addresses = seen.Pod.Spec.HostNetwork ? seen.HostAddresses : seen.Runtime.Addresses;
        // Until a new sandbox has addresses the pod keeps those it was last known by, so that its end can still be traced.
        if (addresses.Count == 0 && !PodPlan.NeedsSandbox(seen.Pod, seen.Runtime))
            addresses = [.. (seen.Previous.PodIPs ?? []).Select(i => i.IP)];
        if (addresses.Count == 0) return;
        status.PodIP = addresses[0];
        status.PodIPs = [.. addresses.Select(a => new PodIP { IP = a })];
    }

    internal static bool IsFinal(string phase) => phase is PodPhase.Succeeded or PodPhase.Failed;

    private static List<ContainerStatus>? NullIfEmpty(List<ContainerStatus> list) => list.Count == 0 ? null : list;
}
