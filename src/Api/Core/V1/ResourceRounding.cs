namespace Tiphys.Api.Core.V1;

/// <summary>Quantities finer than a thousandth are rounded up when an object enters, since nothing can serve them.</summary>
internal static class ResourceRounding
{
    public static void RoundUp(Dictionary<string, Quantity>? resources)
    {
        if (resources is null) return;
        List<(string Name, Quantity Rounded)>? changes = null;
        foreach (var (name, quantity) in resources)
        {
            // Only these spellings can be so fine, and hardly any quantity has one of them.
            if (quantity.ToString().AsSpan().IndexOfAny("nue.E") < 0) continue;
            var milli = quantity.Amount * 1000;
            if (decimal.Ceiling(milli) != milli) (changes ??= []).Add((name, Quantity.FromMilli((long)decimal.Ceiling(milli))));
        }

        if (changes is null) return;
        foreach (var (name, rounded) in changes) resources[name] = rounded;
    }
}

public sealed partial class ResourceRequirements
{
    partial void OnDefaulting()
    {
        ResourceRounding.RoundUp(Limits);
        ResourceRounding.RoundUp(Requests);
    }
}

public sealed partial class VolumeResourceRequirements
{
    partial void OnDefaulting()
    {
        ResourceRounding.RoundUp(Limits);
        ResourceRounding.RoundUp(Requests);
    }
}

public sealed partial class PersistentVolumeClaimStatus
{
    partial void OnDefaulting()
    {
        ResourceRounding.RoundUp(Capacity);
        ResourceRounding.RoundUp(AllocatedResources);
    }
}

public sealed partial class ResourceQuotaSpec
{
    partial void OnDefaulting() => ResourceRounding.RoundUp(Hard);
}

public sealed partial class ResourceQuotaStatus
{
    partial void OnDefaulting()
    {
        ResourceRounding.RoundUp(Hard);
        ResourceRounding.RoundUp(Used);
    }
}

public sealed partial class ContainerStatus
{
    partial void OnDefaulting() => ResourceRounding.RoundUp(AllocatedResources);
}
