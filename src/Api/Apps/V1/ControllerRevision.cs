using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Apps.V1;

/// <summary>A snapshot of a controller's state, kept for updates and rollbacks.</summary>
[ApiKind("apps", "v1", Resource = "controllerrevisions")]
public sealed partial class ControllerRevision : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The state, in a form its controller knows; it never changes.</summary>
    [Field(2)]
    public RawJson? Data { get; set; }

    /// <summary>Number of the revision.</summary>
    [Field(3), Required]
    public long Revision { get; set; }
}
