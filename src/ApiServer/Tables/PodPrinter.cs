using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>A pod's row: what its containers are up to, in one word.</summary>
internal static class PodPrinter
{
    public const string Columns = "Name|Ready|Status|Restarts|Age|IP+|Node+|Nominated Node+|Readiness Gates+";

    public static object[] Cells(Pod pod, DateTimeOffset now)
    {
        var view = View.Of(pod);
        var restarts = view.Restarts.ToString(CultureInfo.InvariantCulture);
        if (view.Restarts != 0 && view.LastRestart is { } last) restarts += $" ({HumanDuration.Since(last, now)} ago)";
        var gates = pod.Spec.ReadinessGates ?? [];
        var passed = gates.Count(g => pod.Status.Conditions?.Find(c => c.Type == g.ConditionType)?.Status == "True");
        return
        [
            pod.Metadata.Name,
            $"{view.Ready}/{view.Total}",
            view.Reason,
            restarts,
            CellText.Age(pod, now),
            CellText.Or(pod.Status.PodIPs is [var ip, ..] ? ip.IP : "", CellText.None),
            CellText.Or(pod.Spec.NodeName, CellText.None),
            CellText.Or(pod.Status.NominatedNodeName, CellText.None),
            gates.Count == 0 ? CellText.None : $"{passed}/{gates.Count}",
        ];
    }

    /// <summary>Clients cross out the rows of pods that have ended.</summary>
    public static List<TableRowCondition>? Conditions(Pod pod) => pod.Status.Phase switch
    {
        "Succeeded" => [new() { Type = "Completed", Status = "True", Reason = "Succeeded", Message = "The pod has completed successfully." }],
        "Failed" => [new() { Type = "Completed", Status = "True", Reason = "Failed", Message = "The pod failed." }],
        _ => null,
    };

    private struct View
    {
        public int Ready;
        public int Total;
        public int Restarts;
        public DateTimeOffset? LastRestart;
        public string Reason;

        public static View Of(Pod pod)
        {
            var view = new View { Total = pod.Spec.Containers.Count, Reason = CellText.Or(pod.Status.Reason, pod.Status.Phase) };
            if (pod.Status.Conditions?.Any(static c => c is { Type: "PodScheduled", Reason: "SchedulingGated" }) == true) view.Reason = "SchedulingGated";
            var sidecars = (pod.Spec.InitContainers ?? []).Where(PodResources.IsSidecar).Select(static c => c.Name).ToHashSet(StringComparer.Ordinal);
            view.Total += sidecars.Count;
            var (sidecarRestarts, sidecarLast, initializing) = view.Initialization(pod, sidecars);
            if (!initializing || Has(pod, "Initialized"))
            {
                // The restarts of init containers no longer matter once the pod runs; those of sidecars do.
                view.Restarts = sidecarRestarts;
                view.LastRestart = sidecarLast;
                view.Containers(pod);
            }

            if (pod.Metadata.DeletionTimestamp is not null)
            {
                if (pod.Status.Reason == "NodeLost") view.Reason = "Unknown";
                else if (pod.Status.Phase is not ("Succeeded" or "Failed")) view.Reason = "Terminating";
            }

            return view;
        }

        private (int Restarts, DateTimeOffset? Last, bool Initializing) Initialization(Pod pod, HashSet<string> sidecars)
        {
            var restarts = 0;
            DateTimeOffset? last = null;
            var statuses = pod.Status.InitContainerStatuses ?? [];
            for (var i = 0; i < statuses.Count; i++)
            {
                var status = statuses[i];
                var sidecar = sidecars.Contains(status.Name);
                Count(status);
                if (sidecar)
                {
                    restarts += status.RestartCount;
                    last = Later(last, status.LastState.Terminated?.FinishedAt);
                }

                if (status.State.Terminated is { ExitCode: 0 }) continue;
                if (sidecar && status.Started == true)
                {
                    if (status.Ready) Ready++;
                    continue;
                }

                Reason = status.State switch
                {
                    { Terminated: { Reason.Length: > 0 } ended } => "Init:" + ended.Reason,
                    { Terminated: { Signal: not 0 } ended } => $"Init:Signal:{ended.Signal}",
                    { Terminated: { } ended } => $"Init:ExitCode:{ended.ExitCode}",
                    { Waiting: { Reason: { Length: > 0 } why } } when why != "PodInitializing" => "Init:" + why,
                    _ => $"Init:{i}/{pod.Spec.InitContainers?.Count ?? 0}",
                };
                return (restarts, last, true);
            }

            return (restarts, last, false);
        }

        private void Containers(Pod pod)
        {
            var running = false;
            var error = "";
            var statuses = pod.Status.ContainerStatuses ?? [];
            for (var i = statuses.Count - 1; i >= 0; i--)
            {
                var status = statuses[i];
                Count(status);
                if (status.State.Waiting is { Reason.Length: > 0 } waiting) Reason = waiting.Reason;
                else if (status.State.Terminated is { } ended)
                {
                    Reason = ended.Reason.Length > 0 ? ended.Reason : ended.Signal != 0 ? $"Signal:{ended.Signal}" : $"ExitCode:{ended.ExitCode}";
                    if (ended.ExitCode != 0) error = Reason;
                }
                else if (status is { Ready: true, State.Running: not null })
                {
                    running = true;
                    Ready++;
                }
            }

            if (Reason != "Completed") return;
            if (running && Has(pod, "Ready")) Reason = "Running";
            else if (error.Length > 0) Reason = error;
            else if (running) Reason = "NotReady";
        }

        private void Count(ContainerStatus status)
        {
            Restarts += status.RestartCount;
            LastRestart = Later(LastRestart, status.LastState.Terminated?.FinishedAt);
        }

        private static bool Has(Pod pod, string condition) => pod.Status.Conditions?.Any(c => c.Type == condition && c.Status == "True") == true;

        private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) => left is null || right > left ? right ?? left : left;
    }
}
