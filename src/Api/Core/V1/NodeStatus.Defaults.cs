namespace Tiphys.Api.Core.V1;

public sealed partial class NodeStatus
{
    partial void OnDefaulting()
    {
        ResourceRounding.RoundUp(Capacity);
        ResourceRounding.RoundUp(Allocatable);
        if (Allocatable is null && Capacity is not null) Allocatable = new(Capacity, StringComparer.Ordinal);
    }
}
