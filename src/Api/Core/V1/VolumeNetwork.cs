namespace Tiphys.Api.Core.V1;

/// <summary>An NFS export.</summary>
[ApiType]
public sealed partial class NFSVolumeSource
{
    /// <summary>Host name or address of the server.</summary>
    [Field(1), Required]
    public string Server { get; set; } = "";

    /// <summary>Exported path.</summary>
    [Field(2), Required]
    public string Path { get; set; } = "";

    /// <summary>Mounts the export read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }
}

/// <summary>An iSCSI logical unit.</summary>
[ApiType]
public sealed partial class ISCSIVolumeSource
{
    /// <summary>Portal of the target, address and port; 3260 when no port is given.</summary>
    [Field(1), Required]
    public string TargetPortal { get; set; } = "";

    /// <summary>Qualified name of the target.</summary>
    [Field(2), Required]
    public string Iqn { get; set; } = "";

    /// <summary>Number of the logical unit.</summary>
    [Field(3), Required]
    public int Lun { get; set; }

    /// <summary>Interface of the initiator.</summary>
    [Field(4), Default("default", Published = true)]
    public string IscsiInterface { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(5)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(6)]
    public bool ReadOnly { get; set; }

    /// <summary>Further portals of the target.</summary>
    [Field(7), Atomic]
    public List<string>? Portals { get; set; }

    /// <summary>Uses CHAP for discovery.</summary>
    [Field(8)]
    public bool ChapAuthDiscovery { get; set; }

    /// <summary>Uses CHAP for the session.</summary>
    [Field(11)]
    public bool ChapAuthSession { get; set; }

    /// <summary>Secret with the CHAP credentials.</summary>
    [Field(10)]
    public LocalObjectReference? SecretRef { get; set; }

    /// <summary>Qualified name of the initiator in place of the node's.</summary>
    [Field(12)]
    public string? InitiatorName { get; set; }
}

/// <summary>An iSCSI logical unit behind a persistent volume.</summary>
[ApiType]
public sealed partial class ISCSIPersistentVolumeSource
{
    /// <summary>Portal of the target, address and port; 3260 when no port is given.</summary>
    [Field(1), Required]
    public string TargetPortal { get; set; } = "";

    /// <summary>Qualified name of the target.</summary>
    [Field(2), Required]
    public string Iqn { get; set; } = "";

    /// <summary>Number of the logical unit.</summary>
    [Field(3), Required]
    public int Lun { get; set; }

    /// <summary>Interface of the initiator.</summary>
    [Field(4), Default("default", Published = true)]
    public string IscsiInterface { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(5)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(6)]
    public bool ReadOnly { get; set; }

    /// <summary>Further portals of the target.</summary>
    [Field(7), Atomic]
    public List<string>? Portals { get; set; }

    /// <summary>Uses CHAP for discovery.</summary>
    [Field(8)]
    public bool ChapAuthDiscovery { get; set; }

    /// <summary>Uses CHAP for the session.</summary>
    [Field(11)]
    public bool ChapAuthSession { get; set; }

    /// <summary>Secret with the CHAP credentials.</summary>
    [Field(10)]
    public SecretReference? SecretRef { get; set; }

    /// <summary>Qualified name of the initiator in place of the node's.</summary>
    [Field(12)]
    public string? InitiatorName { get; set; }
}

/// <summary>A Fibre Channel logical unit.</summary>
[ApiType]
public sealed partial class FCVolumeSource
{
    /// <summary>World wide names of the target.</summary>
    [Field(1), Atomic]
    public List<string>? TargetWWNs { get; set; }

    /// <summary>Number of the logical unit.</summary>
    [Field(2)]
    public int? Lun { get; set; }

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(3)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }

    /// <summary>World wide identifiers of the volume; excludes names and number.</summary>
    [Field(5), Atomic]
    public List<string>? Wwids { get; set; }
}

/// <summary>A Ceph block device.</summary>
[ApiType]
public sealed partial class RBDVolumeSource
{
    /// <summary>Addresses of the monitors.</summary>
    [Field(1), Required, Atomic]
    public List<string> Monitors { get; set; } = [];

    /// <summary>Name of the image.</summary>
    [Field(2), Required]
    public string Image { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(3)]
    public string FsType { get; set; } = "";

    /// <summary>Pool of the image.</summary>
    [Field(4), Default("rbd", Published = true)]
    public string Pool { get; set; } = "";

    /// <summary>Ceph user.</summary>
    [Field(5), Default("admin", Published = true)]
    public string User { get; set; } = "";

    /// <summary>Path of the user's key ring.</summary>
    [Field(6), Default("/etc/ceph/keyring", Published = true)]
    public string Keyring { get; set; } = "";

    /// <summary>Secret with the user's key; wins over the key ring.</summary>
    [Field(7)]
    public LocalObjectReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(8)]
    public bool ReadOnly { get; set; }
}

/// <summary>A Ceph block device behind a persistent volume.</summary>
[ApiType]
public sealed partial class RBDPersistentVolumeSource
{
    /// <summary>Addresses of the monitors.</summary>
    [Field(1), Required, Atomic]
    public List<string> Monitors { get; set; } = [];

    /// <summary>Name of the image.</summary>
    [Field(2), Required]
    public string Image { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(3)]
    public string FsType { get; set; } = "";

    /// <summary>Pool of the image.</summary>
    [Field(4), Default("rbd", Published = true)]
    public string Pool { get; set; } = "";

    /// <summary>Ceph user.</summary>
    [Field(5), Default("admin", Published = true)]
    public string User { get; set; } = "";

    /// <summary>Path of the user's key ring.</summary>
    [Field(6), Default("/etc/ceph/keyring", Published = true)]
    public string Keyring { get; set; } = "";

    /// <summary>Secret with the user's key; wins over the key ring.</summary>
    [Field(7)]
    public SecretReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(8)]
    public bool ReadOnly { get; set; }
}

/// <summary>A Ceph file system.</summary>
[ApiType]
public sealed partial class CephFSVolumeSource
{
    /// <summary>Addresses of the monitors.</summary>
    [Field(1), Required, Atomic]
    public List<string> Monitors { get; set; } = [];

    /// <summary>Directory to mount; the root when empty.</summary>
    [Field(2)]
    public string Path { get; set; } = "";

    /// <summary>Ceph user; admin when empty.</summary>
    [Field(3)]
    public string User { get; set; } = "";

    /// <summary>Path of the user's key file.</summary>
    [Field(4)]
    public string SecretFile { get; set; } = "";

    /// <summary>Secret with the user's key; wins over the key file.</summary>
    [Field(5)]
    public LocalObjectReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(6)]
    public bool ReadOnly { get; set; }
}

/// <summary>A Ceph file system behind a persistent volume.</summary>
[ApiType]
public sealed partial class CephFSPersistentVolumeSource
{
    /// <summary>Addresses of the monitors.</summary>
    [Field(1), Required, Atomic]
    public List<string> Monitors { get; set; } = [];

    /// <summary>Directory to mount; the root when empty.</summary>
    [Field(2)]
    public string Path { get; set; } = "";

    /// <summary>Ceph user; admin when empty.</summary>
    [Field(3)]
    public string User { get; set; } = "";

    /// <summary>Path of the user's key file.</summary>
    [Field(4)]
    public string SecretFile { get; set; } = "";

    /// <summary>Secret with the user's key; wins over the key file.</summary>
    [Field(5)]
    public SecretReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(6)]
    public bool ReadOnly { get; set; }
}
