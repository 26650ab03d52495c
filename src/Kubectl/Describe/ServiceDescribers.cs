using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Describe;

/// <summary>Services, with the addresses behind them.</summary>
internal sealed class ServiceDescriber : Describer<Service>
{
    protected override async Task WriteAsync(Service item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var slices = await EndpointTexts.SlicesAsync(item.Metadata.Namespace, item.Metadata.Name, session, cancel);
        var spec = item.Spec;
        writer.Header(item.Metadata);
        writer.Field("Selector", Texts.Labels(spec.Selector));
        writer.Field("Type", spec.Type);
        if (spec.IPFamilyPolicy is { } policy) writer.Field("IP Family Policy", policy);
        writer.Field("IP Families", Texts.Or(string.Join(',', spec.IPFamilies ?? []), Texts.None));
        writer.Field("IP", spec.ClusterIP);
        writer.Field("IPs", Texts.Or(string.Join(',', spec.ClusterIPs ?? []), Texts.None));
        if (spec.ExternalIPs is { Count: > 0 } external) writer.Field("External IPs", string.Join(',', external));
        if (spec.LoadBalancerIP.Length > 0) writer.Field("Desired LoadBalancer IP", spec.LoadBalancerIP);
        if (spec.ExternalName.Length > 0) writer.Field("External Name", spec.ExternalName);
        if (item.Status.LoadBalancer.Ingress is { Count: > 0 } ingress) writer.Field("LoadBalancer Ingress", string.Join(", ", ingress.Select(static i => i.IP.Length == 0 ? i.Hostname : i.IPMode is { } mode ? $"{i.IP} ({mode})" : i.IP)));
        foreach (var port in spec.Ports ?? []) Port(port, slices, writer);
        writer.Field("Session Affinity", spec.SessionAffinity);
        if (spec.ExternalTrafficPolicy.Length > 0) writer.Field("External Traffic Policy", spec.ExternalTrafficPolicy);
        if (spec.InternalTrafficPolicy is { } traffic) writer.Field("Internal Traffic Policy", traffic);
        if (spec.HealthCheckNodePort != 0) writer.Field("HealthCheck NodePort", spec.HealthCheckNodePort);
        if (spec.LoadBalancerSourceRanges is { Count: > 0 } ranges) writer.Field("LoadBalancer Source Ranges", string.Join(',', ranges));
        if (spec.TrafficDistribution is { } distribution) writer.Field("Traffic Distribution", distribution);
    }

    private static void Port(ServicePort port, List<EndpointSlice> slices, DescriptionWriter writer)
    {
        var name = Texts.Or(port.Name, Texts.Unset);
        writer.Field("Port", $"{name}\t{port.Port}/{port.Protocol}");
        writer.Field("TargetPort", $"{port.TargetPort}/{port.Protocol}");
        if (port.AppProtocol is { } protocol) writer.Field("AppProtocol", protocol);
        if (port.NodePort != 0) writer.Field("NodePort", $"{name}\t{port.NodePort}/{port.Protocol}");
        writer.Field("Endpoints", EndpointTexts.Of(slices, port.Name));
    }
}

/// <summary>The addresses behind a service's port, a few of them.</summary>
internal static class EndpointTexts
{
    private const int Most = 3;

    public static async Task<List<EndpointSlice>> SlicesAsync(string ns, string service, DescribeSession session, CancellationToken cancel)
    {
        try
        {
            return await session.ListAsync<EndpointSlice>(ns, $"{EndpointSliceLabels.ServiceName}={service}", "", cancel);
        }
        catch (ApiException)
        {
            return [];
        }
    }

    public static string Of(List<EndpointSlice> slices, string port)
    {
        if (slices.Count == 0) return Texts.None;
        var all = slices.SelectMany(s => s.Ports.Count == 0
            ? Ready(s).Select(static e => e.Addresses[0])
            : s.Ports.Where(p => (p.Name ?? "") == port).SelectMany(p => Ready(s).Select(e => Join(e.Addresses[0], p.Port ?? 0)))).ToList();
        var shown = string.Join(',', all.Take(Most));
        return all.Count > Most ? string.Create(CultureInfo.InvariantCulture, $"{shown} + {all.Count - Most} more...") : shown;
    }

    private static IEnumerable<Endpoint> Ready(EndpointSlice slice) => slice.Endpoints.Where(static e => e.Conditions.Ready != false && e.Addresses.Count > 0);

    private static string Join(string address, int port) => string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}");
}

/// <summary>Endpoints.</summary>
internal sealed class EndpointsDescriber : Describer<Endpoints>
{
    protected override void Write(Endpoints item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata);
        writer.Write(0, "Subsets:\n");
        foreach (var subset in item.Subsets ?? [])
        {
            writer.Field("Addresses", Addresses(subset.Addresses), 1);
            writer.Field("NotReadyAddresses", Addresses(subset.NotReadyAddresses), 1);
            if (subset.Ports is { Count: > 0 } ports)
            {
                writer.Write(1, "Ports:\n");
                writer.Headings(2, "Name", "Port", "Protocol");
                foreach (var port in ports) writer.Row(2, Texts.Or(port.Name, Texts.Unset), port.Port, port.Protocol);
            }

            writer.Write(0, "\n");
        }
    }

    private static string Addresses(List<EndpointAddress>? addresses) => Texts.Or(string.Join(',', addresses?.Select(static a => a.IP) ?? []), Texts.None);
}

/// <summary>Endpoint slices.</summary>
internal sealed class EndpointSliceDescriber : Describer<EndpointSlice>
{
    protected override void Write(EndpointSlice item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata);
        writer.Field("AddressType", item.AddressType);
        if (item.Ports.Count == 0) writer.Write(0, "Ports: <unset>\n");
        else
        {
            writer.Write(0, "Ports:\n");
            writer.Headings(1, "Name", "Port", "Protocol");
            foreach (var port in item.Ports) writer.Row(1, Texts.Or(port.Name, Texts.Unset), port.Port is { } number ? number : Texts.Unset, port.Protocol);
        }

        writer.Write(0, item.Endpoints.Count == 0 ? "Endpoints: <none>\n" : "Endpoints:\n");
        foreach (var endpoint in item.Endpoints)
        {
            writer.Field("- Addresses", Texts.Or(string.Join(", ", endpoint.Addresses), Texts.None), 1);
            writer.Write(2, "Conditions:\n");
            writer.Field("Ready", endpoint.Conditions.Ready is { } ready ? Texts.Bool(ready) : Texts.Unset, 3);
            writer.Field("Hostname", endpoint.Hostname ?? Texts.Unset, 2);
            if (endpoint.TargetRef is { } target) writer.Field("TargetRef", $"{target.Kind}/{target.Name}", 2);
            writer.Field("NodeName", endpoint.NodeName ?? Texts.Unset, 2);
            writer.Field("Zone", endpoint.Zone ?? Texts.Unset, 2);
        }
    }
}
