using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.FlowControl.V1;

/// <summary>A share of the API server's capacity.</summary>
[ApiKind("flowcontrol.apiserver.k8s.io", "v1", Resource = "prioritylevelconfigurations", Namespaced = false)]
public sealed partial class PriorityLevelConfiguration : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How much, and what happens beyond it.</summary>
    [Field(2)]
    public PriorityLevelConfigurationSpec Spec { get; set; } = new();

    /// <summary>Whether it is in use.</summary>
    [Field(3)]
    public PriorityLevelConfigurationStatus Status { get; set; } = new();
}

/// <summary>A share of the API server's capacity.</summary>
[ApiType]
public sealed partial class PriorityLevelConfigurationSpec
{
    /// <summary>Whether there is a limit.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>The limit.</summary>
    [Field(2)]
    public LimitedPriorityLevelConfiguration? Limited { get; set; }

    /// <summary>The share of a level without limits.</summary>
    [Field(3)]
    public ExemptPriorityLevelConfiguration? Exempt { get; set; }
}

/// <summary>Whether a priority level has a limit.</summary>
public static class PriorityLevelEnablement
{
    /// <summary>It has none.</summary>
    public const string Exempt = "Exempt";

    /// <summary>It has one.</summary>
    public const string Limited = "Limited";
}

/// <summary>The limit of a priority level.</summary>
[ApiType]
public sealed partial class LimitedPriorityLevelConfiguration
{
    /// <summary>Shares of the server's concurrency.</summary>
    [Field(1), Required, Default(30)]
    public int? NominalConcurrencyShares { get; set; }

    /// <summary>What happens to requests beyond the limit.</summary>
    [Field(2)]
    public LimitResponse LimitResponse { get; set; } = new();

    /// <summary>Percent of the seats that others may borrow.</summary>
    [Field(3), Default(0)]
    public int? LendablePercent { get; set; }

    /// <summary>Most it may borrow, in percent of its own seats; no limit when unset.</summary>
    [Field(4)]
    public int? BorrowingLimitPercent { get; set; }
}

/// <summary>The share of a level without limits.</summary>
[ApiType]
public sealed partial class ExemptPriorityLevelConfiguration
{
    /// <summary>Shares of the server's concurrency.</summary>
    [Field(1), Default(0)]
    public int? NominalConcurrencyShares { get; set; }

    /// <summary>Percent of the seats that others may borrow.</summary>
    [Field(2), Default(0)]
    public int? LendablePercent { get; set; }
}

/// <summary>What happens to requests beyond a limit.</summary>
[ApiType]
public sealed partial class LimitResponse
{
    /// <summary>They wait or are refused.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>How they wait.</summary>
    [Field(2)]
    public QueuingConfiguration? Queuing { get; set; }
}

/// <summary>What happens to requests beyond a limit.</summary>
public static class LimitResponseType
{
    /// <summary>They wait.</summary>
    public const string Queue = "Queue";

    /// <summary>They are refused.</summary>
    public const string Reject = "Reject";
}

/// <summary>How requests wait, by shuffle sharding.</summary>
[ApiType]
public sealed partial class QueuingConfiguration
{
    /// <summary>Number of queues.</summary>
    [Field(1), Required, Default(64)]
    public int Queues { get; set; }

    /// <summary>Queues that a flow may use.</summary>
    [Field(2), Required, Default(8)]
    public int HandSize { get; set; }

    /// <summary>Most requests in one queue.</summary>
    [Field(3), Required, Default(50)]
    public int QueueLengthLimit { get; set; }
}

/// <summary>Whether a priority level is in use.</summary>
[ApiType]
public sealed partial class PriorityLevelConfigurationStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), ListMap("type"), PatchMerge("type")]
    public List<PriorityLevelConfigurationCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a priority level's state.</summary>
[ApiType]
public sealed partial class PriorityLevelConfigurationCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1)]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2)]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";
}
