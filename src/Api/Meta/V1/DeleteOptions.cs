namespace Tiphys.Api.Meta.V1;

/// <summary>How an object, or each of a collection, is deleted.</summary>
[ApiKind("", "v1")]
public sealed partial class DeleteOptions
{
    /// <summary>Seconds the object may take to end; zero deletes at once, unset takes the kind's default.</summary>
    [Field(1)]
    public long? GracePeriodSeconds { get; set; }

    /// <summary>What must hold for the deletion to happen; otherwise it answers 409.</summary>
    [Field(2)]
    public Preconditions? Preconditions { get; set; }

    /// <summary>Superseded by the propagation policy: true leaves dependents in place.</summary>
    [Field(3)]
    public bool? OrphanDependents { get; set; }

    /// <summary>What becomes of the object's dependents; unset takes the kind's default.</summary>
    [Field(4)]
    public string? PropagationPolicy { get; set; }

    /// <summary>All to run every stage without storing the result.</summary>
    [Field(5), Atomic]
    public List<string>? DryRun { get; set; }

    /// <summary>Removes an object that storage can no longer read, skipping finalizers and preconditions.</summary>
    [Field(6)]
    public bool? IgnoreStoreReadErrorWithClusterBreakingPotential { get; set; }
}

/// <summary>What must hold for an update or deletion to happen.</summary>
[ApiType]
public sealed partial class Preconditions
{
    /// <summary>Identity the object must have.</summary>
    [Field(1)]
    public string? Uid { get; set; }

    /// <summary>Resource version the object must have.</summary>
    [Field(2)]
    public string? ResourceVersion { get; set; }
}

/// <summary>What becomes of the dependents of a deleted object.</summary>
public static class DeletionPropagation
{
    /// <summary>They stay, without the owner.</summary>
    public const string Orphan = "Orphan";

    /// <summary>The garbage collector removes them after the owner is gone.</summary>
    public const string Background = "Background";

    /// <summary>They go first; the owner stays until then.</summary>
    public const string Foreground = "Foreground";
}
