namespace Tiphys.Api.Core.V1;

/// <summary>A GCE disk.</summary>
[ApiType]
public sealed partial class GCEPersistentDiskVolumeSource
{
    /// <summary>Name of the disk.</summary>
    [Field(1), Required]
    public string PdName { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Number of the partition; the whole disk when zero.</summary>
    [Field(3)]
    public int Partition { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }
}

/// <summary>An AWS disk.</summary>
[ApiType]
public sealed partial class AWSElasticBlockStoreVolumeSource
{
    /// <summary>Identity of the disk.</summary>
    [Field(1), Required]
    public string VolumeID { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Number of the partition; the whole disk when zero.</summary>
    [Field(3)]
    public int Partition { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(4)]
    public bool ReadOnly { get; set; }
}

/// <summary>An OpenStack disk.</summary>
[ApiType]
public sealed partial class CinderVolumeSource
{
    /// <summary>Identity of the disk.</summary>
    [Field(1), Required]
    public string VolumeID { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>Secret with the OpenStack credentials.</summary>
    [Field(4)]
    public LocalObjectReference? SecretRef { get; set; }
}

/// <summary>An OpenStack disk behind a persistent volume.</summary>
[ApiType]
public sealed partial class CinderPersistentVolumeSource
{
    /// <summary>Identity of the disk.</summary>
    [Field(1), Required]
    public string VolumeID { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>Secret with the OpenStack credentials.</summary>
    [Field(4)]
    public SecretReference? SecretRef { get; set; }
}

/// <summary>An Azure file share.</summary>
[ApiType]
public sealed partial class AzureFileVolumeSource
{
    /// <summary>Secret with account name and key.</summary>
    [Field(1), Required]
    public string SecretName { get; set; } = "";

    /// <summary>Name of the share.</summary>
    [Field(2), Required]
    public string ShareName { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }
}

/// <summary>An Azure file share behind a persistent volume.</summary>
[ApiType]
public sealed partial class AzureFilePersistentVolumeSource
{
    /// <summary>Secret with account name and key.</summary>
    [Field(1), Required]
    public string SecretName { get; set; } = "";

    /// <summary>Name of the share.</summary>
    [Field(2), Required]
    public string ShareName { get; set; } = "";

    /// <summary>Mounts the volume read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>Namespace of the secret; the claim's when unset.</summary>
    [Field(4), AlwaysShown]
    public string? SecretNamespace { get; set; }
}

/// <summary>An Azure disk.</summary>
[ApiType]
public sealed partial class AzureDiskVolumeSource
{
    /// <summary>Name of the disk.</summary>
    [Field(1), Required]
    public string DiskName { get; set; } = "";

    /// <summary>URI of the disk.</summary>
    [Field(2), Required]
    public string DiskURI { get; set; } = "";

    /// <summary>Caching on the host.</summary>
    [Field(3), OneOf(typeof(AzureDataDiskCachingMode)), Default(AzureDataDiskCachingMode.ReadWrite, Published = true)]
    public string? CachingMode { get; set; }

    /// <summary>File system to mount.</summary>
    [Field(4), Default("ext4", Published = true)]
    public string? FsType { get; set; }

    /// <summary>Mounts the volume read-only.</summary>
    [Field(5), Default(false, Published = true)]
    public bool? ReadOnly { get; set; }

    /// <summary>How the disk is held.</summary>
    [Field(6), OneOf(typeof(AzureDataDiskKind)), Default(AzureDataDiskKind.Shared, Published = true)]
    public string? Kind { get; set; }
}

/// <summary>Caching of an Azure disk on the host.</summary>
public static class AzureDataDiskCachingMode
{
    /// <summary>No caching.</summary>
    public const string None = "None";

    /// <summary>Reads are cached.</summary>
    public const string ReadOnly = "ReadOnly";

    /// <summary>Reads and writes are cached.</summary>
    public const string ReadWrite = "ReadWrite";
}

/// <summary>How an Azure disk is held.</summary>
public static class AzureDataDiskKind
{
    /// <summary>Several disks in one storage account.</summary>
    public const string Shared = "Shared";

    /// <summary>One disk in one storage account.</summary>
    public const string Dedicated = "Dedicated";

    /// <summary>A managed disk.</summary>
    public const string Managed = "Managed";
}

/// <summary>A vSphere disk.</summary>
[ApiType]
public sealed partial class VsphereVirtualDiskVolumeSource
{
    /// <summary>Path of the disk.</summary>
    [Field(1), Required]
    public string VolumePath { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";

    /// <summary>Name of the storage policy.</summary>
    [Field(3)]
    public string StoragePolicyName { get; set; } = "";

    /// <summary>Identity of the storage policy.</summary>
    [Field(4)]
    public string StoragePolicyID { get; set; } = "";
}

/// <summary>A Photon disk.</summary>
[ApiType]
public sealed partial class PhotonPersistentDiskVolumeSource
{
    /// <summary>Identity of the disk.</summary>
    [Field(1), Required]
    public string PdID { get; set; } = "";

    /// <summary>File system to mount; ext4 when empty.</summary>
    [Field(2)]
    public string FsType { get; set; } = "";
}
