using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A room for names of objects.</summary>
[ApiKind("", "v1", Resource = "namespaces", Namespaced = false, ShortNames = ["ns"])]
public sealed partial class Namespace : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What has to happen before the namespace goes.</summary>
    [Field(2)]
    public NamespaceSpec Spec { get; set; } = new();

    /// <summary>Where the namespace is in its life.</summary>
    [Field(3)]
    public NamespaceStatus Status { get; set; } = new();
}

/// <summary>What has to happen before a namespace goes.</summary>
[ApiType]
public sealed partial class NamespaceSpec
{
    /// <summary>Who must finish before the namespace is removed.</summary>
    [Field(1), Atomic]
    public List<string>? Finalizers { get; set; }
}

/// <summary>Finalizers in a namespace's spec.</summary>
public static class FinalizerName
{
    /// <summary>The namespace controller, which deletes the content.</summary>
    public const string Kubernetes = "kubernetes";
}

/// <summary>Where a namespace is in its life.</summary>
[ApiType]
public sealed partial class NamespaceStatus
{
    /// <summary>Whether it is active.</summary>
    [Field(1), OneOf(typeof(NamespacePhase)), Default(NamespacePhase.Active)]
    public string Phase { get; set; } = "";

    /// <summary>How its deletion goes.</summary>
    [Field(2), ListMap("type"), PatchMerge("type")]
    public List<NamespaceCondition>? Conditions { get; set; }
}

/// <summary>Where a namespace is in its life.</summary>
public static class NamespacePhase
{
    /// <summary>In use.</summary>
    public const string Active = "Active";

    /// <summary>On its way out.</summary>
    public const string Terminating = "Terminating";
}

/// <summary>One aspect of a namespace's deletion.</summary>
[ApiType]
public sealed partial class NamespaceCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(4), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(5)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(6)]
    public string Message { get; set; } = "";
}

/// <summary>Conditions of a namespace's deletion.</summary>
public static class NamespaceConditionType
{
    /// <summary>Discovery failed, so content may be left.</summary>
    public const string NamespaceDeletionDiscoveryFailure = "NamespaceDeletionDiscoveryFailure";

    /// <summary>Deleting content failed.</summary>
    public const string NamespaceDeletionContentFailure = "NamespaceDeletionContentFailure";

    /// <summary>A group version could not be parsed.</summary>
    public const string NamespaceDeletionGroupVersionParsingFailure = "NamespaceDeletionGroupVersionParsingFailure";

    /// <summary>Content is left.</summary>
    public const string NamespaceContentRemaining = "NamespaceContentRemaining";

    /// <summary>Content is left that waits for finalizers.</summary>
    public const string NamespaceFinalizersRemaining = "NamespaceFinalizersRemaining";
}
