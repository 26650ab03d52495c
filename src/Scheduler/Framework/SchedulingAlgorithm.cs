namespace Tiphys.Scheduler;

/// <summary>Finds the node for a pod: nodes that fit, the best of them by weighted score, chance among equals.</summary>
internal sealed class SchedulingAlgorithm
{
    private const int FewestScored = 100;
    private readonly IPreFilterPlugin[] _preFilters;
    private readonly IFilterPlugin[] _filters;
    private readonly IScorePlugin[] _scorers;
    private readonly int _percentage;
    private int _next;

    /// <param name="percentageOfNodesToScore">0 lets the size of the cluster decide, as upstream does.</param>
    /// <param name="view">What is known of volumes.</param>
    /// <param name="planner">What finds volumes for claims.</param>
    public SchedulingAlgorithm(int percentageOfNodesToScore, IVolumeView view, VolumePlanner planner)
    {
        _percentage = percentageOfNodesToScore;
        var taints = new TaintTolerationPlugin();
        var affinity = new NodeAffinityPlugin();
        var fit = new NodeResourcesFitPlugin();
        var spread = new PodTopologySpreadPlugin();
        var pods = new InterPodAffinityPlugin();
        var volumes = new VolumeBindingPlugin(view, planner);
        _preFilters = [volumes];
        _filters = [new NodeUnschedulablePlugin(), new NodeNamePlugin(), taints, affinity, new NodePortsPlugin(), fit, new VolumeRestrictionsPlugin(view), volumes, spread, pods];
        _scorers = [taints, affinity, fit, spread, pods, new BalancedAllocationPlugin(), new ImageLocalityPlugin()];
    }

    /// <summary>Places a pod. Call with the cluster's lock held.</summary>
    public Placement Place(SchedulingContext context)
    {
        var nodes = context.Cluster.Nodes;
        foreach (var plugin in _preFilters)
            if (plugin.PreFilter(context) is { } fault) return Placement.Nowhere(nodes, fault);
        var filters = Concerned(context);

        // Where room was made for the pod it goes, if the room is there by now.
        if (context.Cluster.Nominations.NodeOf(context.Pod.Uid) is { } promised && context.Cluster.Find(promised) is { Node: not null } there && Misfit(filters, context, there) is null)
            return new Placement(there, []);
        var enough = Enough(nodes.Length);
        var fitting = new List<NodeState>(enough);
        Dictionary<string, Misfit>? misfits = null;

        // Each search begins where the last one ended, so that all nodes get their turn.
        var start = nodes.Length == 0 ? 0 : _next % nodes.Length;
        var looked = 0;
        for (; looked < nodes.Length && fitting.Count < enough; looked++)
        {
            var node = nodes[(start + looked) % nodes.Length];
            if (Misfit(filters, context, node) is { } misfit) (misfits ??= new(StringComparer.Ordinal))[node.Name] = misfit;
            else fitting.Add(node);
        }

        _next = start + looked;
        return fitting.Count == 0 ? new Placement(null, misfits ?? []) : new Placement(Best(context, fitting), misfits ?? []);
    }

    /// <summary>Whether a pod fits a node, for preemption's trials.</summary>
    public bool Fits(SchedulingContext context, NodeState node) => Look(Concerned(context), context, node) is null;

    private IFilterPlugin[] Concerned(SchedulingContext context) => Array.FindAll(_filters, f => f.Concerns(context));

    /// <summary>
    /// Why a pod does not fit, or null. It must fit with the pods that are promised room there, which take some, and without
    /// them: it may want to be near a pod that is not there yet.
    /// </summary>
    private Misfit? Misfit(IFilterPlugin[] filters, SchedulingContext context, NodeState node)
    {
        var promised = context.Promised(node);
        if (promised.Count > 0)
        {
            var misfit = context.Cluster.With(promised, node, () =>
            {
                var then = new SchedulingContext(context.Pod, context.Cluster, context.NamespaceLabels);
                return Look(Concerned(then), then, node);
            });
            if (misfit is not null) return misfit;
        }

        return Look(filters, context, node);
    }

    private static Misfit? Look(IFilterPlugin[] filters, SchedulingContext context, NodeState node)
    {
        foreach (var filter in filters)
            if (filter.Filter(context, node) is { } misfit) return misfit;
        return null;
    }

    private NodeState Best(SchedulingContext context, List<NodeState> nodes)
    {
        if (nodes.Count == 1) return nodes[0];
        var totals = new long[nodes.Count];
        var scores = new long[nodes.Count];
        foreach (var scorer in _scorers)
        {
            if (!scorer.Concerns(context)) continue;
            for (var i = 0; i < scores.Length; i++) scores[i] = scorer.Score(context, nodes[i]);
            scorer.Normalize(context, scores, nodes);
            for (var i = 0; i < scores.Length; i++) totals[i] += scores[i] * scorer.Weight;
        }

        var best = 0;
        var equals = 1;
        for (var i = 1; i < totals.Length; i++)
        {
            if (totals[i] > totals[best]) (best, equals) = (i, 1);
            else if (totals[i] == totals[best] && Random.Shared.Next(++equals) == 0) best = i;
        }

        return nodes[best];
    }

    private int Enough(int nodes)
    {
        if (nodes < FewestScored) return Math.Max(nodes, 1);
        var percentage = _percentage > 0 ? _percentage : Math.Max(5, 50 - (nodes / 125));
        return Math.Max(FewestScored, nodes * percentage / 100);
    }
}

/// <summary>Outcome of placing a pod.</summary>
/// <param name="Node">Where it goes; null when it fits nowhere.</param>
/// <param name="Misfits">Why nodes that were looked at do not fit.</param>
internal sealed record Placement(NodeState? Node, Dictionary<string, Misfit> Misfits)
{
    /// <summary>Why the pod fits nowhere, if that has nothing to do with the nodes.</summary>
    public string? Fault { get; private init; }

    /// <summary>No node was looked at, and no room that could be made would change it.</summary>
    public static Placement Nowhere(IEnumerable<NodeState> nodes, string fault)
    {
        var misfit = new Misfit(fault, Resolvable: false);
        return new(null, nodes.ToDictionary(static n => n.Name, _ => misfit, StringComparer.Ordinal)) { Fault = fault };
    }

    /// <summary>Upstream's FailedScheduling message.</summary>
    public string Describe(int nodes)
    {
        if (nodes == 0) return "no nodes available to schedule pods";
        if (Fault is not null) return $"0/{nodes} nodes are available: {Fault}.";
        return $"0/{nodes} nodes are available: {Histogram(Misfits.Values.SelectMany(static m => m.Reasons))}.";
    }

    /// <summary>Reasons with the number of nodes each holds for.</summary>
    public static string Histogram(IEnumerable<string> reasons) =>
        string.Join(", ", reasons.GroupBy(static r => r, StringComparer.Ordinal).Select(static g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal));
}
