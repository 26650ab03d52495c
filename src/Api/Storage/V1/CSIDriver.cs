using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>What a CSI driver needs and can do; named after the driver.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "csidrivers", Namespaced = false)]
public sealed partial class CSIDriver : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The facts.</summary>
    [Field(2), Required]
    public CSIDriverSpec Spec { get; set; } = new();
}

/// <summary>What a CSI driver needs and can do.</summary>
[ApiType]
public sealed partial class CSIDriverSpec
{
    /// <summary>Volumes must be attached before they are mounted.</summary>
    [Field(1), Default(true)]
    public bool? AttachRequired { get; set; }

    /// <summary>The driver is told about the pod when it mounts.</summary>
    [Field(2), Default(false)]
    public bool? PodInfoOnMount { get; set; }

    /// <summary>Lifecycles of volumes the driver supports.</summary>
    [Field(3), ListSet]
    public List<string>? VolumeLifecycleModes { get; set; }

    /// <summary>The scheduler looks at the capacity the driver publishes.</summary>
    [Field(4), Default(false)]
    public bool? StorageCapacity { get; set; }

    /// <summary>Whether the volumes' ownership may be changed.</summary>
    [Field(5), Default("ReadWriteOnceWithFSType")]
    public string? FsGroupPolicy { get; set; }

    /// <summary>Service account tokens the driver gets for the pod.</summary>
    [Field(6), Atomic]
    public List<TokenRequest>? TokenRequests { get; set; }

    /// <summary>The driver is called again and again, to refresh what is mounted.</summary>
    [Field(7), Default(false)]
    public bool? RequiresRepublish { get; set; }

    /// <summary>The volumes can be mounted with an SELinux label.</summary>
    [Field(8), Default(false)]
    public bool? SeLinuxMount { get; set; }

    /// <summary>Seconds between updates of how many volumes a node can take, at least 10; never when unset.</summary>
    [Field(9)]
    public long? NodeAllocatableUpdatePeriodSeconds { get; set; }

    /// <summary>Tokens are passed as secrets instead of volume attributes.</summary>
    [Field(10)]
    public bool? ServiceAccountTokenInSecrets { get; set; }

    /// <summary>Nodes without the driver get no pods that need it.</summary>
    [Field(11)]
    public bool? PreventPodSchedulingIfMissing { get; set; }
}

/// <summary>Whether the ownership of a driver's volumes may be changed.</summary>
public static class FSGroupPolicy
{
    /// <summary>If a file system is given and only one node writes.</summary>
    public const string ReadWriteOnceWithFSType = "ReadWriteOnceWithFSType";

    /// <summary>Always.</summary>
    public const string File = "File";

    /// <summary>Never.</summary>
    public const string None = "None";
}

/// <summary>Lifecycles of volumes.</summary>
public static class VolumeLifecycleMode
{
    /// <summary>They outlive pods.</summary>
    public const string Persistent = "Persistent";

    /// <summary>They live and end with one pod.</summary>
    public const string Ephemeral = "Ephemeral";
}

/// <summary>A service account token for a driver.</summary>
[ApiType]
public sealed partial class TokenRequest
{
    /// <summary>Audience of the token; the API server when empty.</summary>
    [Field(1), Required]
    public string Audience { get; set; } = "";

    /// <summary>Seconds the token is valid.</summary>
    [Field(2)]
    public long? ExpirationSeconds { get; set; }
}
