using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Scheduling.V1;

/// <summary>Gives a name to a priority of pods.</summary>
[ApiKind("scheduling.k8s.io", "v1", Resource = "priorityclasses", Namespaced = false, ShortNames = ["pc"])]
public sealed partial class PriorityClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The priority; higher comes first. User classes stay at or below 1000000000.</summary>
    [Field(2), AlwaysShown]
    public int Value { get; set; }

    /// <summary>Makes it the class of pods that name none; only one should be.</summary>
    [Field(3)]
    public bool GlobalDefault { get; set; }

    /// <summary>What the class is for.</summary>
    [Field(4)]
    public string Description { get; set; } = "";

    /// <summary>Whether pods of the class may push out others.</summary>
    [Field(5), OneOf(typeof(PreemptionPolicy)), Default(Core.V1.PreemptionPolicy.PreemptLowerPriority)]
    public string? PreemptionPolicy { get; set; }
}
