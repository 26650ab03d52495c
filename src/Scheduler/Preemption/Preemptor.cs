using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>
/// Finds pods of lower priority whose removal would make room (upstream's DefaultPreemption): on each node as few and as
/// unimportant ones as possible, and then the node where least is lost.
/// </summary>
internal sealed class Preemptor(SchedulingAlgorithm algorithm)
{
    /// <summary>Upstream's plugin for claims to devices, which could free some, speaks first.</summary>
    private const string Speaker = "no new claims to deallocate, preemption:";

    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private const string NoVictims = "No preemption victims found for incoming pod";
    private const string NeverPreempts = "not eligible due to preemptionPolicy=Never.";
    private const string Terminating = "not eligible due to terminating pod on the nominated node.";

    /// <summary>Looks for room. Call with the cluster's lock held.</summary>
    public PreemptionOutcome Find(SchedulingContext context, Placement placement)
    {
        var nodes = context.Cluster.Nodes.Length;
        var pod = context.Pod;
        if (pod.Pod.Spec.PreemptionPolicy == "Never") return new(null, [], $"{Speaker} {NeverPreempts}");
        if (context.Cluster.Nominations.NodeOf(pod.Uid) is { } nominated && context.Cluster.Find(nominated) is { } there
            && there.Pods.Any(p => p.Pod.Metadata.DeletionTimestamp is not null && p.Priority < pod.Priority))
            return new(null, [], $"{Speaker} {Terminating}") { KeepsPromise = true };

        var reasons = new List<string>();
        (NodeState Node, List<PodInfo> Victims)? best = null;
        foreach (var (name, misfit) in placement.Misfits)
        {
            if (!misfit.Resolvable)
            {
                reasons.Add(NotHelpful);
                continue;
            }

            var node = context.Cluster.Find(name)!;
            if (Victims(context, node) is not { Count: > 0 } victims)
            {
                reasons.Add(NoVictims);
                continue;
            }

            if (best is null || IsBetter(victims, best.Value.Victims)) best = (node, victims);
        }

        if (best is { } found) return new(found.Node.Name, found.Victims, "");
        return new(null, [], $"{Speaker} 0/{nodes} nodes are available: {Placement.Histogram(reasons)}.");
    }

    private List<PodInfo>? Victims(SchedulingContext context, NodeState node)
    {
        var lower = node.Pods.Where(p => p.Priority < context.Pod.Priority).ToList();
        if (lower.Count == 0) return null;
        var trial = node.Clone();
        foreach (var pod in lower) trial.Remove(pod.Uid);
        foreach (var pod in context.Promised(node)) trial.Add(pod);
        var fresh = new SchedulingContext(context.Pod, context.Cluster, context.NamespaceLabels);
        if (!algorithm.Fits(fresh, trial)) return null;

        // The most important pods are spared first, and of equals those that have run longest.
        var victims = new List<PodInfo>();
        foreach (var pod in lower.OrderByDescending(static p => p.Priority).ThenBy(static p => p.Pod.Status.StartTime ?? DateTimeOffset.MaxValue))
        {
            trial.Add(pod);
            if (algorithm.Fits(fresh, trial)) continue;
            trial.Remove(pod.Uid);
            victims.Add(pod);
        }

        return victims;
    }

    private static bool IsBetter(List<PodInfo> left, List<PodInfo> right)
    {
        var byImportance = left.Max(static p => p.Priority).CompareTo(right.Max(static p => p.Priority));
        if (byImportance != 0) return byImportance < 0;
        var bySum = left.Sum(static p => (long)p.Priority + int.MaxValue).CompareTo(right.Sum(static p => (long)p.Priority + int.MaxValue));
        if (bySum != 0) return bySum < 0;
        return left.Count < right.Count;
    }
}

/// <summary>Outcome of preemption.</summary>
/// <param name="Node">Node that will have room; null when none.</param>
/// <param name="Victims">Pods that must go.</param>
/// <param name="Message">Why there is none, for the event.</param>
internal sealed record PreemptionOutcome(string? Node, IReadOnlyList<PodInfo> Victims, string Message)
{
    /// <summary>The pod still waits for the room it was promised.</summary>
    public bool KeepsPromise { get; init; }
}
