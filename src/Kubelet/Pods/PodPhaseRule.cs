using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Sums up the states of a pod's containers in one word.</summary>
internal static class PodPhaseRule
{
    /// <param name="pod">The pod.</param>
    /// <param name="statuses">The statuses of its init and regular containers.</param>
    /// <param name="isTerminal">Whether the pod is being taken down for good, so that nothing restarts.</param>
    /// <param name="hasInitialized">Whether a regular container of the current sandbox was ever started.</param>
    public static string Compute(Pod pod, IReadOnlyList<ContainerStatus> statuses, bool isTerminal, bool hasInitialized)
    {
        bool pendingInit = false, pendingSidecar = false, failedInit = false;
        int running = 0, waiting = 0, unknown = 0, stopped = 0, final = 0, succeeded = 0;

        foreach (var container in pod.Spec.InitContainers ?? [])
        {
            var status = Find(statuses, container.Name);
            if (!PodContainers.IsSidecar(container))
            {
                var ended = status?.State.Terminated ?? (status?.State.Waiting is null ? null : status.LastState.Terminated);
                if (ended is null) pendingInit = true;
                else if (ended.ExitCode != 0 && !PodContainers.RestartsAfter(container, pod.Spec, ended.ExitCode)) failedInit = true;
            }
            else if (status is null)
            {
                unknown++;
            }
            else if (status.State.Running is not null)
            {
                pendingSidecar |= status.Started is not true;
                running++;
            }
            else if (status.State.Terminated is null && status.LastState.Terminated is null)
            {
                pendingSidecar = true;
                if (status.State.Waiting is not null) waiting++;
                else unknown++;
            }
        }

        foreach (var container in pod.Spec.Containers)
        {
            var status = Find(statuses, container.Name);
            if (status?.State.Running is not null)
            {
                running++;
            }
            else if (status?.State.Terminated is { } ended)
            {
                stopped++;
                if (!PodContainers.RestartsAfter(container, pod.Spec, ended.ExitCode)) final++;
                if (ended.ExitCode == 0) succeeded++;
            }
            else if (status?.State.Waiting is null)
            {
                unknown++;
            }
            else if (status.LastState.Terminated is { } last)
            {
                stopped++;
                if (!PodContainers.RestartsAfter(container, pod.Spec, last.ExitCode)) final++;
            }
            else
            {
                waiting++;
            }
        }

        if (failedInit) return PodPhase.Failed;
        // Sidecars that restart later on do not put a pod back to Pending.
        if (pendingInit || (pendingSidecar && !hasInitialized) || waiting > 0) return PodPhase.Pending;
        if (running > 0 && unknown == 0) return PodPhase.Running;
        if (running > 0 || stopped == 0 || unknown > 0) return PodPhase.Pending;
        if (!isTerminal && stopped != final) return PodPhase.Running;
        return stopped == succeeded ? PodPhase.Succeeded : PodPhase.Failed;
    }

    private static ContainerStatus? Find(IReadOnlyList<ContainerStatus> statuses, string name) => statuses.FirstOrDefault(s => s.Name == name);
}
