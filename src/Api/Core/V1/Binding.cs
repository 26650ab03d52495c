using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Ties a pod to a node.</summary>
[ApiKind("", "v1", Resource = "bindings")]
public sealed partial class Binding : IKubernetesObject
{
    /// <summary>Metadata of the pod.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Where the pod goes: a Node, by name.</summary>
    [Field(2), Required]
    public ObjectReference Target { get; set; } = new();
}
