using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of quantities of bytes that are no whole bytes: a memory limit of "100m" is a tenth of a byte.</summary>
internal static class QuantityWarnings
{
    /// <summary>Warns of one of a map's quantities, if it is there.</summary>
    public static IEnumerable<string> Bytes(IReadOnlyDictionary<string, Quantity>? quantities, string name, FieldPath path)
    {
        if (quantities is not null && quantities.TryGetValue(name, out var quantity) && quantity.MilliValue % 1000 != 0)
            yield return $"{path.Key(name)}: fractional byte value \"{quantity}\" is invalid, must be an integer";
    }

    /// <summary>Warns of the storage a claim asks for.</summary>
    public static IEnumerable<string> Claim(PersistentVolumeClaimSpec spec, FieldPath path) =>
        [.. Bytes(spec.Resources.Requests, ResourceName.Storage, path["resources"]["requests"]), .. Bytes(spec.Resources.Limits, ResourceName.Storage, path["resources"]["limits"])];

    /// <summary>Warns of the memory and the storage of a container.</summary>
    public static IEnumerable<string> Container(ResourceRequirements resources, FieldPath path) =>
        from name in new[] { ResourceName.Memory, ResourceName.EphemeralStorage }
        from side in new[] { (Quantities: resources.Limits, Name: "limits"), (Quantities: resources.Requests, Name: "requests") }
        from text in Bytes(side.Quantities, name, path[side.Name])
        select text;
}
