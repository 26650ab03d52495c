namespace Tiphys.Api.Meta.V1;

/// <summary>One observed aspect of an object's state, such as readiness; objects list one per type.</summary>
[ApiType]
public sealed partial class Condition
{
    /// <summary>Aspect the condition speaks of, in CamelCase, optionally prefixed with a domain.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>Generation of the object the condition was computed from.</summary>
    [Field(3)]
    public long ObservedGeneration { get; set; }

    /// <summary>When the status last changed from one value to another.</summary>
    [Field(4), Required, NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change, in CamelCase.</summary>
    [Field(5), Required]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people; may be empty.</summary>
    [Field(6), Required]
    public string Message { get; set; } = "";
}

/// <summary>Whether a condition holds.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>It could not be determined.</summary>
    public const string Unknown = "Unknown";
}
