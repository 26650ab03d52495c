using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Pods;

/// <summary>Which of several pods a command takes: those that run and are ready, the longest-lived first.</summary>
/// <param name="troubledFirst">Of equals, those that restarted most come first (for their logs), else last.</param>
internal sealed class PodOrder(bool troubledFirst) : IComparer<Pod>
{
    public int Compare(Pod? x, Pod? y)
    {
        var (a, b) = (x!, y!);
        var assigned = (b.Spec.NodeName.Length > 0).CompareTo(a.Spec.NodeName.Length > 0);
        if (assigned != 0) return assigned;
        var phase = Phase(a).CompareTo(Phase(b));
        if (phase != 0) return phase;
        var (readyA, readyB) = (Ready(a), Ready(b));
        if (readyA is null != readyB is null) return readyA is null ? 1 : -1;
        if (!troubledFirst)
        {
            var deleting = (a.Metadata.DeletionTimestamp is not null).CompareTo(b.Metadata.DeletionTimestamp is not null);
            if (deleting != 0) return deleting;
        }

        if (readyA != readyB) return Nullable.Compare(readyA, readyB);
        var restarts = Restarts(a).CompareTo(Restarts(b));
        if (restarts != 0) return troubledFirst ? -restarts : restarts;
        return (a.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue).CompareTo(b.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue);
    }

    /// <summary>Phases that are not ranked, those of ended pods, rank with running pods for logs and with pending ones otherwise.</summary>
    private int Phase(Pod pod) => pod.Status.Phase switch
    {
        "Running" => 0,
        "Unknown" => 1,
        "Pending" => 2,
        _ => troubledFirst ? 0 : 2,
    };

    private static DateTimeOffset? Ready(Pod pod) => pod.Status.Conditions?.Find(static c => c is { Type: "Ready", Status: "True" }) is { } ready ? ready.LastTransitionTime ?? DateTimeOffset.MinValue : null;

    private static int Restarts(Pod pod) => (pod.Status.ContainerStatuses ?? []).Select(static s => s.RestartCount).DefaultIfEmpty().Max();
}
