using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>The CSI drivers on a node; named after the node.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "csinodes", Namespaced = false)]
public sealed partial class CSINode : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The drivers.</summary>
    [Field(2), Required]
    public CSINodeSpec Spec { get; set; } = new();
}

/// <summary>The CSI drivers on a node.</summary>
[ApiType]
public sealed partial class CSINodeSpec
{
    /// <summary>The drivers.</summary>
    [Field(1), Required, NullWhenUnset, ListMap("name"), PatchMerge("name")]
    public List<CSINodeDriver> Drivers { get; set; } = [];
}

/// <summary>A CSI driver on a node.</summary>
[ApiType]
public sealed partial class CSINodeDriver
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>What the driver calls the node.</summary>
    [Field(2), Required]
    public string NodeID { get; set; } = "";

    /// <summary>Node labels that the driver's topology uses.</summary>
    [Field(3), AlwaysShown, NullWhenUnset, Atomic]
    public List<string> TopologyKeys { get; set; } = [];

    /// <summary>How many volumes the node can take.</summary>
    [Field(4)]
    public VolumeNodeResources? Allocatable { get; set; }
}

/// <summary>How many volumes a node can take.</summary>
[ApiType]
public sealed partial class VolumeNodeResources
{
    /// <summary>Number of volumes; no limit when unset.</summary>
    [Field(1)]
    public int? Count { get; set; }
}
