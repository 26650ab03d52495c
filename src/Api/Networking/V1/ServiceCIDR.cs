using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Networking.V1;

/// <summary>Networks from which services get addresses.</summary>
[ApiKind("networking.k8s.io", "v1", Resource = "servicecidrs", Namespaced = false)]
public sealed partial class ServiceCIDR : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The networks.</summary>
    [Field(2)]
    public ServiceCIDRSpec Spec { get; set; } = new();

    /// <summary>Whether they are ready.</summary>
    [Field(3)]
    public ServiceCIDRStatus Status { get; set; } = new();
}

/// <summary>Networks from which services get addresses.</summary>
[ApiType]
public sealed partial class ServiceCIDRSpec
{
    /// <summary>One network per family; they only change by adding the other family.</summary>
    [Field(1), Atomic]
    public List<string>? Cidrs { get; set; }
}

/// <summary>Whether networks for services are ready.</summary>
[ApiType]
public sealed partial class ServiceCIDRStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), ListMap("type"), PatchMerge("type")]
    public List<Condition>? Conditions { get; set; }
}

/// <summary>Condition of networks for services and its reason.</summary>
public static class ServiceCIDRCondition
{
    /// <summary>Addresses can be taken.</summary>
    public const string Ready = "Ready";

    /// <summary>Reason: the networks are being deleted.</summary>
    public const string Terminating = "Terminating";
}
