using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>A sort of storage from which volumes can be made.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "storageclasses", Namespaced = false, ShortNames = ["sc"])]
public sealed partial class StorageClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Driver that makes the volumes.</summary>
    [Field(2), Required]
    public string Provisioner { get; set; } = "";

    /// <summary>Settings for the driver, at most 512 entries and 256 KiB.</summary>
    [Field(3)]
    public Dictionary<string, string>? Parameters { get; set; }

    /// <summary>Reclaim policy of the volumes.</summary>
    [Field(4), OneOf(typeof(PersistentVolumeReclaimPolicy)), Default(PersistentVolumeReclaimPolicy.Delete)]
    public string? ReclaimPolicy { get; set; }

    /// <summary>Mount options of the volumes; not checked.</summary>
    [Field(5), Atomic]
    public List<string>? MountOptions { get; set; }

    /// <summary>Whether volumes may grow.</summary>
    [Field(6)]
    public bool? AllowVolumeExpansion { get; set; }

    /// <summary>When volumes are made and bound.</summary>
    [Field(7), OneOf(typeof(VolumeBindingMode)), Default(V1.VolumeBindingMode.Immediate)]
    public string? VolumeBindingMode { get; set; }

    /// <summary>Topologies the volumes may be made in.</summary>
    [Field(8), Atomic]
    public List<TopologySelectorTerm>? AllowedTopologies { get; set; }
}

/// <summary>When volumes are made and bound.</summary>
public static class VolumeBindingMode
{
    /// <summary>As soon as there is a claim.</summary>
    public const string Immediate = "Immediate";

    /// <summary>When a pod that uses the claim is placed.</summary>
    public const string WaitForFirstConsumer = "WaitForFirstConsumer";
}

/// <summary>Annotations of storage classes.</summary>
public static class StorageClassAnnotations
{
    /// <summary>true makes it the class of claims that name none.</summary>
    public const string IsDefaultClass = "storageclass.kubernetes.io/is-default-class";

    /// <summary>Older form of the same.</summary>
    public const string BetaIsDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";
}
