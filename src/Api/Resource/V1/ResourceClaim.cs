using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Resource.V1;

/// <summary>A claim on devices, for use by pods.</summary>
[ApiKind("resource.k8s.io", "v1", Resource = "resourceclaims")]
public sealed partial class ResourceClaim : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is wanted; it never changes.</summary>
    [Field(2), Required]
    public ResourceClaimSpec Spec { get; set; } = new();

    /// <summary>What was allocated, and who uses it.</summary>
    [Field(3)]
    public ResourceClaimStatus Status { get; set; } = new();
}

/// <summary>What a claim wants.</summary>
[ApiType]
public sealed partial class ResourceClaimSpec
{
    /// <summary>The devices.</summary>
    [Field(1), Required]
    public DeviceClaim Devices { get; set; } = new();
}

/// <summary>Devices that a claim wants.</summary>
[ApiType]
public sealed partial class DeviceClaim
{
    /// <summary>The single requests; all must be met.</summary>
    [Field(1), Required, Atomic]
    public List<DeviceRequest> Requests { get; set; } = [];

    /// <summary>What the devices must have in common or apart.</summary>
    [Field(2), Atomic]
    public List<DeviceConstraint>? Constraints { get; set; }

    /// <summary>Settings for the drivers.</summary>
    [Field(3), Atomic]
    public List<DeviceClaimConfiguration>? Config { get; set; }
}

/// <summary>One request for devices, either exact or a list of choices.</summary>
[ApiType]
public sealed partial class DeviceRequest
{
    /// <summary>Name of the request, unique in the claim.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>The devices wanted.</summary>
    [Field(2)]
    public ExactDeviceRequest? Exactly { get; set; }

    /// <summary>Choices, of which the first that can be met counts.</summary>
    [Field(3), Atomic]
    public List<DeviceSubRequest>? FirstAvailable { get; set; }
}

/// <summary>Devices that a request wants.</summary>
[ApiType]
public sealed partial class ExactDeviceRequest
{
    /// <summary>Device class of the devices.</summary>
    [Field(1), Required]
    public string DeviceClassName { get; set; } = "";

    /// <summary>What each device must satisfy.</summary>
    [Field(2), Atomic]
    public List<DeviceSelector>? Selectors { get; set; }

    /// <summary>A certain number or all of them.</summary>
    [Field(3)]
    public string AllocationMode { get; set; } = "";

    /// <summary>Number of devices; 1 when unset and a number is wanted.</summary>
    [Field(4)]
    public long Count { get; set; }

    /// <summary>Access for administration, whoever else uses the devices.</summary>
    [Field(5)]
    public bool? AdminAccess { get; set; }

    /// <summary>Device taints that the request puts up with.</summary>
    [Field(6), Atomic]
    public List<DeviceToleration>? Tolerations { get; set; }

    /// <summary>Capacity wanted of each device.</summary>
    [Field(7)]
    public CapacityRequirements? Capacity { get; set; }
}

/// <summary>One choice of a request.</summary>
[ApiType]
public sealed partial class DeviceSubRequest
{
    /// <summary>Name of the choice, unique in the request.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Device class of the devices.</summary>
    [Field(2), Required]
    public string DeviceClassName { get; set; } = "";

    /// <summary>What each device must satisfy.</summary>
    [Field(3), Atomic]
    public List<DeviceSelector>? Selectors { get; set; }

    /// <summary>A certain number or all of them.</summary>
    [Field(4)]
    public string AllocationMode { get; set; } = "";

    /// <summary>Number of devices; 1 when unset and a number is wanted.</summary>
    [Field(5)]
    public long Count { get; set; }

    /// <summary>Device taints that the choice puts up with.</summary>
    [Field(6), Atomic]
    public List<DeviceToleration>? Tolerations { get; set; }

    /// <summary>Capacity wanted of each device.</summary>
    [Field(7)]
    public CapacityRequirements? Capacity { get; set; }
}

/// <summary>How many devices a request wants.</summary>
public static class DeviceAllocationMode
{
    /// <summary>A certain number.</summary>
    public const string ExactCount = "ExactCount";

    /// <summary>All that match.</summary>
    public const string All = "All";
}

/// <summary>Capacity wanted of a device.</summary>
[ApiType]
public sealed partial class CapacityRequirements
{
    /// <summary>Amount per capacity.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Requests { get; set; }
}

/// <summary>What a device must satisfy.</summary>
[ApiType]
public sealed partial class DeviceSelector
{
    /// <summary>A CEL expression.</summary>
    [Field(1)]
    public CELDeviceSelector? Cel { get; set; }
}

/// <summary>A CEL expression on a device.</summary>
[ApiType]
public sealed partial class CELDeviceSelector
{
    /// <summary>Expression, which must yield a boolean; device is the device.</summary>
    [Field(1), Required]
    public string Expression { get; set; } = "";
}

/// <summary>What devices must have in common or apart; one of the attributes is set.</summary>
[ApiType]
public sealed partial class DeviceConstraint
{
    /// <summary>Requests it is for; all of them when empty.</summary>
    [Field(1), Atomic]
    public List<string>? Requests { get; set; }

    /// <summary>Attribute that must be the same on all devices.</summary>
    [Field(2)]
    public string? MatchAttribute { get; set; }

    /// <summary>Attribute that must differ on all devices.</summary>
    [Field(3)]
    public string? DistinctAttribute { get; set; }
}

/// <summary>Settings for a driver.</summary>
[ApiType]
public partial class DeviceConfiguration
{
    /// <summary>Settings that only the driver understands.</summary>
    [Field(1)]
    public OpaqueDeviceConfiguration? Opaque { get; set; }
}

/// <summary>Settings that only a driver understands.</summary>
[ApiType]
public sealed partial class OpaqueDeviceConfiguration
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>The settings.</summary>
    [Field(2), Required]
    public RawJson? Parameters { get; set; }
}

/// <summary>Settings for the drivers of some requests.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
public sealed partial class DeviceClaimConfiguration : DeviceConfiguration
{
    /// <summary>Requests they are for; all of them when empty.</summary>
    [Field(1), Atomic]
    public List<string>? Requests { get; set; }
}

/// <summary>Lets a request take devices with a matching taint.</summary>
[ApiType]
public sealed partial class DeviceToleration
{
    /// <summary>Taint it matches; with Exists, an empty key matches every taint.</summary>
    [Field(1)]
    public string Key { get; set; } = "";

    /// <summary>How key and value match.</summary>
    [Field(2), OneOf(typeof(DeviceTolerationOperator)), Default(DeviceTolerationOperator.Equal)]
    public string Operator { get; set; } = "";

    /// <summary>Value the taint must have, for Equal.</summary>
    [Field(3)]
    public string Value { get; set; } = "";

    /// <summary>Effect to match; every effect when empty.</summary>
    [Field(4), OneOf(typeof(DeviceTaintEffect))]
    public string Effect { get; set; } = "";

    /// <summary>Seconds a NoExecute taint is put up with; forever when unset.</summary>
    [Field(5)]
    public long? TolerationSeconds { get; set; }
}

/// <summary>How a toleration matches a taint.</summary>
public static class DeviceTolerationOperator
{
    /// <summary>The taint is there, whatever its value.</summary>
    public const string Exists = "Exists";

    /// <summary>The taint has the same value.</summary>
    public const string Equal = "Equal";
}

/// <summary>A template for claims that are made for pods.</summary>
[ApiKind("resource.k8s.io", "v1", Resource = "resourceclaimtemplates")]
public sealed partial class ResourceClaimTemplate : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The claims to make; it never changes.</summary>
    [Field(2), Required]
    public ResourceClaimTemplateSpec Spec { get; set; } = new();
}

/// <summary>Metadata and spec of the claims to be made.</summary>
[ApiType]
public sealed partial class ResourceClaimTemplateSpec
{
    /// <summary>Labels and annotations of the claims.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Spec of the claims.</summary>
    [Field(2), Required]
    public ResourceClaimSpec Spec { get; set; } = new();
}
