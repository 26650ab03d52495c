using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Policy.V1;

/// <summary>Bounds how many pods may be missing through evictions.</summary>
[ApiKind("policy", "v1", Resource = "poddisruptionbudgets", ShortNames = ["pdb"])]
public sealed partial class PodDisruptionBudget : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The bound.</summary>
    [Field(2)]
    public PodDisruptionBudgetSpec Spec { get; set; } = new();

    /// <summary>How many evictions are allowed now.</summary>
    [Field(3)]
    public PodDisruptionBudgetStatus Status { get; set; } = new();
}

/// <summary>A bound on missing pods; exactly one of the two numbers is set.</summary>
[ApiType]
public sealed partial class PodDisruptionBudgetSpec
{
    /// <summary>Pods that must stay available, as a number or a percentage.</summary>
    [Field(1)]
    public IntOrString? MinAvailable { get; set; }

    /// <summary>Pods that count; an empty selector means all of the namespace, a missing one none.</summary>
    [Field(2), PatchReplace]
    public LabelSelector? Selector { get; set; }

    /// <summary>Pods that may be missing, as a number or a percentage.</summary>
    [Field(3)]
    public IntOrString? MaxUnavailable { get; set; }

    /// <summary>When pods that are not healthy may be evicted; IfHealthyBudget when unset.</summary>
    [Field(4), OneOf(typeof(UnhealthyPodEvictionPolicyType))]
    public string? UnhealthyPodEvictionPolicy { get; set; }
}

/// <summary>When running pods that are not ready may be evicted.</summary>
public static class UnhealthyPodEvictionPolicyType
{
    /// <summary>Only when enough others are healthy.</summary>
    public const string IfHealthyBudget = "IfHealthyBudget";

    /// <summary>At any time.</summary>
    public const string AlwaysAllow = "AlwaysAllow";
}

/// <summary>How many evictions are allowed.</summary>
[ApiType]
public sealed partial class PodDisruptionBudgetStatus
{
    /// <summary>Generation the status was computed from; an older one blocks evictions.</summary>
    [Field(1)]
    public long ObservedGeneration { get; set; }

    /// <summary>Pods whose eviction was granted but not seen yet, by name, with the time.</summary>
    [Field(2)]
    public Dictionary<string, DateTimeOffset>? DisruptedPods { get; set; }

    /// <summary>Evictions that are allowed now.</summary>
    [Field(3), AlwaysShown]
    public int DisruptionsAllowed { get; set; }

    /// <summary>Pods that are healthy.</summary>
    [Field(4), AlwaysShown]
    public int CurrentHealthy { get; set; }

    /// <summary>Pods that must be healthy.</summary>
    [Field(5), AlwaysShown]
    public int DesiredHealthy { get; set; }

    /// <summary>Pods that count.</summary>
    [Field(6), AlwaysShown]
    public int ExpectedPods { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(7), ListMap("type"), PatchMerge("type")]
    public List<Condition>? Conditions { get; set; }
}

/// <summary>Condition of a disruption budget and its reasons.</summary>
public static class DisruptionBudgetCondition
{
    /// <summary>Whether evictions are allowed.</summary>
    public const string DisruptionAllowed = "DisruptionAllowed";

    /// <summary>Reason: the state could not be computed.</summary>
    public const string SyncFailed = "SyncFailed";

    /// <summary>Reason: more pods are healthy than must be.</summary>
    public const string SufficientPods = "SufficientPods";

    /// <summary>Reason: no more pods are healthy than must be.</summary>
    public const string InsufficientPods = "InsufficientPods";
}
