using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>How many replicas bring usage to its target (upstream's replica calculator).</summary>
internal static class ReplicaMath
{
    private const double Tolerance = 0.1;
    private static readonly TimeSpan CpuInitialization = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InitialReadiness = TimeSpan.FromSeconds(30);

    /// <summary>The number of replicas, and the usage it was computed from.</summary>
    /// <param name="current">Replicas there are.</param>
    /// <param name="pods">The target's pods.</param>
    /// <param name="usage">Usage by pod.</param>
    /// <param name="target">What a pod should use.</param>
    /// <param name="isCpu">CPU is not telling while a pod starts.</param>
    /// <param name="now">The current time.</param>
    /// <exception cref="InvalidOperationException">There is nothing to compute from.</exception>
    public static (int Replicas, long Average) Replicas(int current, IReadOnlyList<Pod> pods, Dictionary<string, long> usage, Func<Pod, double> target, bool isCpu, DateTimeOffset now)
    {
        if (pods.Count == 0) throw new InvalidOperationException("no pods returned by selector while calculating replica count");
        var live = pods.Where(static p => p.Metadata.DeletionTimestamp is null && p.Status.Phase != PodPhase.Failed).ToList();
        var unready = live.Where(p => p.Status.Phase == PodPhase.Pending || (isCpu && usage.ContainsKey(p.Metadata.Name) && IsStarting(p, now))).ToHashSet();
        var missing = live.Where(p => !unready.Contains(p) && !usage.ContainsKey(p.Metadata.Name)).ToHashSet();
        var ready = live.Where(p => !unready.Contains(p) && !missing.Contains(p)).ToList();
        if (ready.Count == 0) throw new InvalidOperationException("did not receive metrics for targeted pods (pods might be unready)");
        var used = ready.Sum(p => usage[p.Metadata.Name]);
        var wanted = ready.Sum(target);
        var average = used / ready.Count;
        if (wanted <= 0) throw new InvalidOperationException("no target to compare the usage of pods with");
        var ratio = used / wanted;
        var grows = unready.Count > 0 && ratio > 1;
        if (!grows && missing.Count == 0) return (Within(ratio) ? current : (int)Math.Ceiling(ratio * ready.Count), average);

        // Pods we know nothing of count so that they dampen the change.
        var counted = ready.Count;
        double assumed = used;
        if (missing.Count > 0 && ratio != 1)
        {
            counted += missing.Count;
            wanted += missing.Sum(target);
            if (ratio < 1) assumed += missing.Sum(target);
        }

        if (grows)
        {
            counted += unready.Count;
            wanted += unready.Sum(target);
        }

        var damped = assumed / wanted;
        if (Within(damped) || (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1)) return (current, average);
        var replicas = (int)Math.Ceiling(damped * counted);
        return ((damped < 1 && replicas > current) || (damped > 1 && replicas < current) ? current : replicas, average);
    }

    private static bool Within(double ratio) => Math.Abs(ratio - 1) <= Tolerance;

    private static bool IsStarting(Pod pod, DateTimeOffset now)
    {
        if (pod.Condition(PodConditionType.Ready) is not { } ready || pod.Status.StartTime is not { } start) return true;
        if (start + CpuInitialization > now) return ready.Status == "False" || ready.LastTransitionTime > now.AddSeconds(-15);
        return ready.Status == "False" && start + InitialReadiness > ready.LastTransitionTime;
    }
}
