namespace Tiphys.Api.Core.V1;

public sealed partial class Volume
{
    partial void OnDefaulting()
    {
        if (!HasSource) EmptyDir = new();
    }
}

public partial class VolumeSource
{
    /// <summary>Whether any source is set.</summary>
    public bool HasSource =>
        ConfigMap is not null || Secret is not null || Projected is not null || EmptyDir is not null || HostPath is not null || DownwardAPI is not null ||
        PersistentVolumeClaim is not null || Ephemeral is not null || Csi is not null || Image is not null || Nfs is not null || Iscsi is not null ||
        Fc is not null || GcePersistentDisk is not null || AwsElasticBlockStore is not null || AzureDisk is not null || AzureFile is not null ||
        Cinder is not null || VsphereVolume is not null || PhotonPersistentDisk is not null || FlexVolume is not null || GitRepo is not null ||
        Glusterfs is not null || Rbd is not null || Cephfs is not null || Flocker is not null || Quobyte is not null || PortworxVolume is not null ||
        ScaleIO is not null || Storageos is not null;
}

public sealed partial class HostPathVolumeSource
{
    partial void OnDefaulting() => Type ??= HostPathType.Unset;
}
