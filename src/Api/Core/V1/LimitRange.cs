using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Bounds and defaults for the resources of a namespace's objects.</summary>
[ApiKind("", "v1", Resource = "limitranges", ShortNames = ["limits"])]
public sealed partial class LimitRange : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The bounds.</summary>
    [Field(2)]
    public LimitRangeSpec Spec { get; set; } = new();
}

/// <summary>Bounds of a limit range.</summary>
[ApiType]
public sealed partial class LimitRangeSpec
{
    /// <summary>Bounds per sort of object.</summary>
    [Field(1), Required, NullWhenUnset, Atomic]
    public List<LimitRangeItem> Limits { get; set; } = [];
}

/// <summary>Bounds for one sort of object.</summary>
[ApiType]
public sealed partial class LimitRangeItem
{
    /// <summary>What the bounds are for.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Most per resource.</summary>
    [Field(2)]
    public Dictionary<string, Quantity>? Max { get; set; }

    /// <summary>Least per resource.</summary>
    [Field(3)]
    public Dictionary<string, Quantity>? Min { get; set; }

    /// <summary>Limit given where none is set.</summary>
    [Field(4)]
    public Dictionary<string, Quantity>? Default { get; set; }

    /// <summary>Request given where none is set.</summary>
    [Field(5)]
    public Dictionary<string, Quantity>? DefaultRequest { get; set; }

    /// <summary>Most by which a limit may exceed its request, as a factor.</summary>
    [Field(6)]
    public Dictionary<string, Quantity>? MaxLimitRequestRatio { get; set; }
}

/// <summary>What bounds are for.</summary>
public static class LimitType
{
    /// <summary>Pods.</summary>
    public const string Pod = "Pod";

    /// <summary>Containers.</summary>
    public const string Container = "Container";

    /// <summary>Persistent volume claims.</summary>
    public const string PersistentVolumeClaim = "PersistentVolumeClaim";
}
