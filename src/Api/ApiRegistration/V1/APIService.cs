using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.ApiRegistration.V1;

/// <summary>Has an API group and version served by another server; named version.group.</summary>
[ApiKind("apiregistration.k8s.io", "v1", Resource = "apiservices", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class APIService : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which version of which group, and where.</summary>
    [Field(2)]
    public APIServiceSpec Spec { get; set; } = new();

    /// <summary>Whether it is available.</summary>
    [Field(3)]
    public APIServiceStatus Status { get; set; } = new();
}

/// <summary>Where an API group and version is served.</summary>
[ApiType]
public sealed partial class APIServiceSpec
{
    /// <summary>Service of the server; served by this one when unset.</summary>
    [Field(1)]
    public ServiceReference? Service { get; set; }

    /// <summary>API group.</summary>
    [Field(2)]
    public string Group { get; set; } = "";

    /// <summary>API version.</summary>
    [Field(3)]
    public string Version { get; set; } = "";

    /// <summary>Does not verify the server's certificate.</summary>
    [Field(4)]
    public bool InsecureSkipTLSVerify { get; set; }

    /// <summary>Certificate authorities to trust, PEM.</summary>
    [Field(5), Atomic]
    public byte[]? CaBundle { get; set; }

    /// <summary>Order of the group among others; higher comes first.</summary>
    [Field(7), Required]
    public int GroupPriorityMinimum { get; set; }

    /// <summary>Order of the version within the group; higher comes first.</summary>
    [Field(8), Required]
    public int VersionPriority { get; set; }
}

/// <summary>A service of the cluster.</summary>
[ApiType]
public sealed partial class ServiceReference
{
    /// <summary>Namespace of the service.</summary>
    [Field(1)]
    public string Namespace { get; set; } = "";

    /// <summary>Name of the service.</summary>
    [Field(2)]
    public string Name { get; set; } = "";

    /// <summary>Port of the service.</summary>
    [Field(3), Default(443)]
    public int? Port { get; set; }
}

/// <summary>Whether a server is available.</summary>
[ApiType]
public sealed partial class APIServiceStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), ListMap("type"), PatchMerge("type")]
    public List<APIServiceCondition>? Conditions { get; set; }
}

/// <summary>One aspect of an API service's state.</summary>
[ApiType]
public sealed partial class APIServiceCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";
}

/// <summary>Conditions of an API service.</summary>
public static class APIServiceConditionType
{
    /// <summary>The server answers.</summary>
    public const string Available = "Available";
}
