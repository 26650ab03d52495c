using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Health of a part of the control plane; deprecated.</summary>
[ApiKind("", "v1", Resource = "componentstatuses", Namespaced = false, ShortNames = ["cs"])]
public sealed partial class ComponentStatus : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Aspects of the health.</summary>
    [Field(2), ListMap("type"), PatchMerge("type")]
    public List<ComponentCondition>? Conditions { get; set; }
}

/// <summary>One aspect of a component's health.</summary>
[ApiType]
public sealed partial class ComponentCondition
{
    /// <summary>Aspect the condition speaks of: Healthy.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>What the check said.</summary>
    [Field(3)]
    public string Message { get; set; } = "";

    /// <summary>Error code of the check.</summary>
    [Field(4)]
    public string Error { get; set; } = "";
}

/// <summary>Conditions of a component.</summary>
public static class ComponentConditionType
{
    /// <summary>The component is healthy.</summary>
    public const string Healthy = "Healthy";
}
