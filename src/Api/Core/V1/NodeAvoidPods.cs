using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Pods a node would rather not have, formerly in an annotation.</summary>
[ApiType]
public sealed partial class AvoidPods
{
    /// <summary>The pods.</summary>
    [Field(1), Atomic]
    public List<PreferAvoidPodsEntry>? PreferAvoidPods { get; set; }
}

/// <summary>One sort of pods a node would rather not have.</summary>
[ApiType]
public sealed partial class PreferAvoidPodsEntry
{
    /// <summary>Which pods.</summary>
    [Field(1), Required]
    public PodSignature PodSignature { get; set; } = new();

    /// <summary>When it was noted.</summary>
    [Field(2), NullWhenUnset]
    public DateTimeOffset? EvictionTime { get; set; }

    /// <summary>Why, in CamelCase.</summary>
    [Field(3)]
    public string Reason { get; set; } = "";

    /// <summary>Why, for people.</summary>
    [Field(4)]
    public string Message { get; set; } = "";
}

/// <summary>A sort of pods.</summary>
[ApiType]
public sealed partial class PodSignature
{
    /// <summary>Controller of the pods.</summary>
    [Field(1)]
    public OwnerReference? PodController { get; set; }
}
