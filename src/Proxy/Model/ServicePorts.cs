using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;

namespace Tiphys.Proxy;

/// <summary>One port of one Service, with the addresses it is reached at and the endpoints behind it.</summary>
internal sealed record ServicePort(string Namespace, string Service, string PortName, string Protocol, int Port)
{
    public required IPAddress ClusterIP { get; init; }

    /// <summary>External and load balancer addresses.</summary>
    public IReadOnlyList<IPAddress> ExternalIPs { get; init; } = [];

    public int NodePort { get; init; }

    public bool InternalLocal { get; init; }

    public bool ExternalLocal { get; init; }

    /// <summary>Seconds a client stays with its endpoint; 0 without affinity.</summary>
    public int AffinitySeconds { get; init; }

    public IReadOnlyList<ServiceEndpoint> Endpoints { get; init; } = [];

    /// <summary>Where traffic from inside the cluster goes.</summary>
    public IReadOnlyList<ServiceEndpoint> Internal => Choose(InternalLocal);

    /// <summary>Where traffic from outside goes.</summary>
    public IReadOnlyList<ServiceEndpoint> External => Choose(ExternalLocal);

    /// <summary>Ready endpoints; and while there are none, those that still serve while they end.</summary>
    private IReadOnlyList<ServiceEndpoint> Choose(bool local)
    {
        var candidates = local ? Endpoints.Where(static e => e.IsLocal).ToList() : Endpoints;
        var ready = candidates.Where(static e => e.IsReady).ToList();
        return ready.Count > 0 ? ready : [.. candidates.Where(static e => e.IsServing)];
    }
}

/// <summary>One address and port behind a Service.</summary>
internal sealed record ServiceEndpoint(IPAddress Address, int Port)
{
    public bool IsReady { get; init; }

    public bool IsServing { get; init; }

    public bool IsLocal { get; init; }
}

/// <summary>Reads Services and EndpointSlices into <see cref="ServicePort"/>s.</summary>
internal static class ServicePorts
{

    /// <summary>The service ports of a node's proxy, in a stable order.</summary>
    /// <param name="services">All Services.</param>
    /// <param name="slices">All EndpointSlices.</param>
    /// <param name="nodeName">This node.</param>
    public static List<ServicePort> Of(IEnumerable<Service> services, IEnumerable<EndpointSlice> slices, string nodeName)
    {
        var byService = slices.Where(static s => s.AddressType == "IPv4").ToLookup(static s => (s.Metadata.Namespace, s.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ServiceName)));
        var ports = new List<ServicePort>();
        foreach (var service in services)
        {
            if (service.Metadata.Labels?.ContainsKey(WellKnownLabels.ServiceProxyName) == true) continue; // somebody else's
            if (service.Spec.Type == ServiceType.ExternalName || !IPAddress.TryParse(service.Spec.ClusterIP, out var address) || address.AddressFamily != AddressFamily.InterNetwork) continue;
            var mine = byService[(service.Metadata.Namespace, service.Metadata.Name)].ToList();
            foreach (var port in service.Spec.Ports ?? []) ports.Add(Port(service, port, address, mine, nodeName));
        }

        return [.. ports.OrderBy(static p => p.Namespace, StringComparer.Ordinal).ThenBy(static p => p.Service, StringComparer.Ordinal).ThenBy(static p => p.Protocol, StringComparer.Ordinal).ThenBy(static p => p.Port)];
    }

    private static ServicePort Port(Service service, Api.Core.V1.ServicePort port, IPAddress address, List<EndpointSlice> slices, string nodeName) =>
        new(service.Metadata.Namespace, service.Metadata.Name, port.Name, port.Protocol.ToLowerInvariant(), port.Port)
        {
            ClusterIP = address,
            ExternalIPs = [.. (service.Spec.ExternalIPs ?? []).Concat((service.Status.LoadBalancer.Ingress ?? []).Where(static i => i.IPMode is null or LoadBalancerIPMode.Vip).Select(static i => i.IP)).Where(static a => IPAddress.TryParse(a, out _)).Select(IPAddress.Parse).Where(static a => a.AddressFamily == AddressFamily.InterNetwork).Distinct()],
            NodePort = port.NodePort,
            InternalLocal = service.Spec.IsInternalTrafficLocal,
            ExternalLocal = service.Spec.IsExternalTrafficLocal,
            AffinitySeconds = service.Spec.SessionAffinity == ServiceAffinity.ClientIP ? service.Spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800 : 0,
            Endpoints = Endpoints(port.Name, slices, nodeName),
        };

    private static List<ServiceEndpoint> Endpoints(string portName, List<EndpointSlice> slices, string nodeName)
    {
        var endpoints = new Dictionary<(IPAddress, int), ServiceEndpoint>();
        foreach (var slice in slices)
        {
            if (slice.Ports?.Find(p => (p.Name ?? "") == portName)?.Port is not { } number) continue;
            foreach (var endpoint in slice.Endpoints)
            {
                var ready = endpoint.Conditions.Ready ?? true;
                var serving = endpoint.Conditions.Serving ?? ready;
                foreach (var text in endpoint.Addresses)
                {
                    if (!IPAddress.TryParse(text, out var address)) continue;
                    endpoints[(address, number)] = new ServiceEndpoint(address, number)
                    {
                        IsReady = ready,
                        IsServing = serving && endpoint.Conditions.Terminating == true,
                        IsLocal = endpoint.NodeName == nodeName,
                    };
                }
            }
        }

        return [.. endpoints.Values.OrderBy(static e => e.Address.ToString(), StringComparer.Ordinal).ThenBy(static e => e.Port)];
    }
}
