using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Deployments.</summary>
internal sealed class DeploymentDescriber : Describer<Deployment>
{
    private const string HashLabel = "pod-template-hash";

    protected override async Task WriteAsync(Deployment item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var (old, current) = await ReplicaSetsAsync(item, session, cancel);
        var (spec, status) = (item.Spec, item.Status);
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Field("Selector", LabelQuery.Of(spec.Selector));
        writer.Field("Replicas", $"{spec.Replicas} desired | {status.UpdatedReplicas} updated | {status.Replicas} total | {status.AvailableReplicas} available | {status.UnavailableReplicas} unavailable");
        writer.Field("StrategyType", spec.Strategy.Type);
        writer.Field("MinReadySeconds", spec.MinReadySeconds);
        if (spec.Strategy.RollingUpdate is { } update) writer.Field("RollingUpdateStrategy", $"{update.MaxUnavailable} max unavailable, {update.MaxSurge} max surge");
        PodTemplateDescription.Write(spec.Template, writer);
        WorkloadDescription.Conditions(status.Conditions?.Select(static c => (c.Type, c.Status, c.Reason)), writer);
        if (old.Count == 0 && current.Count == 0) return;
        writer.Field("OldReplicaSets", Text(old));
        writer.Field("NewReplicaSet", Text(current));
    }

    private static async Task<(List<ReplicaSet> Old, List<ReplicaSet> Current)> ReplicaSetsAsync(Deployment item, DescribeSession session, CancellationToken cancel)
    {
        var all = await session.ListAsync<ReplicaSet>(item.Metadata.Namespace, LabelQuery.Of(item.Spec.Selector).ToString(), "", cancel);
        var own = all.Where(r => r.Metadata.OwnerReferences?.Exists(o => o.Controller == true && o.Uid == item.Metadata.Uid) == true).ToList();

        // The set whose template is the deployment's, but for the label that tells sets apart; of several, the oldest.
        var current = own.Where(r => SameTemplate(r.Spec.Template, item.Spec.Template)).OrderBy(static r => r.Metadata.CreationTimestamp).ThenBy(static r => r.Metadata.Name, StringComparer.Ordinal).Take(1).ToList();
        return (own.Except(current).ToList(), current);
    }

    private static bool SameTemplate(PodTemplateSpec set, PodTemplateSpec deployment)
    {
        var copy = ApiJson.Decode<PodTemplateSpec>(ApiJson.Encode(set));
        copy.Metadata.Labels?.Remove(HashLabel);
        return ApiJson.Same(copy, deployment);
    }

    private static string Text(List<ReplicaSet> sets) => Texts.Or(string.Join(", ", sets.Select(static r => $"{r.Metadata.Name} ({r.Status.Replicas}/{r.Spec.Replicas} replicas created)")), Texts.None);
}

/// <summary>Replica sets.</summary>
internal sealed class ReplicaSetDescriber : Describer<ReplicaSet>
{
    protected override async Task WriteAsync(ReplicaSet item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Selector", Texts.Selector(item.Spec.Selector));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        if (Texts.Controller(item.Metadata) is { Length: > 0 } controller) writer.Field("Controlled By", controller);
        writer.Field("Replicas", $"{item.Status.Replicas} current / {item.Spec.Replicas} desired");
        writer.Field("Pods Status", await session.PodsAsync(item.Metadata, LabelQuery.Of(item.Spec.Selector), cancel));
        PodTemplateDescription.Write(item.Spec.Template, writer);
        WorkloadDescription.Conditions(item.Status.Conditions?.Select(static c => (c.Type, c.Status, c.Reason)), writer);
    }
}

/// <summary>Replication controllers.</summary>
internal sealed class ReplicationControllerDescriber : Describer<ReplicationController>
{
    protected override async Task WriteAsync(ReplicationController item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Selector", Texts.Labels(item.Spec.Selector));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Field("Replicas", $"{item.Status.Replicas} current / {item.Spec.Replicas} desired");
        writer.Field("Pods Status", await session.PodsAsync(item.Metadata, LabelQuery.Of(item.Spec.Selector), cancel));
        PodTemplateDescription.Write(item.Spec.Template, writer);
        WorkloadDescription.Conditions(item.Status.Conditions?.Select(static c => (c.Type, c.Status, c.Reason)), writer);
    }
}

/// <summary>Stateful sets.</summary>
internal sealed class StatefulSetDescriber : Describer<StatefulSet>
{
    protected override async Task WriteAsync(StatefulSet item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var selector = LabelQuery.Of(item.Spec.Selector);
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Field("Selector", selector);
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Field("Replicas", $"{item.Spec.Replicas} desired | {item.Status.Replicas} total");
        writer.Field("Update Strategy", item.Spec.UpdateStrategy.Type);
        if (item.Spec.UpdateStrategy.RollingUpdate is { Partition: { } partition } update)
        {
            writer.Field("Partition", partition, 1);
            if (update.MaxUnavailable is { } unavailable) writer.Field("MaxUnavailable", unavailable, 1);
        }

        writer.Field("Pods Status", await session.PodsAsync(item.Metadata, selector, cancel));
        PodTemplateDescription.Write(item.Spec.Template, writer);
        Claims(item.Spec.VolumeClaimTemplates, writer);
    }

    private static void Claims(List<PersistentVolumeClaim>? templates, DescriptionWriter writer)
    {
        writer.Write(0, templates is { Count: > 0 } ? "Volume Claims:\n" : "Volume Claims:\t<none>\n");
        foreach (var claim in templates ?? [])
        {
            writer.Field("Name", claim.Metadata.Name, 1);
            writer.Field("StorageClass", PersistentVolumeClaimDescriber.Class(claim), 1);
            writer.Labels("Labels", claim.Metadata.Labels, "  ");
            writer.Labels("Annotations", claim.Metadata.Annotations, "  ");
            writer.Field("Capacity", claim.Spec.Resources.Requests?.TryGetValue("storage", out var size) == true ? size : "<default>", 1);
            writer.Field("Access Modes", Texts.List(claim.Spec.AccessModes), 1);
        }
    }
}

/// <summary>Daemon sets.</summary>
internal sealed class DaemonSetDescriber : Describer<DaemonSet>
{
    protected override async Task WriteAsync(DaemonSet item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var (selector, status) = (LabelQuery.Of(item.Spec.Selector), item.Status);
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Selector", selector);
        writer.Field("Node-Selector", Texts.Labels(item.Spec.Template.Spec.NodeSelector));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Write(0, $"Desired Number of Nodes Scheduled: {status.DesiredNumberScheduled}\n");
        writer.Write(0, $"Current Number of Nodes Scheduled: {status.CurrentNumberScheduled}\n");
        writer.Write(0, $"Number of Nodes Scheduled with Up-to-date Pods: {status.UpdatedNumberScheduled}\n");
        writer.Write(0, $"Number of Nodes Scheduled with Available Pods: {status.NumberAvailable}\n");
        writer.Write(0, $"Number of Nodes Misscheduled: {status.NumberMisscheduled}\n");
        writer.Field("Pods Status", await session.PodsAsync(item.Metadata, selector, cancel));
        PodTemplateDescription.Write(item.Spec.Template, writer);
    }
}

/// <summary>What workloads share.</summary>
internal static class WorkloadDescription
{
    public static void Conditions(IEnumerable<(string Type, string Status, string Reason)>? conditions, DescriptionWriter writer)
    {
        var all = conditions?.ToList() ?? [];
        if (all.Count == 0) return;
        writer.Write(0, "Conditions:\n  Type\tStatus\tReason\n");
        writer.Write(1, "----\t------\t------\n");
        foreach (var (type, status, reason) in all) writer.Write(1, $"{type} \t{status}\t{reason}\n");
    }
}
