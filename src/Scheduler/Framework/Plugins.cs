namespace Tiphys.Scheduler;

/// <summary>Why a node does not fit.</summary>
/// <param name="Reason">In upstream's words, without the count of nodes.</param>
/// <param name="Resolvable">Whether removing pods from the node could change it; preemption looks only at such nodes.</param>
internal sealed record Misfit(string Reason, bool Resolvable)
{
    /// <summary>Several reasons at once, such as two resources that are short.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [Reason];
}

/// <summary>What scheduling one pod looks at; plugins keep what they compute once for a pod in <see cref="Remember{T}"/>.</summary>
internal sealed class SchedulingContext(PodInfo pod, ClusterState cluster, Func<string, IReadOnlyDictionary<string, string>?> namespaceLabels)
{
    private readonly Dictionary<Type, object> _remembered = [];

    public PodInfo Pod { get; } = pod;

    public ClusterState Cluster { get; } = cluster;

    public Func<string, IReadOnlyDictionary<string, string>?> NamespaceLabels { get; } = namespaceLabels;

    /// <summary>The pods that are promised room on a node and that this one may not push aside.</summary>
    public IReadOnlyList<PodInfo> Promised(NodeState node)
    {
        var all = Cluster.Nominations.On(node.Name);
        return all.Count == 0 ? all : [.. all.Where(p => p.Uid != Pod.Uid && p.Priority >= Pod.Priority)];
    }

    public T Remember<T>(Func<T> compute) where T : class
    {
        if (_remembered.TryGetValue(typeof(T), out var known)) return (T)known;
        var value = compute();
        _remembered[typeof(T)] = value;
        return value;
    }
}

/// <summary>Says whether a pod can go anywhere at all (upstream's PreFilter).</summary>
internal interface IPreFilterPlugin
{
    /// <summary>Null when it may, or why not in upstream's words.</summary>
    string? PreFilter(SchedulingContext context);
}

/// <summary>Says whether a node can take a pod (upstream's Filter).</summary>
internal interface IFilterPlugin
{
    /// <summary>Upstream's name.</summary>
    string Name { get; }

    /// <summary>Whether the pod has anything for this plugin to look at.</summary>
    bool Concerns(SchedulingContext context) => true;

    /// <summary>Null when the node fits.</summary>
    Misfit? Filter(SchedulingContext context, NodeState node);
}

/// <summary>Says how well a node suits a pod (upstream's Score).</summary>
internal interface IScorePlugin
{
    /// <summary>Upstream's name.</summary>
    string Name { get; }

    /// <summary>Weight in the sum.</summary>
    int Weight { get; }

    /// <summary>Whether the pod has anything for this plugin to look at.</summary>
    bool Concerns(SchedulingContext context) => true;

    /// <summary>A score; its scale is the plugin's own when <see cref="Normalize"/> brings it to 0..100.</summary>
    long Score(SchedulingContext context, NodeState node);

    /// <summary>Brings the scores of all nodes to 0..100.</summary>
    void Normalize(SchedulingContext context, long[] scores, IReadOnlyList<NodeState> nodes) { }
}

/// <summary>Ways to bring scores to 0..100.</summary>
internal static class Scores
{
    public const long Most = 100;

    /// <summary>Scales so that the largest is 100; or, reversed, so that the largest is 0 and 0 is 100.</summary>
    public static void Scale(long[] scores, bool reverse)
    {
        long largest = 0;
        foreach (var score in scores) largest = Math.Max(largest, score);
        for (var i = 0; i < scores.Length; i++)
        {
            if (largest == 0)
            {
                if (reverse) scores[i] = Most;
                continue;
            }

            var scaled = scores[i] * Most / largest;
            scores[i] = reverse ? Most - scaled : scaled;
        }
    }

    /// <summary>Scales the range between the smallest and the largest to 0..100.</summary>
    public static void Spread(long[] scores)
    {
        if (scores.Length == 0) return;
        var (least, largest) = (scores.Min(), scores.Max());
        for (var i = 0; i < scores.Length; i++) scores[i] = largest == least ? 0 : Most * (scores[i] - least) / (largest - least);
    }
}
