using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>The pod template of workloads, and what pods share with it.</summary>
internal static class PodTemplateDescription
{
    public static void Write(PodTemplateSpec? template, DescriptionWriter writer)
    {
        writer.Write(0, "Pod Template:\n");
        if (template is null)
        {
            writer.Write(1, Texts.Unset);
            return;
        }

        var spec = template.Spec;
        writer.Labels("  Labels", template.Metadata.Labels);
        if (template.Metadata.Annotations is { Count: > 0 } annotations) writer.Annotations("  Annotations", annotations);
        if (spec.ServiceAccountName.Length > 0) writer.Field("Service Account", spec.ServiceAccountName, 1);
        if (spec.InitContainers is { Count: > 0 } init) ContainerDescription.Write("Init Containers", init, null, null, writer, "  ");
        ContainerDescription.Write("Containers", spec.Containers, null, null, writer, "  ");
        VolumeDescription.Write(spec.Volumes, writer, "  ");
        Spread(spec.TopologySpreadConstraints, writer, "  ");
        if (spec.PriorityClassName.Length > 0) writer.Field("Priority Class Name", spec.PriorityClassName, 1);
        writer.Labels("  Node-Selectors", spec.NodeSelector);
        writer.Lines("  Tolerations", Tolerations(spec.Tolerations));
        Group(spec, writer, "  ");
    }

    /// <summary>Where the pods may run.</summary>
    public static void Placement(PodSpec spec, DescriptionWriter writer, string space)
    {
        writer.Labels(space + "Node-Selectors", spec.NodeSelector);
        writer.Lines(space + "Tolerations", Tolerations(spec.Tolerations));
        Spread(spec.TopologySpreadConstraints, writer, space);
        Group(spec, writer, space);
    }

    private static void Group(PodSpec spec, DescriptionWriter writer, string space)
    {
        if (spec.SchedulingGroup is not { } group) return;
        writer.Write(0, $"{space}SchedulingGroup:\n");
        writer.Field("PodGroupName", group.PodGroupName, 1);
    }

    private static void Spread(List<TopologySpreadConstraint>? constraints, DescriptionWriter writer, string space)
    {
        if (constraints is not { Count: > 0 }) return;
        writer.Lines("Topology Spread Constraints", constraints.OrderBy(static c => c.TopologyKey, StringComparer.Ordinal).Select(static c =>
            $"{c.TopologyKey}:{c.WhenUnsatisfiable} when max skew {c.MaxSkew} is exceeded{(c.LabelSelector is null ? "" : " for selector " + Texts.Selector(c.LabelSelector))}"), space);
    }

    private static IEnumerable<string> Tolerations(List<Toleration>? tolerations)
    {
        foreach (var t in (tolerations ?? []).OrderBy(static t => t.Key, StringComparer.Ordinal))
        {
            var text = t.Key + (t.Value.Length > 0 ? "=" + t.Value : "") + (t.Effect.Length > 0 ? ":" + t.Effect : "");
            if (t.Operator == "Exists" && t.Value.Length == 0) text += t.Key.Length > 0 || t.Effect.Length > 0 ? " op=Exists" : "op=Exists";
            yield return t.TolerationSeconds is { } seconds ? $"{text} for {seconds}s" : text;
        }
    }
}
