using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of endpoints.</summary>
internal static class EndpointsValidation
{
    public static KindRules<Endpoints> Rules { get; } = new(static (item, errors) =>
    {
        for (var i = 0; i < (item.Subsets?.Count ?? 0); i++) Subset(item.Subsets![i], FieldPath.Of("subsets")[i], errors);
    });

    private static void Subset(EndpointSubset subset, FieldPath path, FieldErrors errors)
    {
        if (subset.Addresses is not { Count: > 0 } && subset.NotReadyAddresses is not { Count: > 0 }) errors.Required(path, "must specify `addresses` or `notReadyAddresses`");
        Addresses(subset.Addresses, path["addresses"], errors);
        Addresses(subset.NotReadyAddresses, path["notReadyAddresses"], errors);
        for (var i = 0; i < (subset.Ports?.Count ?? 0); i++)
        {
            var port = subset.Ports![i];
            var at = path["ports"][i];
            if (port.Name.Length > 0) errors.Invalid(at["name"], port.Name, Names.LabelErrors(port.Name));
            else if (subset.Ports.Count > 1) errors.Required(at["name"]);
            PortRules.Number(port.Port, at["port"], errors);
            FieldRules.OneOf(port.Protocol, PortRules.Protocols, at["protocol"], errors);
            if (port.AppProtocol is { } protocol) errors.Invalid(at["appProtocol"], protocol, LabelSyntax.KeyErrors(protocol));
        }
    }

    private static void Addresses(List<EndpointAddress>? addresses, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (addresses?.Count ?? 0); i++)
        {
            var address = addresses![i];
            AddressRules.LooseAddress(address.IP, path[i]["ip"], errors);
            FieldRules.OptionalName(address.Hostname, Names.LabelErrors, path[i]["hostname"], errors);
            if (address.NodeName is { } node) errors.Invalid(path[i]["nodeName"], node, Names.SubdomainErrors(node));
            EndpointAddressRules.Endpoint(address.IP, path[i]["ip"], errors);
        }
    }
}
