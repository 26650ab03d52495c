using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Policy.V1;

/// <summary>Asks to delete a pod, as far as disruption budgets allow.</summary>
[ApiKind("policy", "v1")]
public sealed partial class Eviction : IKubernetesObject
{
    /// <summary>Name and namespace of the pod.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How to delete it.</summary>
    [Field(2)]
    public DeleteOptions? DeleteOptions { get; set; }
}
