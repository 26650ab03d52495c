using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A piece of storage of the cluster, to be bound to a claim.</summary>
[ApiKind("", "v1", Resource = "persistentvolumes", Namespaced = false, ShortNames = ["pv"])]
public sealed partial class PersistentVolume : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the storage is and how it may be used.</summary>
    [Field(2)]
    public PersistentVolumeSpec Spec { get; set; } = new();

    /// <summary>Where the volume is in its life.</summary>
    [Field(3)]
    public PersistentVolumeStatus Status { get; set; } = new();
}

/// <summary>What a persistent volume is made of; exactly one is set.</summary>
[ApiType]
public partial class PersistentVolumeSource
{
    /// <summary>A GCE disk; served by its CSI driver.</summary>
    [Field(1)]
    public GCEPersistentDiskVolumeSource? GcePersistentDisk { get; set; }

    /// <summary>An AWS disk; served by its CSI driver.</summary>
    [Field(2)]
    public AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; set; }

    /// <summary>A directory of the node; for clusters of one node.</summary>
    [Field(3)]
    public HostPathVolumeSource? HostPath { get; set; }

    /// <summary>A Gluster volume; no longer supported.</summary>
    [Field(4)]
    public GlusterfsPersistentVolumeSource? Glusterfs { get; set; }

    /// <summary>An NFS export.</summary>
    [Field(5)]
    public NFSVolumeSource? Nfs { get; set; }

    /// <summary>A Ceph block device; no longer supported.</summary>
    [Field(6)]
    public RBDPersistentVolumeSource? Rbd { get; set; }

    /// <summary>An iSCSI logical unit.</summary>
    [Field(7)]
    public ISCSIPersistentVolumeSource? Iscsi { get; set; }

    /// <summary>An OpenStack disk; served by its CSI driver.</summary>
    [Field(8)]
    public CinderPersistentVolumeSource? Cinder { get; set; }

    /// <summary>A Ceph file system; no longer supported.</summary>
    [Field(9)]
    public CephFSPersistentVolumeSource? Cephfs { get; set; }

    /// <summary>A Fibre Channel logical unit.</summary>
    [Field(10)]
    public FCVolumeSource? Fc { get; set; }

    /// <summary>A Flocker dataset; no longer supported.</summary>
    [Field(11)]
    public FlockerVolumeSource? Flocker { get; set; }

    /// <summary>A volume of an exec-based plugin.</summary>
    [Field(12)]
    public FlexPersistentVolumeSource? FlexVolume { get; set; }

    /// <summary>An Azure file share; served by its CSI driver.</summary>
    [Field(13)]
    public AzureFilePersistentVolumeSource? AzureFile { get; set; }

    /// <summary>A vSphere disk; served by its CSI driver.</summary>
    [Field(14)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; set; }

    /// <summary>A Quobyte volume; no longer supported.</summary>
    [Field(15)]
    public QuobyteVolumeSource? Quobyte { get; set; }

    /// <summary>An Azure disk; served by its CSI driver.</summary>
    [Field(16)]
    public AzureDiskVolumeSource? AzureDisk { get; set; }

    /// <summary>A Photon disk; no longer supported.</summary>
    [Field(17)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; set; }

    /// <summary>A Portworx volume; served by its CSI driver.</summary>
    [Field(18)]
    public PortworxVolumeSource? PortworxVolume { get; set; }

    /// <summary>A ScaleIO volume; no longer supported.</summary>
    [Field(19)]
    public ScaleIOPersistentVolumeSource? ScaleIO { get; set; }

    /// <summary>A disk or directory of one node.</summary>
    [Field(20)]
    public LocalVolumeSource? Local { get; set; }

    /// <summary>A StorageOS volume; no longer supported.</summary>
    [Field(21)]
    public StorageOSPersistentVolumeSource? Storageos { get; set; }

    /// <summary>A volume of a CSI driver.</summary>
    [Field(22)]
    public CSIPersistentVolumeSource? Csi { get; set; }
}

/// <summary>What a persistent volume is and how it may be used.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
public sealed partial class PersistentVolumeSpec : PersistentVolumeSource
{
    /// <summary>Size of the volume.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Capacity { get; set; }

    /// <summary>Ways in which the volume may be mounted.</summary>
    [Field(3), OneOf(typeof(PersistentVolumeAccessMode)), Atomic]
    public List<string>? AccessModes { get; set; }

    /// <summary>Claim the volume is bound to, or kept for.</summary>
    [Field(4)]
    [Granular]
    public ObjectReference? ClaimRef { get; set; }

    /// <summary>What becomes of the volume once its claim is gone.</summary>
    [Field(5), OneOf(typeof(PersistentVolumeReclaimPolicy))]
    public string PersistentVolumeReclaimPolicy { get; set; } = "";

    /// <summary>Storage class of the volume; none when empty.</summary>
    [Field(6)]
    public string StorageClassName { get; set; } = "";

    /// <summary>Options for mounting; not checked, a bad one makes mounts fail.</summary>
    [Field(7), Atomic]
    public List<string>? MountOptions { get; set; }

    /// <summary>Whether the volume holds a file system or is a bare device.</summary>
    [Field(8), OneOf(typeof(PersistentVolumeMode))]
    public string? VolumeMode { get; set; }

    /// <summary>Nodes that can reach the volume.</summary>
    [Field(9)]
    public VolumeNodeAffinity? NodeAffinity { get; set; }

    /// <summary>Volume attributes class the volume has.</summary>
    [Field(10)]
    public string? VolumeAttributesClassName { get; set; }
}

/// <summary>Which nodes can reach a volume.</summary>
[ApiType]
public sealed partial class VolumeNodeAffinity
{
    /// <summary>The nodes.</summary>
    [Field(1)]
    public NodeSelector? Required { get; set; }
}

/// <summary>Where a persistent volume is in its life.</summary>
[ApiType]
public sealed partial class PersistentVolumeStatus
{
    /// <summary>Whether it is free, bound or done with.</summary>
    [Field(1), OneOf(typeof(PersistentVolumePhase))]
    public string Phase { get; set; } = "";

    /// <summary>Why it is in this state, for people.</summary>
    [Field(2)]
    public string Message { get; set; } = "";

    /// <summary>Why it is in this state, in CamelCase.</summary>
    [Field(3)]
    public string Reason { get; set; } = "";

    /// <summary>When the phase last changed.</summary>
    [Field(4)]
    public DateTimeOffset? LastPhaseTransitionTime { get; set; }
}

/// <summary>Where a persistent volume is in its life.</summary>
public static class PersistentVolumePhase
{
    /// <summary>It is not usable yet.</summary>
    public const string Pending = "Pending";

    /// <summary>It waits for a claim.</summary>
    public const string Available = "Available";

    /// <summary>It belongs to a claim.</summary>
    public const string Bound = "Bound";

    /// <summary>Its claim is gone and it was not reclaimed yet.</summary>
    public const string Released = "Released";

    /// <summary>Reclaiming it failed.</summary>
    public const string Failed = "Failed";
}

/// <summary>What becomes of a volume once its claim is gone.</summary>
public static class PersistentVolumeReclaimPolicy
{
    /// <summary>It is scrubbed and made available again; deprecated.</summary>
    public const string Recycle = "Recycle";

    /// <summary>It is deleted, with the storage behind it.</summary>
    public const string Delete = "Delete";

    /// <summary>It stays as it is, for someone to look after.</summary>
    public const string Retain = "Retain";
}

/// <summary>What a volume looks like to a container.</summary>
public static class PersistentVolumeMode
{
    /// <summary>A bare device.</summary>
    public const string Block = "Block";

    /// <summary>A file system.</summary>
    public const string Filesystem = "Filesystem";
}

/// <summary>Ways in which a volume may be mounted.</summary>
public static class PersistentVolumeAccessMode
{
    /// <summary>Read and write, from one node.</summary>
    public const string ReadWriteOnce = "ReadWriteOnce";

    /// <summary>Read only, from many nodes.</summary>
    public const string ReadOnlyMany = "ReadOnlyMany";

    /// <summary>Read and write, from many nodes.</summary>
    public const string ReadWriteMany = "ReadWriteMany";

    /// <summary>Read and write, from one pod.</summary>
    public const string ReadWriteOncePod = "ReadWriteOncePod";
}

/// <summary>A disk or directory of one node.</summary>
[ApiType]
public sealed partial class LocalVolumeSource
{
    /// <summary>Path of the device or directory on the node.</summary>
    [Field(1), Required]
    public string Path { get; set; } = "";

    /// <summary>File system to mount when the path is a device; guessed when unset.</summary>
    [Field(2)]
    public string? FsType { get; set; }
}

/// <summary>A volume of a CSI driver.</summary>
[ApiType]
public sealed partial class CSIPersistentVolumeSource
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>Name of the volume as the driver gave it.</summary>
    [Field(2), Required]
    public string VolumeHandle { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>File system to mount.</summary>
    [Field(4)]
    public string FsType { get; set; } = "";

    /// <summary>Settings the driver gave.</summary>
    [Field(5)]
    public Dictionary<string, string>? VolumeAttributes { get; set; }

    /// <summary>Secret for attaching and detaching.</summary>
    [Field(6)]
    public SecretReference? ControllerPublishSecretRef { get; set; }

    /// <summary>Secret for staging on the node.</summary>
    [Field(7)]
    public SecretReference? NodeStageSecretRef { get; set; }

    /// <summary>Secret for mounting into the pod.</summary>
    [Field(8)]
    public SecretReference? NodePublishSecretRef { get; set; }

    /// <summary>Secret for growing the volume.</summary>
    [Field(9)]
    public SecretReference? ControllerExpandSecretRef { get; set; }

    /// <summary>Secret for growing the file system on the node.</summary>
    [Field(10)]
    public SecretReference? NodeExpandSecretRef { get; set; }
}
