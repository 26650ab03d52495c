using System.Globalization;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>Whether a daemon belongs on a node; the scheduler only places it.</summary>
internal static class NodeFit
{
    private static readonly Toleration[] s_daemons =
    [
        new() { Key = WellKnownTaints.NotReady, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoExecute },
        new() { Key = WellKnownTaints.Unreachable, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoExecute },
        new() { Key = WellKnownTaints.DiskPressure, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoSchedule },
        new() { Key = WellKnownTaints.MemoryPressure, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoSchedule },
        new() { Key = WellKnownTaints.PidPressure, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoSchedule },
        new() { Key = WellKnownTaints.Unschedulable, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoSchedule },
    ];

    private static readonly Toleration s_network = new() { Key = WellKnownTaints.NetworkUnavailable, Operator = TolerationOperator.Exists, Effect = TaintEffect.NoSchedule };

    /// <summary>What every daemon tolerates besides what it says itself.</summary>
    public static IEnumerable<Toleration> Tolerations(PodSpec spec) => spec.HostNetwork ? s_daemons.Append(s_network) : s_daemons;

    /// <summary>Whether a daemon should be started on a node, and whether one that runs there may stay.</summary>
    public static (bool Run, bool Stay) Of(DaemonSet set, Node node)
    {
        var spec = set.Spec.Template.Spec;
        if (spec.NodeName.Length > 0 && spec.NodeName != node.Metadata.Name) return (false, false);
        if (!Selects(spec, node)) return (false, false);
        var tolerations = (spec.Tolerations ?? []).Concat(Tolerations(spec)).ToList();
        var taints = (node.Spec.Taints ?? []).FindAll(t => t.Effect is TaintEffect.NoSchedule or TaintEffect.NoExecute && !tolerations.Exists(x => TaintEvictionController.Tolerates(x, t)));
        return taints.Count == 0 ? (true, true) : (false, !taints.Exists(static t => t.Effect == TaintEffect.NoExecute));
    }

    /// <summary>Whether node selector and required affinity accept a node.</summary>
    public static bool Selects(PodSpec spec, Node node)
    {
        foreach (var (key, value) in spec.NodeSelector ?? [])
            if (node.Metadata.Labels?.GetValueOrDefault(key) != value) return false;
        return spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required || required.NodeSelectorTerms.Exists(t => Matches(t, node));
    }

    /// <summary>The node a pod is on, or is pinned to.</summary>
    public static string Target(Pod pod)
    {
        if (pod.Spec.NodeName.Length > 0) return pod.Spec.NodeName;
        foreach (var term in pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [])
        {
            if (term.MatchFields?.Find(static f => f.Key == "metadata.name" && f.Operator == NodeSelectorOperator.In) is { Values: [var name] }) return name;
        }

        return "";
    }

    /// <summary>Pins a pod to a node, beside what its affinity says.</summary>
    public static void Pin(PodSpec spec, string node)
    {
        var field = new NodeSelectorRequirement { Key = "metadata.name", Operator = NodeSelectorOperator.In, Values = [node] };
        var affinity = (spec.Affinity ??= new()).NodeAffinity ??= new();
        var required = affinity.RequiredDuringSchedulingIgnoredDuringExecution;
        if (required is null || required.NodeSelectorTerms.Count == 0) affinity.RequiredDuringSchedulingIgnoredDuringExecution = new() { NodeSelectorTerms = [new() { MatchFields = [field] }] };
        else foreach (var term in required.NodeSelectorTerms) term.MatchFields = [field];
    }

    private static bool Matches(NodeSelectorTerm term, Node node)
    {
        if (term.MatchExpressions is null or [] && term.MatchFields is null or []) return false;
        return (term.MatchExpressions ?? []).TrueForAll(e => Matches(e, node.Metadata.Labels?.GetValueOrDefault(e.Key)))
            && (term.MatchFields ?? []).TrueForAll(f => f.Key == "metadata.name" && Matches(f, node.Metadata.Name));
    }

    private static bool Matches(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        NodeSelectorOperator.In => value is not null && requirement.Values?.Contains(value) == true,
        NodeSelectorOperator.NotIn => value is null || requirement.Values?.Contains(value) != true,
        NodeSelectorOperator.Exists => value is not null,
        NodeSelectorOperator.DoesNotExist => value is null,
        NodeSelectorOperator.Gt => Compare(requirement, value) > 0,
        NodeSelectorOperator.Lt => Compare(requirement, value) < 0,
        _ => false,
    };

    private static int Compare(NodeSelectorRequirement requirement, string? value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var has) && long.TryParse(requirement.Values?.FirstOrDefault(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bound) ? has.CompareTo(bound) : 0;
}
