using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>Which taints a node's conditions call for.</summary>
internal static class NodeTaintRules
{
    private static readonly (string Condition, string Status, string Taint)[] s_rules =
    [
        (NodeConditionType.Ready, ConditionStatus.False, WellKnownTaints.NotReady),
        (NodeConditionType.Ready, ConditionStatus.Unknown, WellKnownTaints.Unreachable),
        (NodeConditionType.MemoryPressure, ConditionStatus.True, WellKnownTaints.MemoryPressure),
        (NodeConditionType.DiskPressure, ConditionStatus.True, WellKnownTaints.DiskPressure),
        (NodeConditionType.NetworkUnavailable, ConditionStatus.True, WellKnownTaints.NetworkUnavailable),
        (NodeConditionType.PidPressure, ConditionStatus.True, WellKnownTaints.PidPressure),
    ];

    /// <summary>Taints that keep new pods off.</summary>
    public static HashSet<string> NoSchedule(Node node)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in node.Status.Conditions ?? [])
        {
            foreach (var rule in s_rules)
                if (rule.Condition == condition.Type && rule.Status == condition.Status) keys.Add(rule.Taint);
        }

        if (node.Spec.Unschedulable) keys.Add(WellKnownTaints.Unschedulable);
        return keys;
    }

    /// <summary>The taint that drives pods away, or null.</summary>
    public static string? NoExecute(Node node) => node.Status.Conditions?.Find(static c => c.Type == NodeConditionType.Ready)?.Status switch
    {
        ConditionStatus.False => WellKnownTaints.NotReady,
        ConditionStatus.Unknown => WellKnownTaints.Unreachable,
        _ => null,
    };

    /// <summary>The node's taints with those of this controller as wanted; null when nothing changes.</summary>
    public static List<Taint>? Apply(Node node, HashSet<string> noSchedule, string? noExecute, DateTimeOffset now)
    {
        var before = node.Spec.Taints ?? [];
        var taints = before.FindAll(t => t.Effect switch
        {
            TaintEffect.NoSchedule => !IsManaged(t.Key) || noSchedule.Contains(t.Key),
            TaintEffect.NoExecute => t.Key is not (WellKnownTaints.NotReady or WellKnownTaints.Unreachable) || t.Key == noExecute,
            _ => true,
        });
        foreach (var key in noSchedule.Order(StringComparer.Ordinal))
            if (!taints.Exists(t => t.Key == key && t.Effect == TaintEffect.NoSchedule)) taints.Add(new() { Key = key, Effect = TaintEffect.NoSchedule, TimeAdded = now });
        if (noExecute is not null && !taints.Exists(t => t.Key == noExecute && t.Effect == TaintEffect.NoExecute)) taints.Add(new() { Key = noExecute, Effect = TaintEffect.NoExecute, TimeAdded = now });
        return taints.Count == before.Count && taints.TrueForAll(before.Contains) ? null : taints;
    }

    private static bool IsManaged(string key) => key == WellKnownTaints.Unschedulable || s_rules.Any(r => r.Taint == key);
}
