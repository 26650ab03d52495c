using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Autoscaling.V1;

/// <summary>The size of something that can be scaled, the same for every kind.</summary>
[ApiKind("autoscaling", "v1")]
public sealed partial class Scale : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Size wanted.</summary>
    [Field(2)]
    public ScaleSpec Spec { get; set; } = new();

    /// <summary>Size there is.</summary>
    [Field(3)]
    public ScaleStatus Status { get; set; } = new();
}

/// <summary>Size wanted.</summary>
[ApiType]
public sealed partial class ScaleSpec
{
    /// <summary>Number of instances wanted.</summary>
    [Field(1), Default(0, Published = true)]
    public int Replicas { get; set; }
}

/// <summary>Size there is.</summary>
[ApiType]
public sealed partial class ScaleStatus
{
    /// <summary>Number of instances.</summary>
    [Field(1), Required]
    public int Replicas { get; set; }

    /// <summary>Label selector of the instances, as text.</summary>
    [Field(2)]
    public string Selector { get; set; } = "";
}
