using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>Pods of a kind spread evenly over zones, hosts, or whatever a node label names.</summary>
internal sealed class PodTopologySpreadPlugin : IFilterPlugin, IScorePlugin
{
    private static readonly Misfit s_uneven = new("node(s) didn't match pod topology spread constraints", Resolvable: true);
    private static readonly Misfit s_unlabelled = new("node(s) didn't match pod topology spread constraints (missing required label)", Resolvable: false);

    public string Name => "PodTopologySpread";

    public int Weight => 2;

    bool IFilterPlugin.Concerns(SchedulingContext context) => Has(context, UnsatisfiableConstraintAction.DoNotSchedule);

    bool IScorePlugin.Concerns(SchedulingContext context) => Has(context, UnsatisfiableConstraintAction.ScheduleAnyway);

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        foreach (var constraint in context.Remember(() => new HardConstraints(Count(context, UnsatisfiableConstraintAction.DoNotSchedule))).List)
        {
            if (!node.Labels.TryGetValue(constraint.Key, out var domain)) return s_unlabelled;
            var self = constraint.Pods.Matches(context.Pod.Pod.Metadata.Labels) ? 1 : 0;
            if (constraint.In(domain) + self - constraint.Least > constraint.MaxSkew) return s_uneven;
        }

        return null;
    }

    /// <summary>How many matching pods share the node's domains, weighted so that many small domains do not outweigh few large ones.</summary>
    public long Score(SchedulingContext context, NodeState node)
    {
        double sum = 0;
        foreach (var constraint in Soft(context))
        {
            if (!node.Labels.TryGetValue(constraint.Key, out var domain)) return long.MaxValue / 4;
            sum += (constraint.In(domain) * Math.Log(constraint.Domains + 2)) + (constraint.MaxSkew - 1);
        }

        return (long)Math.Round(sum);
    }

    public void Normalize(SchedulingContext context, long[] scores, IReadOnlyList<NodeState> nodes)
    {
        var counted = scores.Where(static s => s < long.MaxValue / 4).ToList();
        var (least, most) = counted.Count == 0 ? (0L, 0L) : (counted.Min(), counted.Max());
        for (var i = 0; i < scores.Length; i++)
            scores[i] = scores[i] >= long.MaxValue / 4 ? 0 : most == 0 ? Scores.Most : Scores.Most * (most + least - scores[i]) / most;
    }

    private static bool Has(SchedulingContext context, string action) => context.Pod.Pod.Spec.TopologySpreadConstraints?.Exists(c => c.WhenUnsatisfiable == action) == true;

    private static Constraint[] Soft(SchedulingContext context) => context.Remember(() => new SoftConstraints(Count(context, UnsatisfiableConstraintAction.ScheduleAnyway))).List;

    private static Constraint[] Count(SchedulingContext context, string action)
    {
        var pod = context.Pod.Pod;
        var constraints = pod.Spec.TopologySpreadConstraints!.Where(c => c.WhenUnsatisfiable == action).Select(c => new Constraint(pod, c)).ToArray();
        foreach (var node in context.Cluster.Nodes)
        {
            foreach (var constraint in constraints)
            {
                if (!constraint.Includes(pod, node) || !node.Labels.TryGetValue(constraint.Key, out var domain)) continue;
                var matching = 0;
                foreach (var other in node.Pods)
                    if (other.Pod.Metadata.Namespace == pod.Metadata.Namespace && other.Pod.Metadata.DeletionTimestamp is null && constraint.Pods.Matches(other.Pod.Metadata.Labels)) matching++;
                constraint.Add(domain, matching);
            }
        }

        return constraints;
    }

    private sealed record HardConstraints(Constraint[] List);

    private sealed record SoftConstraints(Constraint[] List);

    /// <summary>A constraint with the matching pods counted by domain.</summary>
    private sealed class Constraint
    {
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
        private readonly TopologySpreadConstraint _declared;

        public Constraint(Pod pod, TopologySpreadConstraint declared)
        {
            _declared = declared;
            var selector = declared.LabelSelector?.DeepCopy() ?? new();
            foreach (var key in declared.MatchLabelKeys ?? [])
                if (pod.Metadata.Labels?.TryGetValue(key, out var value) == true) (selector.MatchLabels ??= [])[key] = value;
            Pods = declared.LabelSelector is null ? LabelQuery.Nothing : LabelQuery.Of(selector);
        }

        public string Key => _declared.TopologyKey;

        public int MaxSkew => _declared.MaxSkew;

        public LabelQuery Pods { get; }

        public int Domains => _counts.Count;

        /// <summary>The smallest count; 0 while there are fewer domains than asked for.</summary>
        public int Least => _counts.Count == 0 || _counts.Count < (_declared.MinDomains ?? 1) ? 0 : _counts.Values.Min();

        public int In(string domain) => _counts.GetValueOrDefault(domain);

        public void Add(string domain, int count) => _counts[domain] = In(domain) + count;

        /// <summary>Whether a node's domain counts: by default nodes the pod could not go to anyway are left out, tainted ones are not.</summary>
        public bool Includes(Pod pod, NodeState node)
        {
            if (_declared.NodeAffinityPolicy is null or NodeInclusionPolicy.Honor && !NodeAffinityPlugin.Matches(pod.Spec, node.Node!)) return false;
            return _declared.NodeTaintsPolicy != NodeInclusionPolicy.Honor
                || node.Taints.TrueForAll(t => t.Effect == TaintEffect.PreferNoSchedule || Tolerations.Tolerates(pod.Spec.Tolerations, t));
        }
    }
}
