using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Persistent volumes.</summary>
internal sealed class PersistentVolumeDescriber : Describer<PersistentVolume>
{
    protected override void Write(PersistentVolume item, DescriptionWriter writer)
    {
        var spec = item.Spec;
        writer.Header(item.Metadata, namespaced: false);
        writer.Field("Finalizers", Texts.List(item.Metadata.Finalizers));
        writer.Field("StorageClass", item.Metadata.Annotations?.GetValueOrDefault(PersistentVolumeClaimDescriber.ClassAnnotation) ?? spec.StorageClassName);
        writer.Field("Status", item.Metadata.DeletionTimestamp is { } deletion ? $"Terminating (lasts {writer.Age(deletion)})" : item.Status.Phase);
        writer.Field("Claim", spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "");
        writer.Field("Reclaim Policy", spec.PersistentVolumeReclaimPolicy);
        writer.Field("Access Modes", Texts.AccessModes(spec.AccessModes));
        if (spec.VolumeMode is { } mode) writer.Field("VolumeMode", mode);
        writer.Field("Capacity", spec.Capacity?.GetValueOrDefault("storage"));
        Affinity(spec.NodeAffinity?.Required, writer);
        writer.Field("Message", item.Status.Message);
        writer.Write(0, "Source:\n");
        if (spec.HostPath is { } host) VolumeDescription.HostPath(host, writer);
        else if (spec.Local is { } local) VolumeDescription.Fields(writer, "LocalVolume (a persistent volume backed by local storage on a node)", ("Path", local.Path));
        else if (spec.Csi is { } csi)
        {
            VolumeDescription.Fields(writer, "CSI (a Container Storage Interface (CSI) volume source)", ("Driver", csi.Driver), ("FSType", csi.FsType), ("VolumeHandle", csi.VolumeHandle), ("ReadOnly", csi.ReadOnly));
            VolumeDescription.Attributes(csi.VolumeAttributes, writer);
        }
        else if (!NetworkVolumeDescription.Write(spec, writer)) writer.Write(1, Texts.Unknown + "\n");
    }

    private static void Affinity(NodeSelector? required, DescriptionWriter writer)
    {
        if (required is null)
        {
            writer.Field("Node Affinity", Texts.None);
            return;
        }

        writer.Field("Node Affinity", "");
        writer.Field("Required Terms", required.NodeSelectorTerms.Count == 0 ? Texts.None : "", 1);
        for (var i = 0; i < required.NodeSelectorTerms.Count; i++)
            writer.Lines($"Term {i}", (required.NodeSelectorTerms[i].MatchExpressions ?? []).Select(static r => $"{r.Key} {r.Operator.ToLowerInvariant()}{(r.Values is { Count: > 0 } values ? $" [{string.Join(", ", values)}]" : "")}"), level: 2);
    }
}

/// <summary>Claims of persistent volumes.</summary>
internal sealed class PersistentVolumeClaimDescriber : Describer<PersistentVolumeClaim>
{
    public const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    protected override async Task WriteAsync(PersistentVolumeClaim item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var pods = await session.ListAsync<Pod>(item.Metadata.Namespace, "", "", cancel);
        var users = pods.Where(p => p.Spec.Volumes?.Exists(v => v.PersistentVolumeClaim?.ClaimName == item.Metadata.Name) == true || item.Metadata.OwnerReferences?.Exists(o => o.Kind == "Pod" && o.Uid == p.Metadata.Uid) == true);
        Write(item, writer, full: true);
        writer.Lines("Used By", users.Select(static p => p.Metadata.Name).Order(StringComparer.Ordinal));
        if (item.Status.Conditions is not { Count: > 0 } conditions) return;
        writer.Write(0, "Conditions:\n");
        writer.Write(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n");
        writer.Write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
        foreach (var c in conditions) writer.Write(1, $"{c.Type} \t{c.Status} \t{Texts.Time(c.LastProbeTime)} \t{Texts.Time(c.LastTransitionTime)} \t{c.Reason} \t{c.Message}\n");
    }

    /// <summary>Writes a claim, or the template of one, which has no name and status.</summary>
    public static void Write(PersistentVolumeClaim item, DescriptionWriter writer, bool full)
    {
        var (metadata, spec) = (item.Metadata, item.Spec);
        if (full)
        {
            writer.Field("Name", metadata.Name);
            writer.Field("Namespace", metadata.Namespace);
        }

        writer.Field("StorageClass", Class(item));
        if (full) writer.Field("Status", metadata.DeletionTimestamp is { } deletion ? $"Terminating (lasts {writer.Age(deletion)})" : item.Status.Phase);
        writer.Field("Volume", spec.VolumeName);
        writer.Labels("Labels", metadata.Labels);
        writer.Annotations("Annotations", metadata.Annotations);
        if (full) writer.Field("Finalizers", Texts.List(metadata.Finalizers));
        var bound = spec.VolumeName.Length > 0;
        writer.Field("Capacity", bound ? item.Status.Capacity?.GetValueOrDefault("storage") ?? default : "");
        writer.Field("Access Modes", bound ? Texts.AccessModes(item.Status.AccessModes) : "");
        if (spec.VolumeMode is { } mode) writer.Field("VolumeMode", mode);
        if (spec.DataSource is not { } source) return;
        writer.Write(0, "DataSource:\n");
        if (source.ApiGroup is { } group) writer.Field("APIGroup", group, 1);
        writer.Field("Kind", source.Kind, 1);
        writer.Field("Name", source.Name, 1);
    }

    /// <summary>The storage class of a claim.</summary>
    public static string Class(PersistentVolumeClaim item) => item.Metadata.Annotations?.GetValueOrDefault(ClassAnnotation) ?? item.Spec.StorageClassName ?? "";
}

/// <summary>Storage classes.</summary>
internal sealed class StorageClassDescriber : Describer<StorageClass>
{
    private static readonly string[] s_default = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    protected override void Write(StorageClass item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("IsDefaultClass", s_default.Any(a => item.Metadata.Annotations?.GetValueOrDefault(a) == "true") ? "Yes" : "No");
        writer.Field("Annotations", Texts.Labels(item.Metadata.Annotations));
        writer.Field("Provisioner", item.Provisioner);
        writer.Field("Parameters", Texts.Labels(item.Parameters));
        writer.Field("AllowVolumeExpansion", item.AllowVolumeExpansion is { } allow ? Texts.TrueFalse(allow) : Texts.Unset);
        writer.Write(0, item.MountOptions is { Count: > 0 } ? "MountOptions:\n" : "MountOptions:\t<none>\n");
        foreach (var option in item.MountOptions ?? []) writer.Write(1, option + "\n");
        if (item.ReclaimPolicy is { } reclaim) writer.Field("ReclaimPolicy", reclaim);
        if (item.VolumeBindingMode is { } binding) writer.Field("VolumeBindingMode", binding);
        if (item.AllowedTopologies is not { } topologies) return;
        writer.Field("AllowedTopologies", topologies.Count == 0 ? Texts.None : "");
        for (var i = 0; i < topologies.Count; i++)
            writer.Lines($"Term {i}", (topologies[i].MatchLabelExpressions ?? []).Select(static r => $"{r.Key} in{(r.Values.Count > 0 ? $" [{string.Join(", ", r.Values)}]" : "")}"), level: 1);
    }
}

/// <summary>Classes of volume attributes.</summary>
internal sealed class VolumeAttributesClassDescriber : Describer<VolumeAttributesClass>
{
    protected override void Write(VolumeAttributesClass item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Annotations", Texts.Labels(item.Metadata.Annotations));
        writer.Field("DriverName", item.DriverName);
        writer.Field("Parameters", Texts.Labels(item.Parameters));
    }
}

/// <summary>CSI drivers of nodes.</summary>
internal sealed class CSINodeDescriber : Describer<CSINode>
{
    protected override void Write(CSINode item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata, namespaced: false);
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Write(0, "Spec:\n");
        if (item.Spec.Drivers.Count > 0) writer.Write(1, "Drivers:\n");
        foreach (var driver in item.Spec.Drivers)
        {
            writer.Write(2, driver.Name + ":\n");
            writer.Field("Node ID", driver.NodeID, 3);
            if (driver.Allocatable?.Count is { } count)
            {
                writer.Write(3, "Allocatables:\n");
                writer.Field("Count", count, 4);
            }

            if (driver.TopologyKeys.Count > 0) writer.Field("Topology Keys", Texts.List(driver.TopologyKeys), 3);
        }
    }
}
