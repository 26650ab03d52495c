namespace Tiphys.Api.Core.V1;

public sealed partial class NodeSpec
{
    // One network was there before there could be two; old and new clients read and write one field each.
    partial void OnDefaulting()
    {
        if (PodCIDR.Length > 0 && (PodCIDRs is not { Count: > 0 } || PodCIDRs[0] != PodCIDR)) PodCIDRs = [PodCIDR];
        else if (PodCIDR.Length == 0 && PodCIDRs is [var first, ..]) PodCIDR = first;
    }
}
