using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of volumes of kinds that are deprecated or gone, and of claims and volumes that say things the old way.</summary>
internal static class VolumeWarnings
{
    private const string GoneSince16 = "deprecated in v1.11, non-functional in v1.16+";
    private const string GoneSince22 = "deprecated in v1.16, non-functional in v1.22+";
    private const string GoneSince25 = "deprecated in v1.22, non-functional in v1.25+";
    private const string GoneSince26 = "deprecated in v1.25, non-functional in v1.26+";
    private const string GoneSince31 = "deprecated in v1.28, non-functional in v1.31+";
    private const string StorageClass = "volume.beta.kubernetes.io/storage-class";
    private const string MountOptions = "volume.beta.kubernetes.io/mount-options";
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Annotations = FieldPath.Of("metadata")["annotations"];

    /// <summary>Warns of a pod's volume.</summary>
    public static IEnumerable<string> Of(Volume volume, FieldPath path) =>
    [
        .. Kind(volume.PhotonPersistentDisk, path["photonPersistentDisk"], GoneSince16),
        .. Kind(volume.GitRepo, path["gitRepo"], "deprecated in v1.11, and disabled by default in v1.33+"),
        .. Kind(volume.ScaleIO, path["scaleIO"], GoneSince22),
        .. Kind(volume.Flocker, path["flocker"], GoneSince25),
        .. Kind(volume.Storageos, path["storageOS"], GoneSince25),
        .. Kind(volume.Quobyte, path["quobyte"], GoneSince25),
        .. Kind(volume.Glusterfs, path["glusterfs"], GoneSince26),
        .. volume.Ephemeral?.VolumeClaimTemplate is { } template ? QuantityWarnings.Claim(template.Spec, path["ephemeral"]["volumeClaimTemplate"]["spec"]) : [],
        .. Kind(volume.Cephfs, path["cephfs"], GoneSince31),
        .. Kind(volume.Rbd, path["rbd"], GoneSince31),
    ];

    /// <summary>Warns of a PersistentVolume.</summary>
    public static IEnumerable<string> Volume(PersistentVolume volume, PersistentVolume? old) =>
    [
        .. Annotation(volume.Metadata, StorageClass, "deprecated since v1.8; use \"storageClassName\" attribute instead"),
        .. Annotation(volume.Metadata, MountOptions, "deprecated since v1.31; use \"mountOptions\" attribute instead"),
        .. Kind(volume.Spec.PersistentVolumeReclaimPolicy == "Recycle" ? volume : null, Spec["persistentVolumeReclaimPolicy"], "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."),
        .. (volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms ?? []).SelectMany(static (t, i) => NodeLabelWarnings.Term(t, Spec["nodeAffinity"]["required"]["nodeSelectorTerms"][i])),
        .. Kind(volume.Spec.Cephfs, Spec["cephfs"], GoneSince31),
        .. Kind(volume.Spec.PhotonPersistentDisk, Spec["photonPersistentDisk"], GoneSince16),
        .. Kind(volume.Spec.ScaleIO, Spec["scaleIO"], GoneSince22),
        .. Kind(volume.Spec.Storageos, Spec["storageOS"], GoneSince25),
        .. Kind(volume.Spec.Glusterfs, Spec["glusterfs"], GoneSince26),
        .. Kind(volume.Spec.Rbd, Spec["rbd"], GoneSince31),
    ];

    /// <summary>Warns of a claim.</summary>
    public static IEnumerable<string> Claim(PersistentVolumeClaim claim, PersistentVolumeClaim? old) =>
    [
        .. Annotation(claim.Metadata, StorageClass, "deprecated since v1.8; use \"storageClassName\" attribute instead"),
        .. QuantityWarnings.Claim(claim.Spec, Spec),
    ];

    private static IEnumerable<string> Annotation(ObjectMeta metadata, string key, string text)
    {
        if (metadata.Annotations?.ContainsKey(key) == true) yield return $"{Annotations.Key(key)}: {text}";
    }

    private static IEnumerable<string> Kind(object? source, FieldPath path, string text)
    {
        if (source is not null) yield return $"{path}: {text}";
    }
}
