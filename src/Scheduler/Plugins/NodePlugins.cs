using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>Nodes that were cordoned take only pods that tolerate it.</summary>
internal sealed class NodeUnschedulablePlugin : IFilterPlugin
{
    private static readonly Misfit s_misfit = new("node(s) were unschedulable", Resolvable: false);
    private static readonly Taint s_taint = new() { Key = WellKnownTaints.Unschedulable, Effect = TaintEffect.NoSchedule };

    public string Name => "NodeUnschedulable";

    public Misfit? Filter(SchedulingContext context, NodeState node) =>
        node.Node!.Spec.Unschedulable && !Tolerations.Tolerates(context.Pod.Pod.Spec.Tolerations, s_taint) ? s_misfit : null;
}

/// <summary>A pod that names its node goes nowhere else.</summary>
internal sealed class NodeNamePlugin : IFilterPlugin
{
    private static readonly Misfit s_misfit = new("node(s) didn't match the requested node name", Resolvable: false);

    public string Name => "NodeName";

    public bool Concerns(SchedulingContext context) => context.Pod.Pod.Spec.NodeName.Length > 0;

    public Misfit? Filter(SchedulingContext context, NodeState node) => context.Pod.Pod.Spec.NodeName == node.Name ? null : s_misfit;
}

/// <summary>Host ports are given once.</summary>
internal sealed class NodePortsPlugin : IFilterPlugin
{
    private static readonly Misfit s_misfit = new("node(s) didn't have free ports for the requested pod ports", Resolvable: true);

    public string Name => "NodePorts";

    public bool Concerns(SchedulingContext context) => context.Pod.HostPorts.Length > 0;

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        foreach (var other in node.Pods)
            foreach (var taken in other.HostPorts)
                foreach (var wanted in context.Pod.HostPorts)
                    if (wanted.Conflicts(taken)) return s_misfit;
        return null;
    }
}

/// <summary>Taints keep pods away that do not tolerate them.</summary>
internal sealed class TaintTolerationPlugin : IFilterPlugin, IScorePlugin
{
    private static readonly Misfit s_misfit = new("node(s) had untolerated taint(s)", Resolvable: false);

    public string Name => "TaintToleration";

    public int Weight => 3;

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        foreach (var taint in node.Taints)
            if (taint.Effect is TaintEffect.NoSchedule or TaintEffect.NoExecute && !Tolerations.Tolerates(context.Pod.Pod.Spec.Tolerations, taint)) return s_misfit;
        return null;
    }

    /// <summary>The number of mild taints that are not tolerated: fewer is better.</summary>
    public long Score(SchedulingContext context, NodeState node)
    {
        long count = 0;
        foreach (var taint in node.Taints)
            if (taint.Effect == TaintEffect.PreferNoSchedule && !Tolerations.Tolerates(context.Pod.Pod.Spec.Tolerations, taint)) count++;
        return count;
    }

    public void Normalize(SchedulingContext context, long[] scores, IReadOnlyList<NodeState> nodes) => Scores.Scale(scores, reverse: true);
}

/// <summary>Whether pods tolerate taints.</summary>
internal static class Tolerations
{
    public static bool Tolerates(List<Toleration>? tolerations, Taint taint)
    {
        foreach (var toleration in tolerations ?? [])
        {
            if (toleration.Effect.Length > 0 && toleration.Effect != taint.Effect) continue;
            if (toleration.Key.Length > 0 && toleration.Key != taint.Key) continue;
            if (toleration.Operator == TolerationOperator.Exists || toleration.Value == taint.Value) return true;
        }

        return false;
    }
}
