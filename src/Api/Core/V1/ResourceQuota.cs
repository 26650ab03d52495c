using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>The most a namespace may use.</summary>
[ApiKind("", "v1", Resource = "resourcequotas", ShortNames = ["quota"])]
public sealed partial class ResourceQuota : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The quota.</summary>
    [Field(2)]
    public ResourceQuotaSpec Spec { get; set; } = new();

    /// <summary>What is used of it.</summary>
    [Field(3)]
    public ResourceQuotaStatus Status { get; set; } = new();
}

/// <summary>The most a namespace may use.</summary>
[ApiType]
public sealed partial class ResourceQuotaSpec
{
    /// <summary>Most per resource.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Hard { get; set; }

    /// <summary>Objects that count: those in all of the scopes.</summary>
    [Field(2), OneOf(typeof(ResourceQuotaScope)), Atomic]
    public List<string>? Scopes { get; set; }

    /// <summary>Objects that count, by scope and value.</summary>
    [Field(3)]
    public ScopeSelector? ScopeSelector { get; set; }
}

/// <summary>Objects by scope; all requirements must hold.</summary>
[ApiType]
[Atomic]
public sealed partial class ScopeSelector
{
    /// <summary>The requirements.</summary>
    [Field(1), Atomic]
    public List<ScopedResourceSelectorRequirement>? MatchExpressions { get; set; }
}

/// <summary>A requirement on one scope.</summary>
[ApiType]
public sealed partial class ScopedResourceSelectorRequirement
{
    /// <summary>The scope.</summary>
    [Field(1), Required, OneOf(typeof(ResourceQuotaScope))]
    public string ScopeName { get; set; } = "";

    /// <summary>How the object's value relates to the given ones.</summary>
    [Field(2), Required, OneOf(typeof(ScopeSelectorOperator))]
    public string Operator { get; set; } = "";

    /// <summary>Values for In and NotIn; empty for Exists and DoesNotExist.</summary>
    [Field(3), Atomic]
    public List<string>? Values { get; set; }
}

/// <summary>How a scope relates to values.</summary>
public static class ScopeSelectorOperator
{
    /// <summary>It has one of them.</summary>
    public const string In = "In";

    /// <summary>It has none of them.</summary>
    public const string NotIn = "NotIn";

    /// <summary>It has a value.</summary>
    public const string Exists = "Exists";

    /// <summary>It has no value.</summary>
    public const string DoesNotExist = "DoesNotExist";
}

/// <summary>Sorts of objects a quota counts.</summary>
public static class ResourceQuotaScope
{
    /// <summary>Pods with an active deadline.</summary>
    public const string Terminating = "Terminating";

    /// <summary>Pods without one.</summary>
    public const string NotTerminating = "NotTerminating";

    /// <summary>Pods of best-effort quality of service.</summary>
    public const string BestEffort = "BestEffort";

    /// <summary>Other pods.</summary>
    public const string NotBestEffort = "NotBestEffort";

    /// <summary>Pods of certain priority classes.</summary>
    public const string PriorityClass = "PriorityClass";

    /// <summary>Pods with affinity to other namespaces.</summary>
    public const string CrossNamespacePodAffinity = "CrossNamespacePodAffinity";

    /// <summary>Claims of certain volume attributes classes.</summary>
    public const string VolumeAttributesClass = "VolumeAttributesClass";
}

/// <summary>What is used of a quota.</summary>
[ApiType]
public sealed partial class ResourceQuotaStatus
{
    /// <summary>The quota that is enforced.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Hard { get; set; }

    /// <summary>What is used.</summary>
    [Field(2)]
    public Dictionary<string, Quantity>? Used { get; set; }
}
