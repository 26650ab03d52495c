using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Puts one key into one file.</summary>
[ApiType]
public sealed partial class KeyToPath
{
    /// <summary>Key to take.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>Path of the file below the volume's root.</summary>
    [Field(2), Required]
    public string Path { get; set; } = "";

    /// <summary>Permission bits of the file, 0 to 0777; the volume's default when unset.</summary>
    [Field(3)]
    public int? Mode { get; set; }
}

/// <summary>Keys of a secret as files.</summary>
[ApiType]
public sealed partial class SecretVolumeSource
{
    /// <summary>Name of the secret in the pod's namespace.</summary>
    [Field(1)]
    public string SecretName { get; set; } = "";

    /// <summary>Keys to show and where; all of them, under their own names, when empty.</summary>
    [Field(2), Atomic]
    public List<KeyToPath>? Items { get; set; }

    /// <summary>Permission bits of files, 0 to 0777.</summary>
    [Field(3), Default(420)]
    public int? DefaultMode { get; set; }

    /// <summary>Whether secret and keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; set; }
}

/// <summary>Keys of a config map as files.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class ConfigMapVolumeSource : LocalObjectReference
{
    /// <summary>Keys to show and where; all of them, under their own names, when empty.</summary>
    [Field(2), Atomic]
    public List<KeyToPath>? Items { get; set; }

    /// <summary>Permission bits of files, 0 to 0777.</summary>
    [Field(3), Default(420)]
    public int? DefaultMode { get; set; }

    /// <summary>Whether config map and keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; set; }
}

/// <summary>Fields of the pod as files.</summary>
[ApiType]
public sealed partial class DownwardAPIVolumeSource
{
    /// <summary>The files.</summary>
    [Field(1), Atomic]
    public List<DownwardAPIVolumeFile>? Items { get; set; }

    /// <summary>Permission bits of files, 0 to 0777.</summary>
    [Field(2), Default(420)]
    public int? DefaultMode { get; set; }
}

/// <summary>A file that holds a field of the pod.</summary>
[ApiType]
public sealed partial class DownwardAPIVolumeFile
{
    /// <summary>Path of the file below the volume's root.</summary>
    [Field(1), Required]
    public string Path { get; set; } = "";

    /// <summary>A field of the pod's metadata.</summary>
    [Field(2)]
    public ObjectFieldSelector? FieldRef { get; set; }

    /// <summary>A resource request or limit of a container.</summary>
    [Field(3)]
    public ResourceFieldSelector? ResourceFieldRef { get; set; }

    /// <summary>Permission bits of the file, 0 to 0777; the volume's default when unset.</summary>
    [Field(4)]
    public int? Mode { get; set; }
}

/// <summary>Several sources in one directory.</summary>
[ApiType]
public sealed partial class ProjectedVolumeSource
{
    /// <summary>The sources.</summary>
    [Field(1), AlwaysShown, NullWhenUnset, Atomic]
    public List<VolumeProjection> Sources { get; set; } = [];

    /// <summary>Permission bits of files, 0 to 0777.</summary>
    [Field(2), Default(420)]
    public int? DefaultMode { get; set; }
}

/// <summary>A source within a projected volume; exactly one is set.</summary>
[ApiType]
public sealed partial class VolumeProjection
{
    /// <summary>Keys of a secret.</summary>
    [Field(1)]
    public SecretProjection? Secret { get; set; }

    /// <summary>Fields of the pod.</summary>
    [Field(2)]
    public DownwardAPIProjection? DownwardAPI { get; set; }

    /// <summary>Keys of a config map.</summary>
    [Field(3)]
    public ConfigMapProjection? ConfigMap { get; set; }

    /// <summary>A token of the pod's service account.</summary>
    [Field(4)]
    public ServiceAccountTokenProjection? ServiceAccountToken { get; set; }

    /// <summary>Trust anchors from cluster trust bundles.</summary>
    [Field(5)]
    public ClusterTrustBundleProjection? ClusterTrustBundle { get; set; }

    /// <summary>A key and certificate that the kubelet obtains for the pod.</summary>
    [Field(6)]
    public PodCertificateProjection? PodCertificate { get; set; }
}

/// <summary>Keys of a secret in a projected volume.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class SecretProjection : LocalObjectReference
{
    /// <summary>Keys to show and where; all of them, under their own names, when empty.</summary>
    [Field(2), Atomic]
    public List<KeyToPath>? Items { get; set; }

    /// <summary>Whether secret and keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; set; }
}

/// <summary>Keys of a config map in a projected volume.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class ConfigMapProjection : LocalObjectReference
{
    /// <summary>Keys to show and where; all of them, under their own names, when empty.</summary>
    [Field(2), Atomic]
    public List<KeyToPath>? Items { get; set; }

    /// <summary>Whether config map and keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; set; }
}

/// <summary>Fields of the pod in a projected volume.</summary>
[ApiType]
public sealed partial class DownwardAPIProjection
{
    /// <summary>The files.</summary>
    [Field(1), Atomic]
    public List<DownwardAPIVolumeFile>? Items { get; set; }
}

/// <summary>A service account token in a projected volume, renewed before it expires.</summary>
[ApiType]
public sealed partial class ServiceAccountTokenProjection
{
    /// <summary>Audience of the token; the API server when empty.</summary>
    [Field(1)]
    public string Audience { get; set; } = "";

    /// <summary>Seconds the token is valid, at least 600.</summary>
    [Field(2), Default(3600L)]
    public long? ExpirationSeconds { get; set; }

    /// <summary>Path of the file below the volume's root.</summary>
    [Field(3), Required]
    public string Path { get; set; } = "";
}

/// <summary>Trust anchors in a projected volume, as one PEM file.</summary>
[ApiType]
public sealed partial class ClusterTrustBundleProjection
{
    /// <summary>One bundle by name; excludes the signer and its selector.</summary>
    [Field(1)]
    public string? Name { get; set; }

    /// <summary>Signer whose bundles are joined.</summary>
    [Field(2)]
    public string? SignerName { get; set; }

    /// <summary>Labels of the signer's bundles; none match when unset, all when empty.</summary>
    [Field(3)]
    public LabelSelector? LabelSelector { get; set; }

    /// <summary>Whether the bundles may be missing.</summary>
    [Field(5)]
    public bool? Optional { get; set; }

    /// <summary>Path of the file below the volume's root.</summary>
    [Field(4), Required]
    public string Path { get; set; } = "";
}

/// <summary>A key and certificate in a projected volume, renewed by the kubelet.</summary>
[ApiType]
public sealed partial class PodCertificateProjection
{
    /// <summary>Signer that is asked for the certificate.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public string SignerName { get; set; } = "";

    /// <summary>Kind of key: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519.</summary>
    [Field(2), Required(OmitEmpty = true)]
    public string KeyType { get; set; } = "";

    /// <summary>Longest life of the certificate in seconds, 3600 to 7862400.</summary>
    [Field(3)]
    public int? MaxExpirationSeconds { get; set; }

    /// <summary>File for private key and chain together.</summary>
    [Field(4)]
    public string CredentialBundlePath { get; set; } = "";

    /// <summary>File for the private key.</summary>
    [Field(5)]
    public string KeyPath { get; set; } = "";

    /// <summary>File for the certificate chain.</summary>
    [Field(6)]
    public string CertificateChainPath { get; set; } = "";

    /// <summary>Data handed to the signer along with the request.</summary>
    [Field(7)]
    public Dictionary<string, string>? UserAnnotations { get; set; }
}
