namespace Tiphys.Api.Resource.V1;

public sealed partial class ExactDeviceRequest
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(AllocationMode)) AllocationMode = DeviceAllocationMode.ExactCount;
        if (AllocationMode == DeviceAllocationMode.ExactCount && Count == 0) Count = 1;
    }
}

public sealed partial class DeviceSubRequest
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(AllocationMode)) AllocationMode = DeviceAllocationMode.ExactCount;
        if (AllocationMode == DeviceAllocationMode.ExactCount && Count == 0) Count = 1;
    }
}

public sealed partial class NodeAllocatableResourceMapping
{
    partial void OnDefaulting() => AllocationMultiplier ??= new Quantity(1);
}
