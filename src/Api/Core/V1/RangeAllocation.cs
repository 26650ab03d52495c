using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Numbers taken from a range, such as addresses and ports; stored by allocators, never served.</summary>
[ApiKind("", "v1")]
public sealed partial class RangeAllocation : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The range, in a form its allocator knows.</summary>
    [Field(2), Required]
    public string Range { get; set; } = "";

    /// <summary>Bitmap of the numbers taken.</summary>
    [Field(3), Required]
    public byte[] Data { get; set; } = [];
}
