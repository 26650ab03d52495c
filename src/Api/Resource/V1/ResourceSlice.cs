using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Resource.V1;

/// <summary>Devices that a driver has on some nodes.</summary>
[ApiKind("resource.k8s.io", "v1", Resource = "resourceslices", Namespaced = false)]
public sealed partial class ResourceSlice : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The devices.</summary>
    [Field(2), Required]
    public ResourceSliceSpec Spec { get; set; } = new();
}

/// <summary>Devices of one pool, or a part of them.</summary>
[ApiType]
public sealed partial class ResourceSliceSpec
{
    /// <summary>Name of the driver.</summary>
    [Field(1), Required]
    public string Driver { get; set; } = "";

    /// <summary>Pool the devices belong to.</summary>
    [Field(2), Required]
    public ResourcePool Pool { get; set; } = new();

    /// <summary>Node that has the devices.</summary>
    [Field(3)]
    public string? NodeName { get; set; }

    /// <summary>Nodes that can use the devices.</summary>
    [Field(4)]
    public NodeSelector? NodeSelector { get; set; }

    /// <summary>All nodes can use the devices.</summary>
    [Field(5)]
    public bool? AllNodes { get; set; }

    /// <summary>The devices, at most 128.</summary>
    [Field(6), Atomic]
    public List<Device>? Devices { get; set; }

    /// <summary>Each device says itself which nodes can use it.</summary>
    [Field(7)]
    public bool? PerDeviceNodeSelection { get; set; }

    /// <summary>Counters that devices take from.</summary>
    [Field(8), Atomic]
    public List<CounterSet>? SharedCounters { get; set; }
}

/// <summary>A pool of devices, which may take several slices.</summary>
[ApiType]
public sealed partial class ResourcePool
{
    /// <summary>Name of the pool.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Number that grows when the pool changes; slices of lesser ones do not count.</summary>
    [Field(2), Required]
    public long Generation { get; set; }

    /// <summary>Number of slices in the pool at this generation.</summary>
    [Field(3), Required]
    public long ResourceSliceCount { get; set; }
}

/// <summary>Counters that several devices take from.</summary>
[ApiType]
public sealed partial class CounterSet
{
    /// <summary>Name of the set.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Counters by name.</summary>
    [Field(2)]
    public Dictionary<string, Counter>? Counters { get; set; }
}

/// <summary>How much there is of something.</summary>
[ApiType]
public sealed partial class Counter
{
    /// <summary>The amount.</summary>
    [Field(1), Required]
    public Quantity Value { get; set; }
}

/// <summary>A device.</summary>
[ApiType]
public sealed partial class Device
{
    /// <summary>Name of the device, unique in its pool.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Facts about the device, by name.</summary>
    [Field(2)]
    public Dictionary<string, DeviceAttribute>? Attributes { get; set; }

    /// <summary>Capacities of the device, by name.</summary>
    [Field(3)]
    public Dictionary<string, DeviceCapacity>? Capacity { get; set; }

    /// <summary>What the device takes from counters.</summary>
    [Field(4), Atomic]
    public List<DeviceCounterConsumption>? ConsumesCounters { get; set; }

    /// <summary>Node that has the device.</summary>
    [Field(5)]
    public string? NodeName { get; set; }

    /// <summary>Nodes that can use the device.</summary>
    [Field(6)]
    public NodeSelector? NodeSelector { get; set; }

    /// <summary>All nodes can use the device.</summary>
    [Field(7)]
    public bool? AllNodes { get; set; }

    /// <summary>Taints of the device, at most 16.</summary>
    [Field(8), Atomic]
    public List<DeviceTaint>? Taints { get; set; }

    /// <summary>An allocation binds the claim to the node of the pod.</summary>
    [Field(9)]
    public bool? BindsToNode { get; set; }

    /// <summary>Conditions that must hold before the pod is bound.</summary>
    [Field(10), Atomic]
    public List<string>? BindingConditions { get; set; }

    /// <summary>Conditions that make binding fail.</summary>
    [Field(11), Atomic]
    public List<string>? BindingFailureConditions { get; set; }

    /// <summary>Several claims may use the device at a time.</summary>
    [Field(12)]
    public bool? AllowMultipleAllocations { get; set; }

    /// <summary>Node resources the device takes, by resource.</summary>
    [Field(13)]
    public Dictionary<string, NodeAllocatableResourceMapping>? NodeAllocatableResourceMappings { get; set; }
}

/// <summary>How much of a node's resource a device takes.</summary>
[ApiType]
public sealed partial class NodeAllocatableResourceMapping
{
    /// <summary>Capacity of the device that counts; the device itself when unset.</summary>
    [Field(1)]
    public string? CapacityKey { get; set; }

    /// <summary>Amount per unit; 1 when unset.</summary>
    [Field(2)]
    public Quantity? AllocationMultiplier { get; set; }
}

/// <summary>What a device takes from counters.</summary>
[ApiType]
public sealed partial class DeviceCounterConsumption
{
    /// <summary>Name of the set.</summary>
    [Field(1), Required]
    public string CounterSet { get; set; } = "";

    /// <summary>Amounts by counter.</summary>
    [Field(2)]
    public Dictionary<string, Counter>? Counters { get; set; }
}

/// <summary>A capacity of a device.</summary>
[ApiType]
public sealed partial class DeviceCapacity
{
    /// <summary>The amount.</summary>
    [Field(1), Required]
    public Quantity Value { get; set; }

    /// <summary>What claims may ask of it; all of it, unless the device is shared, when unset.</summary>
    [Field(2)]
    public CapacityRequestPolicy? RequestPolicy { get; set; }
}

/// <summary>What claims may ask of a capacity.</summary>
[ApiType]
public sealed partial class CapacityRequestPolicy
{
    /// <summary>Amount for claims that ask for none.</summary>
    [Field(1), Required]
    public Quantity? Default { get; set; }

    /// <summary>Amounts that are allowed; requests are rounded up to one.</summary>
    [Field(3), Atomic]
    public List<Quantity>? ValidValues { get; set; }

    /// <summary>Range of amounts that are allowed.</summary>
    [Field(4)]
    public CapacityRequestPolicyRange? ValidRange { get; set; }
}

/// <summary>A range of amounts.</summary>
[ApiType]
public sealed partial class CapacityRequestPolicyRange
{
    /// <summary>Least amount.</summary>
    [Field(1)]
    public Quantity? Min { get; set; }

    /// <summary>Most amount.</summary>
    [Field(2)]
    public Quantity? Max { get; set; }

    /// <summary>Step between amounts, from the least on.</summary>
    [Field(3)]
    public Quantity? Step { get; set; }
}

/// <summary>A fact about a device; exactly one is set.</summary>
[ApiType]
public sealed partial class DeviceAttribute
{
    /// <summary>A number.</summary>
    [Field(2)]
    public long? Int { get; set; }

    /// <summary>True or false.</summary>
    [Field(3)]
    public bool? Bool { get; set; }

    /// <summary>Text of at most 64 characters.</summary>
    [Field(4)]
    public string? String { get; set; }

    /// <summary>A semantic version.</summary>
    [Field(5)]
    public string? Version { get; set; }

    /// <summary>Numbers.</summary>
    [Field(6), Atomic]
    public List<long>? Ints { get; set; }

    /// <summary>Values true or false.</summary>
    [Field(7), Atomic]
    public List<bool>? Bools { get; set; }

    /// <summary>Texts.</summary>
    [Field(8), Atomic]
    public List<string>? Strings { get; set; }

    /// <summary>Semantic versions.</summary>
    [Field(9), Atomic]
    public List<string>? Versions { get; set; }
}

/// <summary>Keeps claims off a device unless they tolerate it.</summary>
[ApiType]
public sealed partial class DeviceTaint
{
    /// <summary>Key of the taint.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>Value of the taint.</summary>
    [Field(2)]
    public string Value { get; set; } = "";

    /// <summary>What happens to claims and pods that do not tolerate it.</summary>
    [Field(3), Required, OneOf(typeof(DeviceTaintEffect))]
    public string Effect { get; set; } = "";

    /// <summary>When the taint was added.</summary>
    [Field(4)]
    public DateTimeOffset? TimeAdded { get; set; }
}

/// <summary>What happens to claims and pods that do not tolerate a taint.</summary>
public static class DeviceTaintEffect
{
    /// <summary>Nothing; it only informs.</summary>
    public const string None = "None";

    /// <summary>The device is not allocated.</summary>
    public const string NoSchedule = "NoSchedule";

    /// <summary>The device is not allocated, and pods that use it are evicted.</summary>
    public const string NoExecute = "NoExecute";
}
