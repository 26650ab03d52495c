using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Coordination.V1;

/// <summary>A claim on a role for a time: leader election and node heartbeats.</summary>
[ApiKind("coordination.k8s.io", "v1", Resource = "leases")]
public sealed partial class Lease : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who holds it, since when and for how long.</summary>
    [Field(2)]
    public LeaseSpec Spec { get; set; } = new();
}

/// <summary>Who holds a lease.</summary>
[ApiType]
public sealed partial class LeaseSpec
{
    /// <summary>Holder; nobody when unset or empty.</summary>
    [Field(1)]
    public string? HolderIdentity { get; set; }

    /// <summary>Seconds after the last renewal when others may take it.</summary>
    [Field(2)]
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>When the holder took it.</summary>
    [Field(3), MicroTime]
    public DateTimeOffset? AcquireTime { get; set; }

    /// <summary>When the holder last renewed it.</summary>
    [Field(4), MicroTime]
    public DateTimeOffset? RenewTime { get; set; }

    /// <summary>How often it changed hands.</summary>
    [Field(5)]
    public int? LeaseTransitions { get; set; }

    /// <summary>How a coordinated election picks the holder.</summary>
    [Field(6)]
    public string? Strategy { get; set; }

    /// <summary>Candidate the holder should hand over to; needs a strategy.</summary>
    [Field(7)]
    public string? PreferredHolder { get; set; }
}

/// <summary>How a coordinated election picks a holder.</summary>
public static class CoordinatedLeaseStrategy
{
    /// <summary>The candidate of the oldest emulation version, then of the oldest binary, then the oldest.</summary>
    public const string OldestEmulationVersion = "OldestEmulationVersion";
}
