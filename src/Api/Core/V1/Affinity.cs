using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Where a pod wants to run.</summary>
[ApiType]
public sealed partial class Affinity
{
    /// <summary>Relative to labels of nodes.</summary>
    [Field(1)]
    public NodeAffinity? NodeAffinity { get; set; }

    /// <summary>Near pods of certain labels.</summary>
    [Field(2)]
    public PodAffinity? PodAffinity { get; set; }

    /// <summary>Away from pods of certain labels.</summary>
    [Field(3)]
    public PodAntiAffinity? PodAntiAffinity { get; set; }
}

/// <summary>Draws a pod to nodes.</summary>
[ApiType]
public sealed partial class NodeAffinity
{
    /// <summary>Nodes that may run the pod; later changes of labels do not evict it.</summary>
    [Field(1)]
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    /// <summary>Nodes that are better than others, by sum of weights.</summary>
    [Field(2), Atomic]
    public List<PreferredSchedulingTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>A preference for nodes; an empty term matches none and weighs nothing.</summary>
[ApiType]
public sealed partial class PreferredSchedulingTerm
{
    /// <summary>Weight, 1 to 100.</summary>
    [Field(1), Required]
    public int Weight { get; set; }

    /// <summary>Nodes that get the weight.</summary>
    [Field(2), Required]
    public NodeSelectorTerm Preference { get; set; } = new();
}

/// <summary>Selects nodes: any of the terms has to match.</summary>
[ApiType]
[Atomic]
public sealed partial class NodeSelector
{
    /// <summary>The terms, at least one.</summary>
    [Field(1), Required, Atomic]
    public List<NodeSelectorTerm> NodeSelectorTerms { get; set; } = [];
}

/// <summary>One way to match a node: all requirements hold; an empty term matches no node.</summary>
[ApiType]
[Atomic]
public sealed partial class NodeSelectorTerm
{
    /// <summary>Requirements on labels.</summary>
    [Field(1), Atomic]
    public List<NodeSelectorRequirement>? MatchExpressions { get; set; }

    /// <summary>Requirements on fields; only metadata.name is known.</summary>
    [Field(2), Atomic]
    public List<NodeSelectorRequirement>? MatchFields { get; set; }
}

/// <summary>A requirement on one label or field of a node.</summary>
[ApiType]
public sealed partial class NodeSelectorRequirement
{
    /// <summary>Name of the label or field.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>How it relates to the values.</summary>
    [Field(2), Required, OneOf(typeof(NodeSelectorOperator))]
    public string Operator { get; set; } = "";

    /// <summary>Values: some for In and NotIn, none for Exists and DoesNotExist, one integer for Gt and Lt.</summary>
    [Field(3), Atomic]
    public List<string>? Values { get; set; }
}

/// <summary>How a node's label relates to values.</summary>
public static class NodeSelectorOperator
{
    /// <summary>It is present with one of them.</summary>
    public const string In = "In";

    /// <summary>It is absent or has another.</summary>
    public const string NotIn = "NotIn";

    /// <summary>It is present.</summary>
    public const string Exists = "Exists";

    /// <summary>It is absent.</summary>
    public const string DoesNotExist = "DoesNotExist";

    /// <summary>Read as an integer, it is greater.</summary>
    public const string Gt = "Gt";

    /// <summary>Read as an integer, it is less.</summary>
    public const string Lt = "Lt";
}

/// <summary>Draws a pod to where other pods are.</summary>
[ApiType]
public sealed partial class PodAffinity
{
    /// <summary>Terms that must all hold when the pod is placed.</summary>
    [Field(1), Atomic]
    public List<PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    /// <summary>Terms that make a node better, by sum of weights.</summary>
    [Field(2), Atomic]
    public List<WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>Keeps a pod away from where other pods are.</summary>
[ApiType]
public sealed partial class PodAntiAffinity
{
    /// <summary>Terms none of which may match when the pod is placed.</summary>
    [Field(1), Atomic]
    public List<PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    /// <summary>Terms that make a node worse, by sum of weights.</summary>
    [Field(2), Atomic]
    public List<WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>A weighted preference.</summary>
[ApiType]
public sealed partial class WeightedPodAffinityTerm
{
    /// <summary>Weight, 1 to 100.</summary>
    [Field(1), Required]
    public int Weight { get; set; }

    /// <summary>Pods and domain that get the weight.</summary>
    [Field(2), Required]
    public PodAffinityTerm PodAffinityTerm { get; set; } = new();
}

/// <summary>Pods, and the domain in which they count.</summary>
[ApiType]
public sealed partial class PodAffinityTerm
{
    /// <summary>Labels of the pods; none match when unset.</summary>
    [Field(1)]
    public LabelSelector? LabelSelector { get; set; }

    /// <summary>Namespaces of the pods, joined with those of namespaceSelector; the pod's own when both are unset.</summary>
    [Field(2), Atomic]
    public List<string>? Namespaces { get; set; }

    /// <summary>Label of nodes whose equal values make one domain.</summary>
    [Field(3), Required]
    public string TopologyKey { get; set; } = "";

    /// <summary>Namespaces of the pods by label; an empty selector means all.</summary>
    [Field(4)]
    public LabelSelector? NamespaceSelector { get; set; }

    /// <summary>Labels whose values are taken from the incoming pod and must be equal.</summary>
    [Field(5), Atomic]
    public List<string>? MatchLabelKeys { get; set; }

    /// <summary>Labels whose values are taken from the incoming pod and must differ.</summary>
    [Field(6), Atomic]
    public List<string>? MismatchLabelKeys { get; set; }
}

/// <summary>How evenly pods spread over domains.</summary>
[ApiType]
public sealed partial class TopologySpreadConstraint
{
    /// <summary>Most by which domains may differ in their number of matching pods.</summary>
    [Field(1), Required]
    public int MaxSkew { get; set; }

    /// <summary>Label of nodes whose equal values make one domain.</summary>
    [Field(2), Required]
    public string TopologyKey { get; set; } = "";

    /// <summary>What happens when no node keeps the skew.</summary>
    [Field(3), Required, OneOf(typeof(UnsatisfiableConstraintAction))]
    public string WhenUnsatisfiable { get; set; } = "";

    /// <summary>Pods that count.</summary>
    [Field(4)]
    public LabelSelector? LabelSelector { get; set; }

    /// <summary>Fewest domains; with fewer, the global minimum counts as zero.</summary>
    [Field(5)]
    public int? MinDomains { get; set; }

    /// <summary>Whether nodes outside the pod's affinity and selector count; Honor when unset.</summary>
    [Field(6), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeAffinityPolicy { get; set; }

    /// <summary>Whether nodes with untolerated taints count; Ignore when unset.</summary>
    [Field(7), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeTaintsPolicy { get; set; }

    /// <summary>Labels whose values are taken from the incoming pod to narrow those that count.</summary>
    [Field(8), Atomic]
    public List<string>? MatchLabelKeys { get; set; }
}

/// <summary>What happens when no node keeps a spread constraint.</summary>
public static class UnsatisfiableConstraintAction
{
    /// <summary>The pod waits.</summary>
    public const string DoNotSchedule = "DoNotSchedule";

    /// <summary>The pod goes where the skew is least.</summary>
    public const string ScheduleAnyway = "ScheduleAnyway";
}

/// <summary>Whether a scheduling rule decides which nodes count in a spread.</summary>
public static class NodeInclusionPolicy
{
    /// <summary>All nodes count.</summary>
    public const string Ignore = "Ignore";

    /// <summary>Only nodes the pod could use count.</summary>
    public const string Honor = "Honor";
}

/// <summary>Lets a pod onto nodes with a matching taint.</summary>
[ApiType]
public sealed partial class Toleration
{
    /// <summary>Taint the toleration matches; with Exists, an empty key matches every taint.</summary>
    [Field(1)]
    public string Key { get; set; } = "";

    /// <summary>How key and value match; Equal when empty.</summary>
    [Field(2), OneOf(typeof(TolerationOperator))]
    public string Operator { get; set; } = "";

    /// <summary>Value the taint must have, for Equal, or is compared with, for Lt and Gt.</summary>
    [Field(3)]
    public string Value { get; set; } = "";

    /// <summary>Effect to match; every effect when empty.</summary>
    [Field(4), OneOf(typeof(TaintEffect))]
    public string Effect { get; set; } = "";

    /// <summary>Seconds a NoExecute taint is put up with; forever when unset.</summary>
    [Field(5)]
    public long? TolerationSeconds { get; set; }
}

/// <summary>How a toleration matches a taint.</summary>
public static class TolerationOperator
{
    /// <summary>The taint is there, whatever its value.</summary>
    public const string Exists = "Exists";

    /// <summary>The taint has the same value.</summary>
    public const string Equal = "Equal";

    /// <summary>The taint's value is less, as an integer.</summary>
    public const string Lt = "Lt";

    /// <summary>The taint's value is greater, as an integer.</summary>
    public const string Gt = "Gt";
}

/// <summary>Selects topologies by labels; all must match.</summary>
[ApiType]
[Atomic]
public sealed partial class TopologySelectorTerm
{
    /// <summary>The requirements.</summary>
    [Field(1), Atomic]
    public List<TopologySelectorLabelRequirement>? MatchLabelExpressions { get; set; }
}

/// <summary>A requirement on one label.</summary>
[ApiType]
public sealed partial class TopologySelectorLabelRequirement
{
    /// <summary>Name of the label.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>Values of which one must match.</summary>
    [Field(2), Required, Atomic]
    public List<string> Values { get; set; } = [];
}
