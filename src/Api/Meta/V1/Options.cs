namespace Tiphys.Api.Meta.V1;

/// <summary>Query parameters of list, watch and delete-collection requests.</summary>
[ApiKind("", "v1")]
public sealed partial class ListOptions
{
    /// <summary>Keeps only objects whose labels match; everything when empty.</summary>
    [Field(1)]
    public string LabelSelector { get; set; } = "";

    /// <summary>Keeps only objects whose fields match; everything when empty.</summary>
    [Field(2)]
    public string FieldSelector { get; set; } = "";

    /// <summary>Streams changes instead of returning a list.</summary>
    [Field(3)]
    public bool Watch { get; set; }

    /// <summary>Asks a watch for bookmark events, which carry nothing but a resource version.</summary>
    [Field(9)]
    public bool AllowWatchBookmarks { get; set; }

    /// <summary>Version the answer may be served from, or a watch starts after.</summary>
    [Field(4)]
    public string ResourceVersion { get; set; } = "";

    /// <summary>How the resource version constrains the answer.</summary>
    [Field(10)]
    public string ResourceVersionMatch { get; set; } = "";

    /// <summary>Seconds after which the server ends the call.</summary>
    [Field(5)]
    public long? TimeoutSeconds { get; set; }

    /// <summary>Most items in one page; the list's continue token fetches the rest.</summary>
    [Field(7)]
    public long Limit { get; set; }

    /// <summary>Token of a previous page.</summary>
    [Field(8)]
    public string Continue { get; set; } = "";

    /// <summary>Makes a watch begin with the present objects as synthetic events, ended by a marked bookmark.</summary>
    [Field(11)]
    public bool? SendInitialEvents { get; set; }

    /// <summary>Keeps only one shard of the collection, told by hash ranges of an object field.</summary>
    [Field(15)]
    public string ShardSelector { get; set; } = "";
}

/// <summary>How a list's resource version constrains the answer.</summary>
public static class ResourceVersionMatch
{
    /// <summary>At least as new as the given version.</summary>
    public const string NotOlderThan = "NotOlderThan";

    /// <summary>Exactly the given version.</summary>
    public const string Exact = "Exact";
}

/// <summary>Query parameters of a get request.</summary>
[ApiKind("", "v1")]
public sealed partial class GetOptions
{
    /// <summary>Version the answer may be served from.</summary>
    [Field(1)]
    public string ResourceVersion { get; set; } = "";
}

/// <summary>Query parameters of a create request.</summary>
[ApiKind("", "v1")]
public sealed partial class CreateOptions
{
    /// <summary>All to run every stage without storing the result.</summary>
    [Field(1), Atomic]
    public List<string>? DryRun { get; set; }

    /// <summary>Name of the manager that makes the change, at most 128 printable characters.</summary>
    [Field(3)]
    public string FieldManager { get; set; } = "";

    /// <summary>What happens to unknown and duplicate fields.</summary>
    [Field(4)]
    public string FieldValidation { get; set; } = "";
}

/// <summary>Query parameters of an update request.</summary>
[ApiKind("", "v1")]
public sealed partial class UpdateOptions
{
    /// <summary>All to run every stage without storing the result.</summary>
    [Field(1), Atomic]
    public List<string>? DryRun { get; set; }

    /// <summary>Name of the manager that makes the change, at most 128 printable characters.</summary>
    [Field(2)]
    public string FieldManager { get; set; } = "";

    /// <summary>What happens to unknown and duplicate fields.</summary>
    [Field(3)]
    public string FieldValidation { get; set; } = "";
}

/// <summary>Query parameters of a patch request.</summary>
[ApiKind("", "v1")]
public sealed partial class PatchOptions
{
    /// <summary>All to run every stage without storing the result.</summary>
    [Field(1), Atomic]
    public List<string>? DryRun { get; set; }

    /// <summary>Lets an apply take over fields that other managers own.</summary>
    [Field(2)]
    public bool? Force { get; set; }

    /// <summary>Name of the manager that makes the change; an apply has to give it.</summary>
    [Field(3)]
    public string FieldManager { get; set; } = "";

    /// <summary>What happens to unknown and duplicate fields.</summary>
    [Field(4)]
    public string FieldValidation { get; set; } = "";
}

/// <summary>What a write does about unknown and duplicate fields.</summary>
public static class FieldValidation
{
    /// <summary>Drops them silently.</summary>
    public const string Ignore = "Ignore";

    /// <summary>Drops them with a warning header; the default.</summary>
    public const string Warn = "Warn";

    /// <summary>Refuses the request.</summary>
    public const string Strict = "Strict";
}

/// <summary>Stages of a dry run.</summary>
public static class DryRun
{
    /// <summary>Every stage but storing.</summary>
    public const string All = "All";
}
