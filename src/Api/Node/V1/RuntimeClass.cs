using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Node.V1;

/// <summary>A way to run containers that pods may choose.</summary>
[ApiKind("node.k8s.io", "v1", Resource = "runtimeclasses", Namespaced = false)]
public sealed partial class RuntimeClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Name of the runtime's configuration on the nodes; it never changes.</summary>
    [Field(2), Required]
    public string Handler { get; set; } = "";

    /// <summary>Resources that pods of the class take on top.</summary>
    [Field(3)]
    public Overhead? Overhead { get; set; }

    /// <summary>Nodes that support the class.</summary>
    [Field(4)]
    public Scheduling? Scheduling { get; set; }
}

/// <summary>Resources a pod takes besides its containers.</summary>
[ApiType]
public sealed partial class Overhead
{
    /// <summary>Resources per pod.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? PodFixed { get; set; }
}

/// <summary>Which nodes support a runtime class.</summary>
[ApiType]
public sealed partial class Scheduling
{
    /// <summary>Labels the nodes have, merged into those of the pod.</summary>
    [Field(1), Atomic]
    public Dictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Tolerations added to the pod.</summary>
    [Field(2), Atomic]
    public List<Toleration>? Tolerations { get; set; }
}
