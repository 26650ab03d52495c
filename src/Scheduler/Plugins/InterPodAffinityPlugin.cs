namespace Tiphys.Scheduler;

/// <summary>Pods that want, or refuse, to be near other pods.</summary>
internal sealed class InterPodAffinityPlugin : IFilterPlugin, IScorePlugin
{
    private static readonly Misfit s_existing = new("node(s) didn't satisfy existing pods anti-affinity rules", Resolvable: true);
    private static readonly Misfit s_affinity = new("node(s) didn't match pod affinity rules", Resolvable: false);
    private static readonly Misfit s_antiAffinity = new("node(s) didn't match pod anti-affinity rules", Resolvable: true);

    public string Name => "InterPodAffinity";

    public int Weight => 2;

    bool IFilterPlugin.Concerns(SchedulingContext context) =>
        context.Cluster.PodsWithAntiAffinity > 0 || context.Pod.RequiredAffinity.Length > 0 || context.Pod.RequiredAntiAffinity.Length > 0;

    bool IScorePlugin.Concerns(SchedulingContext context) =>
        context.Cluster.PodsWithAffinity > 0 || context.Pod.PreferredAffinity.Length > 0 || context.Pod.PreferredAntiAffinity.Length > 0;

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        var places = context.Remember(() => new Places(context));
        if (places.Refused.Count > 0)
            foreach (var (key, value) in node.Labels)
                if (places.Refused.Contains((key, value))) return s_existing;
        for (var i = 0; i < context.Pod.RequiredAntiAffinity.Length; i++)
        {
            if (node.Labels.TryGetValue(context.Pod.RequiredAntiAffinity[i].TopologyKey, out var value) && places.Avoided[i].Contains(value)) return s_antiAffinity;
        }

        return Attracted(context, node, places) ? null : s_affinity;
    }

    public long Score(SchedulingContext context, NodeState node)
    {
        var weights = context.Remember(() => new Attraction(context)).Weights;
        long score = 0;
        foreach (var (key, value) in node.Labels) score += weights.GetValueOrDefault((key, value));
        return score;
    }

    public void Normalize(SchedulingContext context, long[] scores, IReadOnlyList<NodeState> nodes) => Scores.Spread(scores);

    private static bool Attracted(SchedulingContext context, NodeState node, Places places)
    {
        var terms = context.Pod.RequiredAffinity;
        if (terms.Length == 0) return true;
        var all = true;
        for (var i = 0; i < terms.Length; i++)
        {
            if (!node.Labels.TryGetValue(terms[i].TopologyKey, out var value)) return false;
            all &= places.Wanted[i].Contains(value);
        }

        // The first pod of a group that wants to be together has nobody to join; it may start the group anywhere.
        return all || (places.NobodyWanted && Array.TrueForAll(terms, t => t.Matches(context.Pod.Pod, context.NamespaceLabels)));
    }

    /// <summary>Where the pods are that the rules speak of, by topology.</summary>
    private sealed class Places
    {
        public Places(SchedulingContext context)
        {
            var pod = context.Pod;
            Wanted = [.. pod.RequiredAffinity.Select(static _ => new HashSet<string>(StringComparer.Ordinal))];
            Avoided = [.. pod.RequiredAntiAffinity.Select(static _ => new HashSet<string>(StringComparer.Ordinal))];
            var looking = Wanted.Length + Avoided.Length > 0;
            foreach (var node in context.Cluster.Nodes)
            {
                if (!looking && node.PodsWithAntiAffinity == 0) continue;
                foreach (var other in node.Pods)
                {
                    foreach (var term in other.RequiredAntiAffinity)
                        if (node.Labels.TryGetValue(term.TopologyKey, out var place) && term.Matches(pod.Pod, context.NamespaceLabels)) Refused.Add((term.TopologyKey, place));
                    Collect(pod.RequiredAffinity, Wanted, other, node, context);
                    Collect(pod.RequiredAntiAffinity, Avoided, other, node, context);
                }
            }

            NobodyWanted = Array.TrueForAll(Wanted, static w => w.Count == 0);
        }

        public HashSet<(string Key, string Value)> Refused { get; } = [];

        public HashSet<string>[] Wanted { get; }

        public HashSet<string>[] Avoided { get; }

        public bool NobodyWanted { get; }

        private static void Collect(AffinityTerm[] terms, HashSet<string>[] places, PodInfo other, NodeState node, SchedulingContext context)
        {
            for (var i = 0; i < terms.Length; i++)
                if (node.Labels.TryGetValue(terms[i].TopologyKey, out var place) && terms[i].Matches(other.Pod, context.NamespaceLabels)) places[i].Add(place);
        }
    }

    /// <summary>What preferences, the pod's own and those of others, are worth by topology.</summary>
    private sealed class Attraction
    {
        /// <summary>Weight of others' required affinity towards this pod (upstream's hardPodAffinityWeight).</summary>
        private const int RequiredWeight = 1;

        public Attraction(SchedulingContext context)
        {
            var pod = context.Pod;
            var looking = pod.PreferredAffinity.Length + pod.PreferredAntiAffinity.Length > 0;
            foreach (var node in context.Cluster.Nodes)
            {
                if (!looking && node.PodsWithAffinity == 0) continue;
                foreach (var other in node.Pods)
                {
                    Add(pod.PreferredAffinity, other, node, 1, context);
                    Add(pod.PreferredAntiAffinity, other, node, -1, context);
                    foreach (var term in other.PreferredAffinity) AddIf(term, pod, node, term.Weight, context);
                    foreach (var term in other.PreferredAntiAffinity) AddIf(term, pod, node, -term.Weight, context);
                    foreach (var term in other.RequiredAffinity) AddIf(term, pod, node, RequiredWeight, context);
                }
            }
        }

        public Dictionary<(string Key, string Value), long> Weights { get; } = [];

        private void Add(AffinityTerm[] terms, PodInfo other, NodeState node, int sign, SchedulingContext context)
        {
            foreach (var term in terms) AddIf(term, other, node, sign * term.Weight, context);
        }

        private void AddIf(AffinityTerm term, PodInfo about, NodeState node, long weight, SchedulingContext context)
        {
            if (!node.Labels.TryGetValue(term.TopologyKey, out var place) || !term.Matches(about.Pod, context.NamespaceLabels)) return;
            Weights[(term.TopologyKey, place)] = Weights.GetValueOrDefault((term.TopologyKey, place)) + weight;
        }
    }
}
