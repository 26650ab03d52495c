using System.Globalization;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>
/// Orders pods by how little is lost when they go (upstream's ActivePodsWithRanks): first those that do the least work, then
/// the cheapest by annotation, the most crowded together, and the youngest.
/// </summary>
internal static class DeletionRanking
{
    /// <summary>The pods to delete.</summary>
    /// <param name="pods">Candidates.</param>
    /// <param name="count">How many to take.</param>
    /// <param name="neighbours">Active pods of the same workload on a node; more of them make a pod go earlier.</param>
    /// <param name="now">The current time.</param>
    public static IReadOnlyList<Pod> Choose(IReadOnlyList<Pod> pods, int count, Func<string, int> neighbours, DateTimeOffset now)
    {
        if (count >= pods.Count) return pods;
        return [.. pods
            .OrderBy(static p => p.Spec.NodeName.Length > 0)
            .ThenBy(static p => p.Status.Phase switch { PodPhase.Pending => 0, PodPhase.Unknown => 1, PodPhase.Running => 2, _ => 0 })
            .ThenBy(static p => p.IsReady())
            .ThenBy(Cost)
            .ThenByDescending(p => neighbours(p.Spec.NodeName))
            .ThenBy(p => p.IsReady() ? Age(p.Condition(PodConditionType.Ready)!.LastTransitionTime, now) : 0)
            .ThenByDescending(static p => Pods.Restarts(p.Status.ContainerStatuses))
            .ThenByDescending(static p => Pods.Restarts(p.Status.InitContainerStatuses))
            .ThenBy(p => Age(p.Metadata.CreationTimestamp, now))
            .ThenBy(static p => p.Metadata.Uid, StringComparer.Ordinal)
            .Take(count)];
    }

    private static int Cost(Pod pod) =>
        pod.Metadata.Annotations?.TryGetValue(WellKnownAnnotations.PodDeletionCost, out var text) == true && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    /// <summary>Age on a logarithmic scale: among pods of about the same age the choice shall not always hit the youngest.</summary>
    private static int Age(DateTimeOffset? since, DateTimeOffset now)
    {
        if (since is not { } start) return -1;
        var seconds = Math.Max(1, (long)(now - start).TotalNanoseconds);
        return (int)Math.Log2(seconds);
    }
}
