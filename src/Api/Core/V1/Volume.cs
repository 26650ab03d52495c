using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A named volume of a pod; exactly one source is set, emptyDir when none is.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
public sealed partial class Volume : VolumeSource
{
    /// <summary>Name of the volume, unique in the pod; a DNS label.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>Where a volume comes from.</summary>
[ApiType]
public partial class VolumeSource
{
    /// <summary>A file or directory of the node.</summary>
    [Field(1)]
    public HostPathVolumeSource? HostPath { get; set; }

    /// <summary>An empty directory that lives as long as the pod.</summary>
    [Field(2)]
    public EmptyDirVolumeSource? EmptyDir { get; set; }

    /// <summary>A GCE disk; served by its CSI driver.</summary>
    [Field(3)]
    public GCEPersistentDiskVolumeSource? GcePersistentDisk { get; set; }

    /// <summary>An AWS disk; served by its CSI driver.</summary>
    [Field(4)]
    public AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; set; }

    /// <summary>A clone of a git repository; no longer supported.</summary>
    [Field(5)]
    public GitRepoVolumeSource? GitRepo { get; set; }

    /// <summary>Keys of a secret as files.</summary>
    [Field(6)]
    public SecretVolumeSource? Secret { get; set; }

    /// <summary>An NFS export.</summary>
    [Field(7)]
    public NFSVolumeSource? Nfs { get; set; }

    /// <summary>An iSCSI logical unit.</summary>
    [Field(8)]
    public ISCSIVolumeSource? Iscsi { get; set; }

    /// <summary>A Gluster volume; no longer supported.</summary>
    [Field(9)]
    public GlusterfsVolumeSource? Glusterfs { get; set; }

    /// <summary>A persistent volume, by its claim.</summary>
    [Field(10)]
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }

    /// <summary>A Ceph block device; no longer supported.</summary>
    [Field(11)]
    public RBDVolumeSource? Rbd { get; set; }

    /// <summary>A volume of an exec-based plugin.</summary>
    [Field(12)]
    public FlexVolumeSource? FlexVolume { get; set; }

    /// <summary>An OpenStack disk; served by its CSI driver.</summary>
    [Field(13)]
    public CinderVolumeSource? Cinder { get; set; }

    /// <summary>A Ceph file system; no longer supported.</summary>
    [Field(14)]
    public CephFSVolumeSource? Cephfs { get; set; }

    /// <summary>A Flocker dataset; no longer supported.</summary>
    [Field(15)]
    public FlockerVolumeSource? Flocker { get; set; }

    /// <summary>Fields of the pod as files.</summary>
    [Field(16)]
    public DownwardAPIVolumeSource? DownwardAPI { get; set; }

    /// <summary>A Fibre Channel logical unit.</summary>
    [Field(17)]
    public FCVolumeSource? Fc { get; set; }

    /// <summary>An Azure file share; served by its CSI driver.</summary>
    [Field(18)]
    public AzureFileVolumeSource? AzureFile { get; set; }

    /// <summary>Keys of a config map as files.</summary>
    [Field(19)]
    public ConfigMapVolumeSource? ConfigMap { get; set; }

    /// <summary>A vSphere disk; served by its CSI driver.</summary>
    [Field(20)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; set; }

    /// <summary>A Quobyte volume; no longer supported.</summary>
    [Field(21)]
    public QuobyteVolumeSource? Quobyte { get; set; }

    /// <summary>An Azure disk; served by its CSI driver.</summary>
    [Field(22)]
    public AzureDiskVolumeSource? AzureDisk { get; set; }

    /// <summary>A Photon disk; no longer supported.</summary>
    [Field(23)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; set; }

    /// <summary>Several sources in one directory.</summary>
    [Field(26)]
    public ProjectedVolumeSource? Projected { get; set; }

    /// <summary>A Portworx volume; served by its CSI driver.</summary>
    [Field(24)]
    public PortworxVolumeSource? PortworxVolume { get; set; }

    /// <summary>A ScaleIO volume; no longer supported.</summary>
    [Field(25)]
    public ScaleIOVolumeSource? ScaleIO { get; set; }

    /// <summary>A StorageOS volume; no longer supported.</summary>
    [Field(27)]
    public StorageOSVolumeSource? Storageos { get; set; }

    /// <summary>A volume of a CSI driver that lives as long as the pod.</summary>
    [Field(28)]
    public CSIVolumeSource? Csi { get; set; }

    /// <summary>A persistent volume made for the pod and removed with it.</summary>
    [Field(29)]
    public EphemeralVolumeSource? Ephemeral { get; set; }

    /// <summary>The file system of an OCI image or artifact.</summary>
    [Field(30)]
    public ImageVolumeSource? Image { get; set; }
}

/// <summary>Where a container mounts a volume.</summary>
[ApiType]
public sealed partial class VolumeMount
{
    /// <summary>Name of the volume.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(2)]
    public bool ReadOnly { get; set; }

    /// <summary>Whether mounts below it are made read-only too.</summary>
    [Field(7)]
    public string? RecursiveReadOnly { get; set; }

    /// <summary>Path inside the container; it must not contain a colon.</summary>
    [Field(3), Required]
    public string MountPath { get; set; } = "";

    /// <summary>Path inside the volume that is mounted; its root when empty.</summary>
    [Field(4)]
    public string SubPath { get; set; } = "";

    /// <summary>How later mounts travel between node and container; None when unset.</summary>
    [Field(5), OneOf(typeof(MountPropagationMode))]
    public string? MountPropagation { get; set; }

    /// <summary>Like subPath, with $(VAR) expanded; excludes it.</summary>
    [Field(6)]
    public string SubPathExpr { get; set; } = "";
}

/// <summary>How mounts travel between node and container.</summary>
public static class MountPropagationMode
{
    /// <summary>They do not.</summary>
    public const string None = "None";

    /// <summary>Those of the node show up in the container.</summary>
    public const string HostToContainer = "HostToContainer";

    /// <summary>Those of either side show up in the other; for privileged containers.</summary>
    public const string Bidirectional = "Bidirectional";
}

/// <summary>Whether mounts below a read-only one are read-only.</summary>
public static class RecursiveReadOnlyMode
{
    /// <summary>They need not be.</summary>
    public const string Disabled = "Disabled";

    /// <summary>They are when the node can do it.</summary>
    public const string IfPossible = "IfPossible";

    /// <summary>They have to be.</summary>
    public const string Enabled = "Enabled";
}

/// <summary>A file or directory of the node.</summary>
[ApiType]
public sealed partial class HostPathVolumeSource
{
    /// <summary>Path on the node; links are followed.</summary>
    [Field(1), Required]
    public string Path { get; set; } = "";

    /// <summary>What has to be there.</summary>
    [Field(2), OneOf(typeof(HostPathType))]
    public string? Type { get; set; }
}

/// <summary>What has to be at a host path.</summary>
public static class HostPathType
{
    /// <summary>No check.</summary>
    public const string Unset = "";

    /// <summary>A directory, made with mode 0755 when missing.</summary>
    public const string DirectoryOrCreate = "DirectoryOrCreate";

    /// <summary>A directory.</summary>
    public const string Directory = "Directory";

    /// <summary>A file, made with mode 0644 when missing.</summary>
    public const string FileOrCreate = "FileOrCreate";

    /// <summary>A file.</summary>
    public const string File = "File";

    /// <summary>A Unix socket.</summary>
    public const string Socket = "Socket";

    /// <summary>A character device.</summary>
    public const string CharDevice = "CharDevice";

    /// <summary>A block device.</summary>
    public const string BlockDevice = "BlockDevice";
}

/// <summary>An empty directory that lives as long as the pod.</summary>
[ApiType]
public sealed partial class EmptyDirVolumeSource
{
    /// <summary>What holds the directory.</summary>
    [Field(1)]
    public string Medium { get; set; } = "";

    /// <summary>Most bytes it may hold; unlimited when unset.</summary>
    [Field(2)]
    public Quantity? SizeLimit { get; set; }
}

/// <summary>What holds an empty directory.</summary>
public static class StorageMedium
{
    /// <summary>The node's disk.</summary>
    public const string Default = "";

    /// <summary>Memory.</summary>
    public const string Memory = "Memory";

    /// <summary>Huge pages of the one size the pod asks for.</summary>
    public const string HugePages = "HugePages";

    /// <summary>Huge pages; their size follows.</summary>
    public const string HugePagesPrefix = "HugePages-";
}

/// <summary>A persistent volume, by its claim.</summary>
[ApiType]
public sealed partial class PersistentVolumeClaimVolumeSource
{
    /// <summary>Name of the claim in the pod's namespace.</summary>
    [Field(1), Required]
    public string ClaimName { get; set; } = "";

    /// <summary>Mounts the volume read-only everywhere in the pod.</summary>
    [Field(2)]
    public bool ReadOnly { get; set; }
}

/// <summary>A claim made for a pod and owned by it.</summary>
[ApiType]
public sealed partial class EphemeralVolumeSource
{
    /// <summary>The claim; it is named after pod and volume.</summary>
    [Field(1)]
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; set; }
}

/// <summary>Metadata and spec of a claim to be made.</summary>
[ApiType]
public sealed partial class PersistentVolumeClaimTemplate
{
    /// <summary>Labels and annotations of the claim.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Spec of the claim.</summary>
    [Field(2), Required]
    public PersistentVolumeClaimSpec Spec { get; set; } = new();
}

/// <summary>The file system of an OCI image or artifact.</summary>
[ApiType]
public sealed partial class ImageVolumeSource
{
    /// <summary>Reference of the image.</summary>
    [Field(1)]
    public string Reference { get; set; } = "";

    /// <summary>When it is pulled; Always for the tag latest and IfNotPresent otherwise, unless given.</summary>
    [Field(2), OneOf(typeof(PullPolicy))]
    public string PullPolicy { get; set; } = "";
}

/// <summary>A volume of a CSI driver that lives as long as the pod.</summary>
[ApiType]
public sealed partial class CSIVolumeSource
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(2)]
    public bool? ReadOnly { get; set; }

    /// <summary>File system to mount; the driver's choice when empty.</summary>
    [Field(3)]
    public string? FsType { get; set; }

    /// <summary>Settings the driver knows.</summary>
    [Field(4)]
    public Dictionary<string, string>? VolumeAttributes { get; set; }

    /// <summary>Secret for the driver when it mounts the volume.</summary>
    [Field(5)]
    public LocalObjectReference? NodePublishSecretRef { get; set; }
}
