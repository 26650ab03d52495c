using System.Net;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Source;

/// <summary>Makes DNS entries of API objects.</summary>
internal static class ServiceTranslator
{
    private const string None = "None";

    // SRV records are all that needs a port's number; without any port the addresses must still be found.
    private static readonly PortEntry[] NoPorts = [new("", "", null)];

    /// <summary>The service a slice belongs to; null when it says none.</summary>
    public static ServiceKey? KeyOf(EndpointSlice slice) =>
        slice.Metadata.Labels is { } labels && labels.TryGetValue(EndpointSliceLabels.ServiceName, out var name) && name.Length > 0
            ? new ServiceKey(slice.Metadata.Namespace, name)
            : null;

    /// <summary>A service with its slices as DNS sees them.</summary>
    public static ServiceEntry Translate(Service service, IEnumerable<EndpointSlice> slices)
    {
        var key = new ServiceKey(service.Metadata.Namespace, service.Metadata.Name);
        if (service.Spec.Type == ServiceType.ExternalName)
            return new ServiceEntry(key, [], [], []) { ExternalName = service.Spec.ExternalName };

        var addresses = service.Spec.ClusterIPs is { Count: > 0 } all ? all : [service.Spec.ClusterIP];
        var headless = addresses[0] == None;
        var clusterIPs = new List<IPAddress>();
        foreach (var text in addresses)
        {
            if (!headless && IPAddress.TryParse(text, out var address))
                clusterIPs.Add(address);
        }
        PortEntry[] ports = service.Spec.Ports is { Count: > 0 } given
            ? [.. given.Select(p => new PortEntry(p.Name ?? "", p.Protocol ?? Protocol.Tcp, (ushort)p.Port))]
            : NoPorts;
        return new ServiceEntry(key, clusterIPs, ports, Endpoints(slices)) { IsHeadless = headless };
    }

    private static List<EndpointEntry> Endpoints(IEnumerable<EndpointSlice> slices)
    {
        var endpoints = new List<EndpointEntry>();
        // Slices come in no order; answers should not change with it.
        foreach (var slice in slices.OrderBy(s => s.Metadata.Name, StringComparer.Ordinal))
        {
            if (slice.AddressType == AddressType.Fqdn)
                continue;
            PortEntry[] ports = slice.Ports is { Count: > 0 } given
                ? [.. given.Select(p => new PortEntry(p.Name ?? "", p.Protocol ?? Protocol.Tcp, (ushort?)p.Port))]
                : NoPorts;
            foreach (var endpoint in slice.Endpoints)
            {
                // Not saying counts as ready; unready ones to be published are marked ready by whoever writes the slice.
                if (endpoint.Conditions?.Ready == false)
                    continue;
                foreach (var text in endpoint.Addresses)
                {
                    if (IPAddress.TryParse(text, out var address))
                        endpoints.Add(new EndpointEntry(Label(endpoint.Hostname, text), address, ports));
                }
            }
        }
        return endpoints;
    }

    private static string Label(string? hostname, string address) =>
        string.IsNullOrEmpty(hostname) ? address.Replace('.', '-').Replace(':', '-') : hostname;
}
