namespace Tiphys.Api.Meta.V1;

/// <summary>What a list, or a status, carries instead of object metadata.</summary>
[ApiType]
public sealed partial class ListMeta
{
    /// <summary>Formerly the list's URL; the server no longer fills it.</summary>
    [Field(1)]
    public string SelfLink { get; set; } = "";

    /// <summary>Opaque version at which the list was read; a watch may start from it.</summary>
    [Field(2)]
    public string ResourceVersion { get; set; } = "";

    /// <summary>Token that fetches the next page; empty on the last page.</summary>
    [Field(3)]
    public string Continue { get; set; } = "";

    /// <summary>Estimate of how many items follow this page; unset when selectors make it unknown.</summary>
    [Field(4)]
    public long? RemainingItemCount { get; set; }

    /// <summary>Says which shard of the collection the list holds, when only a part was asked for.</summary>
    [Field(5)]
    public ShardInfo? ShardInfo { get; set; }
}

/// <summary>The shard selection that produced a partial list.</summary>
[ApiType]
public sealed partial class ShardInfo
{
    /// <summary>The shard selector as the request gave it.</summary>
    [Field(1), Required]
    public string Selector { get; set; } = "";
}
