using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Resource.V1;

/// <summary>What was allocated to a claim, and who uses it.</summary>
[ApiType]
public sealed partial class ResourceClaimStatus
{
    /// <summary>What was allocated; nothing when unset.</summary>
    [Field(1)]
    public AllocationResult? Allocation { get; set; }

    /// <summary>Who uses the claim, at most 256.</summary>
    [Field(2), ListMap("uid"), PatchMerge("uid")]
    public List<ResourceClaimConsumerReference>? ReservedFor { get; set; }

    /// <summary>State of the devices, as their drivers report it.</summary>
    [Field(4), ListMap("driver", "device", "pool", "shareID")]
    public List<AllocatedDeviceStatus>? Devices { get; set; }
}

/// <summary>Points to a user of a claim, as a rule a pod.</summary>
[ApiType]
public sealed partial class ResourceClaimConsumerReference
{
    /// <summary>API group; empty for the core group.</summary>
    [Field(1)]
    public string ApiGroup { get; set; } = "";

    /// <summary>Resource, such as pods.</summary>
    [Field(3), Required]
    public string Resource { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(4), Required]
    public string Name { get; set; } = "";

    /// <summary>Identity of the object.</summary>
    [Field(5), Required]
    public string Uid { get; set; } = "";
}

/// <summary>What was allocated.</summary>
[ApiType]
public sealed partial class AllocationResult
{
    /// <summary>The devices.</summary>
    [Field(1)]
    public DeviceAllocationResult Devices { get; set; } = new();

    /// <summary>Nodes that can use them; all when unset.</summary>
    [Field(3)]
    public NodeSelector? NodeSelector { get; set; }

    /// <summary>When they were allocated.</summary>
    [Field(5)]
    public DateTimeOffset? AllocationTimestamp { get; set; }
}

/// <summary>Devices that were allocated.</summary>
[ApiType]
public sealed partial class DeviceAllocationResult
{
    /// <summary>The devices.</summary>
    [Field(1), Atomic]
    public List<DeviceRequestAllocationResult>? Results { get; set; }

    /// <summary>Settings for their drivers, from class and claim.</summary>
    [Field(2), Atomic]
    public List<DeviceAllocationConfiguration>? Config { get; set; }
}

/// <summary>A device that was allocated.</summary>
[ApiType]
public sealed partial class DeviceRequestAllocationResult
{
    /// <summary>Request it was allocated for; REQUEST/CHOICE where there were choices.</summary>
    [Field(1), Required]
    public string Request { get; set; } = "";

    /// <summary>Driver of the device.</summary>
    [Field(2), Required]
    public string Driver { get; set; } = "";

    /// <summary>Pool of the device.</summary>
    [Field(3), Required]
    public string Pool { get; set; } = "";

    /// <summary>Name of the device in its pool.</summary>
    [Field(4), Required]
    public string Device { get; set; } = "";

    /// <summary>It was allocated for administration.</summary>
    [Field(5)]
    public bool? AdminAccess { get; set; }

    /// <summary>Device taints that are put up with.</summary>
    [Field(6), Atomic]
    public List<DeviceToleration>? Tolerations { get; set; }

    /// <summary>Conditions that must hold before the pod is bound.</summary>
    [Field(7), Atomic]
    public List<string>? BindingConditions { get; set; }

    /// <summary>Conditions that make binding fail.</summary>
    [Field(8), Atomic]
    public List<string>? BindingFailureConditions { get; set; }

    /// <summary>Identity of this share of a device that several claims use.</summary>
    [Field(9)]
    public string? ShareID { get; set; }

    /// <summary>Capacity that is taken of the device.</summary>
    [Field(10)]
    public Dictionary<string, Quantity>? ConsumedCapacity { get; set; }
}

/// <summary>Settings for the drivers of some requests.</summary>
[ApiType]
[EmbedsBase(3, After = 2)]
public sealed partial class DeviceAllocationConfiguration : DeviceConfiguration
{
    /// <summary>Whether they come from the class or the claim.</summary>
    [Field(1), Required, OneOf(typeof(AllocationConfigSource))]
    public string Source { get; set; } = "";

    /// <summary>Requests they are for; all of them when empty.</summary>
    [Field(2), Atomic]
    public List<string>? Requests { get; set; }
}

/// <summary>Where settings come from.</summary>
public static class AllocationConfigSource
{
    /// <summary>The device class.</summary>
    public const string FromClass = "FromClass";

    /// <summary>The claim.</summary>
    public const string FromClaim = "FromClaim";
}

/// <summary>State of an allocated device.</summary>
[ApiType]
public sealed partial class AllocatedDeviceStatus
{
    /// <summary>Driver of the device.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>Pool of the device.</summary>
    [Field(2), Required]
    public string Pool { get; set; } = "";

    /// <summary>Name of the device in its pool.</summary>
    [Field(3), Required]
    public string Device { get; set; } = "";

    /// <summary>Identity of the share, where several claims use the device.</summary>
    [Field(7)]
    public string? ShareID { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(4), Required, ListMap("type")]
    public List<Condition> Conditions { get; set; } = [];

    /// <summary>More about the state, which only the driver understands.</summary>
    [Field(5)]
    public RawJson? Data { get; set; }

    /// <summary>What the device is on the network.</summary>
    [Field(6)]
    public NetworkDeviceData? NetworkData { get; set; }
}

/// <summary>What a device is on the network.</summary>
[ApiType]
public sealed partial class NetworkDeviceData
{
    /// <summary>Name of its interface in the pod.</summary>
    [Field(1)]
    public string InterfaceName { get; set; } = "";

    /// <summary>Its addresses with prefix lengths.</summary>
    [Field(2), Atomic]
    public List<string>? Ips { get; set; }

    /// <summary>Its hardware address.</summary>
    [Field(3)]
    public string HardwareAddress { get; set; } = "";
}
