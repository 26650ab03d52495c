namespace Tiphys.Api.Meta.V1;

/// <summary>Any object reduced to its metadata.</summary>
[ApiKind("meta.k8s.io", "v1")]
public sealed partial class PartialObjectMetadata : IKubernetesObject
{
    /// <summary>The object's metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();
}
