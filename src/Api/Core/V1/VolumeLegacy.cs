namespace Tiphys.Api.Core.V1;

/// <summary>A Gluster volume.</summary>
[ApiType]
public sealed partial class GlusterfsVolumeSource
{
    /// <summary>Endpoints object that lists the servers.</summary>
    [Field(1), Required]
    public string Endpoints { get; set; } = "";

    /// <summary>Name of the Gluster volume.</summary>
    [Field(2), Required]
    public string Path { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }
}

/// <summary>A Gluster volume behind a persistent volume.</summary>
[ApiType]
public sealed partial class GlusterfsPersistentVolumeSource
{
    /// <summary>Endpoints object that lists the servers.</summary>
    [Field(1), Required]
    public string Endpoints { get; set; } = "";

    /// <summary>Name of the Gluster volume.</summary>
    [Field(2), Required]
    public string Path { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>Namespace of the Endpoints object; the claim's when unset.</summary>
    [Field(4)]
    public string? EndpointsNamespace { get; set; }
}

/// <summary>A Quobyte volume.</summary>
[ApiType]
public sealed partial class QuobyteVolumeSource
{
    /// <summary>Registry service, host and port.</summary>
    [Field(1), Required]
    public string Registry { get; set; } = "";

    /// <summary>Name of the volume.</summary>
    [Field(2), Required]
    public string Volume { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>User to map access to.</summary>
    [Field(4)]
    public string User { get; set; } = "";

    /// <summary>Group to map access to.</summary>
    [Field(5)]
    public string Group { get; set; } = "";

    /// <summary>Tenant that owns the volume.</summary>
    [Field(6)]
    public string Tenant { get; set; } = "";
}

/// <summary>A volume of an exec-based plugin.</summary>
[ApiType]
public sealed partial class FlexVolumeSource
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>File system to mount; the driver's choice when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Secret handed to the driver.</summary>
    [Field(3)]
    public LocalObjectReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }

    /// <summary>Further options for the driver.</summary>
    [Field(5)]
    public Dictionary<string, string>? Options { get; set; }
}

/// <summary>A volume of an exec-based plugin behind a persistent volume.</summary>
[ApiType]
public sealed partial class FlexPersistentVolumeSource
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>File system to mount; the driver's choice when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Secret handed to the driver.</summary>
    [Field(3)]
    public SecretReference? SecretRef { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }

    /// <summary>Further options for the driver.</summary>
    [Field(5)]
    public Dictionary<string, string>? Options { get; set; }
}

/// <summary>A Flocker dataset.</summary>
[ApiType]
public sealed partial class FlockerVolumeSource
{
    /// <summary>Name of the dataset, in its metadata.</summary>
    [Field(1)]
    public string DatasetName { get; set; } = "";

    /// <summary>Identity of the dataset.</summary>
    [Field(2)]
    public string DatasetUUID { get; set; } = "";
}

/// <summary>A ScaleIO volume.</summary>
[ApiType]
public sealed partial class ScaleIOVolumeSource
{
    /// <summary>Address of the gateway.</summary>
    [Field(1), Required]
    public string Gateway { get; set; } = "";

    /// <summary>Name of the storage system.</summary>
    [Field(2), Required]
    public string System { get; set; } = "";

    /// <summary>Secret with the credentials.</summary>
    [Field(3), Required]
    public LocalObjectReference? SecretRef { get; set; }

    /// <summary>Talks TLS to the gateway.</summary>
    [Field(4)]
    public bool SslEnabled { get; set; }

    /// <summary>Protection domain of the storage.</summary>
    [Field(5)]
    public string ProtectionDomain { get; set; } = "";

    /// <summary>Storage pool within the domain.</summary>
    [Field(6)]
    public string StoragePool { get; set; } = "";

    /// <summary>ThickProvisioned or ThinProvisioned.</summary>
    [Field(7), Default("ThinProvisioned", Published = true)]
    public string StorageMode { get; set; } = "";

    /// <summary>Name of the volume.</summary>
    [Field(8)]
    public string VolumeName { get; set; } = "";

    /// <summary>File system to mount.</summary>
    [Field(9), Default("xfs", Published = true)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(10)]
    public bool ReadOnly { get; set; }
}

/// <summary>A ScaleIO volume behind a persistent volume.</summary>
[ApiType]
public sealed partial class ScaleIOPersistentVolumeSource
{
    /// <summary>Address of the gateway.</summary>
    [Field(1), Required]
    public string Gateway { get; set; } = "";

    /// <summary>Name of the storage system.</summary>
    [Field(2), Required]
    public string System { get; set; } = "";

    /// <summary>Secret with the credentials.</summary>
    [Field(3), Required]
    public SecretReference? SecretRef { get; set; }

    /// <summary>Talks TLS to the gateway.</summary>
    [Field(4)]
    public bool SslEnabled { get; set; }

    /// <summary>Protection domain of the storage.</summary>
    [Field(5)]
    public string ProtectionDomain { get; set; } = "";

    /// <summary>Storage pool within the domain.</summary>
    [Field(6)]
    public string StoragePool { get; set; } = "";

    /// <summary>ThickProvisioned or ThinProvisioned.</summary>
    [Field(7), Default("ThinProvisioned", Published = true)]
    public string StorageMode { get; set; } = "";

    /// <summary>Name of the volume.</summary>
    [Field(8)]
    public string VolumeName { get; set; } = "";

    /// <summary>File system to mount.</summary>
    [Field(9), Default("xfs", Published = true)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(10)]
    public bool ReadOnly { get; set; }
}

/// <summary>A StorageOS volume.</summary>
[ApiType]
public sealed partial class StorageOSVolumeSource
{
    /// <summary>Name of the volume.</summary>
    [Field(1)]
    public string VolumeName { get; set; } = "";

    /// <summary>StorageOS namespace of the volume; the pod's when empty.</summary>
    [Field(2)]
    public string VolumeNamespace { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(3)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }

    /// <summary>Secret with the API credentials.</summary>
    [Field(5)]
    public LocalObjectReference? SecretRef { get; set; }
}

/// <summary>A StorageOS volume behind a persistent volume.</summary>
[ApiType]
public sealed partial class StorageOSPersistentVolumeSource
{
    /// <summary>Name of the volume.</summary>
    [Field(1)]
    public string VolumeName { get; set; } = "";

    /// <summary>StorageOS namespace of the volume; the pod's when empty.</summary>
    [Field(2)]
    public string VolumeNamespace { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(3)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }

    /// <summary>Secret with the API credentials.</summary>
    [Field(5)]
    public ObjectReference? SecretRef { get; set; }
}

/// <summary>A Portworx volume.</summary>
[ApiType]
public sealed partial class PortworxVolumeSource
{
    /// <summary>Identity of the volume.</summary>
    [Field(1), Required]
    public string VolumeID { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }
}

/// <summary>A clone of a git repository.</summary>
[ApiType]
public sealed partial class GitRepoVolumeSource
{
    /// <summary>URL of the repository.</summary>
    [Field(1), Required]
    public string Repository { get; set; } = "";

    /// <summary>Commit to check out.</summary>
    [Field(2)]
    public string Revision { get; set; } = "";

    /// <summary>Directory to clone into.</summary>
    [Field(3)]
    public string Directory { get; set; } = "";
}
