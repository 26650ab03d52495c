using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>Pods choose nodes by labels: nodeSelector and node affinity.</summary>
internal sealed class NodeAffinityPlugin : IFilterPlugin, IScorePlugin
{
    private static readonly Misfit s_misfit = new("node(s) didn't match Pod's node affinity/selector", Resolvable: false);

    public string Name => "NodeAffinity";

    public int Weight => 2;

    bool IFilterPlugin.Concerns(SchedulingContext context) =>
        context.Pod.Pod.Spec.NodeSelector is { Count: > 0 } || context.Pod.Pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not null;

    bool IScorePlugin.Concerns(SchedulingContext context) => context.Pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution is { Count: > 0 };

    public Misfit? Filter(SchedulingContext context, NodeState node) => Matches(context.Pod.Pod.Spec, node.Node!) ? null : s_misfit;

    public long Score(SchedulingContext context, NodeState node)
    {
        long score = 0;
        foreach (var term in context.Pod.Pod.Spec.Affinity!.NodeAffinity!.PreferredDuringSchedulingIgnoredDuringExecution!)
            if (term.Weight != 0 && NodeSelectors.Matches(term.Preference, node.Node!)) score += term.Weight;
        return score;
    }

    public void Normalize(SchedulingContext context, long[] scores, IReadOnlyList<NodeState> nodes) => Scores.Scale(scores, reverse: false);

    /// <summary>Whether a node satisfies what a pod requires of labels.</summary>
    public static bool Matches(PodSpec spec, Node node)
    {
        foreach (var (key, value) in spec.NodeSelector ?? [])
            if (node.Metadata.Labels?.GetValueOrDefault(key) != value) return false;
        var required = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return required is null || required.NodeSelectorTerms.Exists(t => NodeSelectors.Matches(t, node));
    }
}

/// <summary>Evaluates node selector terms.</summary>
internal static class NodeSelectors
{
    /// <summary>Whether a node satisfies every requirement of a term; an empty term matches nothing.</summary>
    public static bool Matches(NodeSelectorTerm term, Node node)
    {
        if (term.MatchExpressions is not { Count: > 0 } && term.MatchFields is not { Count: > 0 }) return false;
        foreach (var expression in term.MatchExpressions ?? [])
            if (!Requirement(expression).Matches(node.Metadata.Labels)) return false;
        foreach (var field in term.MatchFields ?? [])
            if (field.Key != "metadata.name" || !Requirement(field).Matches(new Dictionary<string, string> { ["metadata.name"] = node.Metadata.Name })) return false;
        return true;
    }

    private static LabelRequirement Requirement(NodeSelectorRequirement requirement) => new(requirement.Key, requirement.Operator switch
    {
        NodeSelectorOperator.In => LabelOperator.In,
        NodeSelectorOperator.NotIn => LabelOperator.NotIn,
        NodeSelectorOperator.Exists => LabelOperator.Exists,
        NodeSelectorOperator.DoesNotExist => LabelOperator.DoesNotExist,
        NodeSelectorOperator.Gt => LabelOperator.GreaterThan,
        _ => LabelOperator.LessThan,
    }, requirement.Values ?? []);
}
