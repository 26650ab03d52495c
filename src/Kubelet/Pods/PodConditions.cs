using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>The conditions a kubelet maintains, with upstream's reasons and messages.</summary>
internal static class PodConditions
{
    private const string True = "True";
    private const string False = "False";
    private const string PodCompleted = "PodCompleted";

    /// <summary>The conditions that are the kubelet's own to set. All others belong to someone else.</summary>
    public static readonly IReadOnlySet<string> Owned = new HashSet<string>(StringComparer.Ordinal)
    {
        PodConditionType.PodScheduled, PodConditionType.Ready, PodConditionType.Initialized, PodConditionType.ContainersReady,
        PodConditionType.PodReadyToStartContainers, PodConditionType.PodResizePending, PodConditionType.PodResizeInProgress,
        PodConditionType.AllContainersRestarting,
    };

    /// <summary>Computes all conditions: the foreign ones as they are, then the kubelet's.</summary>
    public static List<PodCondition> Compute(Pod pod, PodStatus status, bool sandboxReady, IReadOnlyList<PodCondition> previous, DateTimeOffset now)
    {
        var conditions = (pod.Status.Conditions ?? []).Where(c => !Owned.Contains(c.Type)).ToList();
        var statuses = (status.InitContainerStatuses ?? []).Concat(status.ContainerStatuses ?? []).ToList();
        var containersReady = ContainersReady(pod, statuses, status.Phase);
        PodCondition[] own =
        [
            Make(PodConditionType.PodReadyToStartContainers, sandboxReady ? True : False),
            Initialized(pod, statuses, status.Phase),
            Ready(pod, containersReady, conditions),
            containersReady,
            Make(PodConditionType.PodScheduled, True),
        ];
        foreach (var condition in own)
        {
            var before = previous.FirstOrDefault(c => c.Type == condition.Type);
            condition.ObservedGeneration = pod.Metadata.Generation;
            condition.LastTransitionTime = before is not null && before.Status == condition.Status ? before.LastTransitionTime : now;
            conditions.Add(condition);
        }
        return conditions;
    }

    private static PodCondition ContainersReady(Pod pod, List<ContainerStatus> statuses, string phase)
    {
        var relevant = (pod.Spec.InitContainers ?? []).Where(PodContainers.IsSidecar).Concat(pod.Spec.Containers).ToList();
        var unknown = relevant.Where(c => statuses.All(s => s.Name != c.Name)).Select(c => c.Name).ToList();
        var unready = relevant.Where(c => statuses.Any(s => s.Name == c.Name && !s.Ready)).Select(c => c.Name).ToList();
        if (phase == PodPhase.Succeeded && unknown.Count == 0) return Make(PodConditionType.ContainersReady, False, PodCompleted);
        if (phase == PodPhase.Failed) return Make(PodConditionType.ContainersReady, False, "PodFailed");
        var message = Message(unknown, unready, "unready");
        return message.Length > 0
            ? Make(PodConditionType.ContainersReady, False, "ContainersNotReady", message)
            : Make(PodConditionType.ContainersReady, True);
    }

    private static PodCondition Ready(Pod pod, PodCondition containersReady, List<PodCondition> foreign)
    {
        if (containersReady.Status != True)
            return Make(PodConditionType.Ready, containersReady.Status, containersReady.Reason, containersReady.Message);
        var missing = (pod.Spec.ReadinessGates ?? []).Select(gate => foreign.Find(c => c.Type == gate.ConditionType) switch
        {
            null => $"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.",
            { Status: not True } c => $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {c.Status}",
            _ => null,
        }).OfType<string>().ToList();
        return missing.Count > 0
            ? Make(PodConditionType.Ready, False, "ReadinessGatesNotReady", string.Join(", ", missing))
            : Make(PodConditionType.Ready, True);
    }

    private static PodCondition Initialized(Pod pod, List<ContainerStatus> statuses, string phase)
    {
        var initial = pod.Spec.InitContainers ?? [];
        var unknown = initial.Where(c => statuses.All(s => s.Name != c.Name)).Select(c => c.Name).ToList();
        if (phase == PodPhase.Succeeded && unknown.Count == 0) return Make(PodConditionType.Initialized, True, PodCompleted);
        // Once a container has run the pod was initialized, though its sidecars may be restarting.
        if (pod.Spec.Containers.Any(c => statuses.Any(s => s.Name == c.Name && HasStarted(s)))) return Make(PodConditionType.Initialized, True);
        var incomplete = initial.Where(c => statuses.Find(s => s.Name == c.Name) is { } s &&
            !(PodContainers.IsSidecar(c) ? s.Started is true : s.Ready)).Select(c => c.Name).ToList();
        var message = Message(unknown, incomplete, "incomplete");
        return message.Length > 0
            ? Make(PodConditionType.Initialized, False, "ContainersNotInitialized", message)
            : Make(PodConditionType.Initialized, True);
    }

    private static bool HasStarted(ContainerStatus status) =>
        status.State.Running is not null || status.State.Terminated is not null || status.LastState.Terminated is not null || status.Started is true;

    private static string Message(List<string> unknown, List<string> lacking, string word)
    {
        var parts = new List<string>(2);
        if (unknown.Count > 0) parts.Add($"containers with unknown status: [{string.Join(' ', unknown)}]");
        if (lacking.Count > 0) parts.Add($"containers with {word} status: [{string.Join(' ', lacking)}]");
        return string.Join(", ", parts);
    }

    private static PodCondition Make(string type, string status, string reason = "", string message = "") =>
        new() { Type = type, Status = status, Reason = reason, Message = message };
}
