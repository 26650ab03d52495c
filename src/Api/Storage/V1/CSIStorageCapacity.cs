using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>How much storage of a class there is in a part of the cluster.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "csistoragecapacities")]
public sealed partial class CSIStorageCapacity : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Nodes that can reach the storage; none when unset, all when empty.</summary>
    [Field(2)]
    public LabelSelector? NodeTopology { get; set; }

    /// <summary>Storage class the capacity is for.</summary>
    [Field(3), Required]
    public string StorageClassName { get; set; } = "";

    /// <summary>Storage that is left.</summary>
    [Field(4)]
    public Quantity? Capacity { get; set; }

    /// <summary>Largest volume that can be made.</summary>
    [Field(5)]
    public Quantity? MaximumVolumeSize { get; set; }
}
