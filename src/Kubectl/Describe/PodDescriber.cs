using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Pods.</summary>
internal sealed class PodDescriber : Describer<Pod>
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    protected override Task<List<Event>?> EventsAsync(Pod item, DescribeSession session, CancellationToken cancel) =>
        session.EventsAsync("", item.Metadata, item.Metadata.Annotations?.GetValueOrDefault(MirrorAnnotation), cancel);

    protected override void Write(Pod item, DescriptionWriter writer)
    {
        WriteIdentity(item, writer);
        WriteStatus(item, writer);
        var spec = item.Spec;
        if (spec.Resources is { } resources)
        {
            writer.Write(0, "Resources:\n");
            ContainerDescription.Resources(resources, writer, 1);
        }

        if (spec.InitContainers is { Count: > 0 } init) ContainerDescription.Write("Init Containers", init, item.Status.InitContainerStatuses, item, writer, "");
        ContainerDescription.Write("Containers", spec.Containers, item.Status.ContainerStatuses, item, writer, "");
        if (spec.EphemeralContainers is { Count: > 0 } ephemeral) ContainerDescription.Write("Ephemeral Containers", ephemeral.ConvertAll(ContainerDescription.Of), item.Status.EphemeralContainerStatuses, item, writer, "");
        WriteConditions(item, writer);
        VolumeDescription.Write(spec.Volumes, writer, "");
        writer.Field("QoS Class", item.Status.QosClass);
        PodTemplateDescription.Placement(spec, writer, "");
    }

    private static void WriteIdentity(Pod item, DescriptionWriter writer)
    {
        var spec = item.Spec;
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        if (spec.Priority is { } priority) writer.Field("Priority", priority);
        if (spec.PriorityClassName.Length > 0) writer.Field("Priority Class Name", spec.PriorityClassName);
        if (spec.RuntimeClassName is { Length: > 0 } runtime) writer.Field("Runtime Class Name", runtime);
        if (spec.ServiceAccountName.Length > 0) writer.Field("Service Account", spec.ServiceAccountName);
        writer.Field("Node", spec.NodeName.Length == 0 ? Texts.None : $"{spec.NodeName}/{item.Status.HostIP}");
        if (item.Status.StartTime is { } start) writer.Field("Start Time", Texts.Time(start));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
    }

    private static void WriteStatus(Pod item, DescriptionWriter writer)
    {
        var status = item.Status;
        if (item.Metadata.DeletionTimestamp is { } deletion && status.Phase is not ("Failed" or "Succeeded"))
        {
            writer.Field("Status", $"Terminating (lasts {writer.Age(deletion)})");
            writer.Field("Termination Grace Period", $"{item.Metadata.DeletionGracePeriodSeconds}s");
        }
        else writer.Field("Status", status.Phase);

        if (status.Reason.Length > 0) writer.Field("Reason", status.Reason);
        if (status.Message.Length > 0) writer.Field("Message", status.Message);
        ContainerDescription.Seccomp(item.Spec.SecurityContext?.SeccompProfile, writer, 0, 0);
        writer.Field("IP", status.PodIP);
        if (status.PodIPs is { Count: > 0 } addresses)
        {
            writer.Write(0, "IPs:\n");
            foreach (var address in addresses) writer.Field("IP", address.IP, 1);
        }
        else writer.Field("IPs", Texts.None);

        if (Texts.Controller(item.Metadata) is { Length: > 0 } controller) writer.Field("Controlled By", controller);
        if (status.NominatedNodeName.Length > 0) writer.Field("NominatedNodeName", status.NominatedNodeName);
    }

    private static void WriteConditions(Pod item, DescriptionWriter writer)
    {
        if (item.Spec.ReadinessGates is { Count: > 0 } gates)
        {
            writer.Write(0, "Readiness Gates:\n  Type\tStatus\n");
            foreach (var gate in gates) writer.Write(1, $"{gate.ConditionType} \t{item.Status.Conditions?.Find(c => c.Type == gate.ConditionType)?.Status ?? Texts.None} \n");
        }

        if (item.Status.Conditions is not { Count: > 0 } conditions) return;
        writer.Write(0, "Conditions:\n  Type\tStatus\n");
        foreach (var condition in conditions) writer.Write(1, $"{condition.Type} \t{condition.Status} \n");
    }
}
