namespace Tiphys.Api.Autoscaling.V2;

/// <summary>How fast an autoscaler scales.</summary>
[ApiType]
public sealed partial class HorizontalPodAutoscalerBehavior
{
    /// <summary>Upwards; by default by 4 pods or double within 15 seconds, whichever is more.</summary>
    [Field(1)]
    public HPAScalingRules? ScaleUp { get; set; }

    /// <summary>Downwards; by default as far as it likes, looking back 300 seconds.</summary>
    [Field(2)]
    public HPAScalingRules? ScaleDown { get; set; }
}

/// <summary>How fast an autoscaler scales in one direction.</summary>
[ApiType]
public sealed partial class HPAScalingRules
{
    /// <summary>Seconds of past recommendations that count, 0 to 3600; 0 upwards and 300 downwards when unset.</summary>
    [Field(3)]
    public int? StabilizationWindowSeconds { get; set; }

    /// <summary>Which policy decides; Max when unset.</summary>
    [Field(1)]
    public string? SelectPolicy { get; set; }

    /// <summary>Bounds on the change; at least one.</summary>
    [Field(2), Atomic]
    public List<HPAScalingPolicy>? Policies { get; set; }

    /// <summary>Ratio of metric to target that is left alone; the cluster's when unset, 0.1 by default.</summary>
    [Field(4)]
    public Quantity? Tolerance { get; set; }
}

/// <summary>Which of several policies decides.</summary>
public static class ScalingPolicySelect
{
    /// <summary>The one that changes most.</summary>
    public const string Max = "Max";

    /// <summary>The one that changes least.</summary>
    public const string Min = "Min";

    /// <summary>None: no scaling in this direction.</summary>
    public const string Disabled = "Disabled";
}

/// <summary>A bound on the change within a time.</summary>
[ApiType]
public sealed partial class HPAScalingPolicy
{
    /// <summary>What the value counts.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Most change, more than zero.</summary>
    [Field(2), Required]
    public int Value { get; set; }

    /// <summary>Seconds the bound is for, 1 to 1800.</summary>
    [Field(3), Required]
    public int PeriodSeconds { get; set; }
}

/// <summary>What a policy's value counts.</summary>
public static class HPAScalingPolicyType
{
    /// <summary>Pods.</summary>
    public const string Pods = "Pods";

    /// <summary>Percent of the pods there are.</summary>
    public const string Percent = "Percent";
}
