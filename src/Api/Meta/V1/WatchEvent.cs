namespace Tiphys.Api.Meta.V1;

/// <summary>What a watch event reports.</summary>
public static class WatchEventType
{
    /// <summary>An object came to be, or came to match the selectors.</summary>
    public const string Added = "ADDED";

    /// <summary>An object changed.</summary>
    public const string Modified = "MODIFIED";

    /// <summary>An object went away, or ceased to match the selectors.</summary>
    public const string Deleted = "DELETED";

    /// <summary>Nothing but progress: the object carries only a resource version.</summary>
    public const string Bookmark = "BOOKMARK";

    /// <summary>The watch failed: the object is a Status.</summary>
    public const string Error = "ERROR";
}

/// <summary>One change in a watch stream.</summary>
[ApiType]
public sealed partial class WatchEvent
{
    /// <summary>What happened.</summary>
    [Field(1), Required, OneOf(typeof(WatchEventType))]
    public string Type { get; set; } = "";

    /// <summary>The object after the change (before it, for a deletion); a Status when the type is ERROR.</summary>
    [Field(2), Required]
    public RawJson? Object { get; set; }
}
