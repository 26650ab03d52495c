using Tiphys.Api;
using Tiphys.Api.Discovery.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of endpoint slices.</summary>
internal static class EndpointSliceValidation
{
    private const int MostEndpoints = 1000;
    private const int MostAddresses = 100;
    private const int MostPorts = 20000;
    private const int MostTopologies = 16;
    private const int MostHints = 8;
    private static readonly string[] s_types = ["FQDN", "IPv4", "IPv6"];

    public static KindRules<EndpointSlice> Rules { get; } = new(Validate)
    {
        Wanted = static s => new EndpointSlice { AddressType = s.AddressType, Endpoints = s.Endpoints, Ports = s.Ports },
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.AddressType, old.AddressType, FieldPath.Of("addressType"), errors);
        },
    };

    private static void Validate(EndpointSlice slice, FieldErrors errors)
    {
        FieldRules.OneOf(slice.AddressType, s_types, FieldPath.Of("addressType"), errors);
        Endpoints(slice.Endpoints, slice.AddressType, FieldPath.Of("endpoints"), errors);
        Ports(slice.Ports ?? [], FieldPath.Of("ports"), errors);
    }

    private static void Endpoints(List<Endpoint> endpoints, string type, FieldPath path, FieldErrors errors)
    {
        if (endpoints.Count > MostEndpoints)
        {
            errors.TooMany(path, endpoints.Count, MostEndpoints);
            return;
        }

        for (var i = 0; i < endpoints.Count; i++)
        {
            var endpoint = endpoints[i];
            var at = path[i];
            if (endpoint.Addresses.Count == 0) errors.Required(at["addresses"], "must contain at least 1 address");
            else if (endpoint.Addresses.Count > MostAddresses) errors.TooMany(at["addresses"], endpoint.Addresses.Count, MostAddresses);
            for (var j = 0; j < endpoint.Addresses.Count; j++) Address(endpoint.Addresses[j], type, at["addresses"], at["addresses"][j], errors);
            if (endpoint.NodeName is { } node) errors.Invalid(at["nodeName"], node, Names.SubdomainErrors(node));
            if (endpoint.DeprecatedTopology?.Count > MostTopologies) errors.TooMany(at["deprecatedTopology"], endpoint.DeprecatedTopology.Count, MostTopologies);
            MetadataValidation.Labels(endpoint.DeprecatedTopology, at["deprecatedTopology"], errors);
            if (endpoint.Hostname is { } host) errors.Invalid(at["hostname"], host, Names.LabelErrors(host));
            Hints(endpoint.Hints?.ForZones?.ConvertAll(static z => z.Name), LabelSyntax.ValueErrors, at["hints"]["forZones"], errors);
            Hints(endpoint.Hints?.ForNodes?.ConvertAll(static n => n.Name), Names.SubdomainErrors, at["hints"]["forNodes"], errors);
        }
    }

    private static void Address(string address, string type, FieldPath list, FieldPath path, FieldErrors errors)
    {
        if (type == "FQDN")
        {
            FieldRules.DomainName(address, path, errors);
            return;
        }

        if (type is not ("IPv4" or "IPv6")) return;
        var before = errors.Count;
        if (type == "IPv4") AddressRules.LooseAddress(address, path, errors);
        else if (AddressRules.AddressError(address) is { } error) errors.Invalid(path, address, error);
        if (errors.Count > before) return;
        if (address.Contains(':', StringComparison.Ordinal) != (type == "IPv6")) errors.Invalid(list, address, $"must be an {type} address");
        EndpointAddressRules.Endpoint(address, path, errors);
    }

    private static void Ports(List<EndpointPort> ports, FieldPath path, FieldErrors errors)
    {
        if (ports.Count > MostPorts)
        {
            errors.TooMany(path, ports.Count, MostPorts);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var name = ports[i].Name ?? "";
            FieldRules.OptionalName(name, Names.LabelErrors, path[i]["name"], errors);
            if (!names.Add(name)) errors.Duplicate(path[i]["name"], name);
            if (ports[i].Protocol is not { } protocol) errors.Required(path[i]["protocol"]);
            else FieldRules.Supported(protocol, PortRules.Protocols, path[i]["protocol"], errors);
            if (ports[i].AppProtocol is { } application) errors.Invalid(path[i]["appProtocol"], application, LabelSyntax.KeyErrors(application));
        }
    }

    private static void Hints(List<string>? hints, Func<string, IReadOnlyList<string>> rule, FieldPath path, FieldErrors errors)
    {
        if (hints?.Count > MostHints)
        {
            errors.TooMany(path, hints.Count, MostHints);
            return;
        }

        for (var i = 0; i < (hints?.Count ?? 0); i++)
        {
            if (hints!.IndexOf(hints[i]) < i) errors.Duplicate(path[i]["name"], hints[i]);
            errors.Invalid(path[i]["name"], hints[i], rule(hints[i]));
        }
    }
}
