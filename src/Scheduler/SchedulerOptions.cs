using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>How a scheduler works; flags are named after kube-scheduler's.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Pods with this <c>spec.schedulerName</c> are ours.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>Only one of several schedulers works at a time (<c>--leader-elect</c>).</summary>
    public bool LeaderElect { get; init; } = true;

    /// <summary>When the lead changes hands (<c>--leader-elect-lease-duration</c> and its like).</summary>
    public LeaderElectionTiming LeaderElection { get; init; } = LeaderElectionTiming.Default;

    /// <summary>Identity for leader election.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid()}";

    /// <summary>Share of fitting nodes after which the search ends, in percent; 0 lets the size of the cluster decide.</summary>
    public int PercentageOfNodesToScore { get; init; }

    /// <summary>Bindings under way at a time.</summary>
    public int ParallelBindings { get; init; } = 64;
}
