using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// What an update of a Service means for fields that depend on each other: clients leave out what the server once filled in, or know
/// only some of the fields.
/// </summary>
internal static class ServiceChanges
{
    /// <summary>A client that leaves out what was allocated does not mean to lose it.</summary>
    public static void KeepAllocated(ServiceSpec spec, ServiceSpec old)
    {
        if (old.NeedsClusterIP && spec.NeedsClusterIP)
        {
            if (spec.ClusterIP.Length == 0) spec.ClusterIP = old.ClusterIP;
            if (spec.ClusterIPs is not { Count: > 0 }) spec.ClusterIPs = old.ClusterIPs is null ? null : [.. old.ClusterIPs];
        }

        if (old.AllocatesNodePorts && spec.AllocatesNodePorts) KeepPorts(spec, old);
        if (old.NeedsHealthCheckNodePort && spec.NeedsHealthCheckNodePort && spec.HealthCheckNodePort == 0) spec.HealthCheckNodePort = old.HealthCheckNodePort;
    }

    /// <summary>Brings the one address and the list together, where a client changed only one of them.</summary>
    public static void Pair(ServiceSpec spec, ServiceSpec old)
    {
        if (old.ClusterIPs is { Count: > 0 } && spec.ClusterIPs is not { Count: > 0 } && old.ClusterIP == spec.ClusterIP) spec.ClusterIPs = [.. old.ClusterIPs];
        if (old.ClusterIP == spec.ClusterIP || !ServiceIPFamilies.Same(spec.ClusterIPs, old.ClusterIPs)) return;
        spec.ClusterIPs = spec.ClusterIP.Length == 0 ? null : [spec.ClusterIP];
    }

    /// <summary>Takes out what the new type has no use for, unless the user changed it too: then validation refuses it.</summary>
    public static void DropUnused(Service item, Service old)
    {
        var (spec, before) = (item.Spec, old.Spec);
        if (before.NeedsClusterIP && !spec.NeedsClusterIP)
        {
            if (spec.ClusterIP == before.ClusterIP && ServiceIPFamilies.Same(spec.ClusterIPs, before.ClusterIPs)) (spec.ClusterIP, spec.ClusterIPs) = ("", null);
            if (ServiceIPFamilies.Same(spec.IPFamilies, before.IPFamilies)) spec.IPFamilies = null;
            if (spec.IPFamilyPolicy == before.IPFamilyPolicy) spec.IPFamilyPolicy = null;
        }

        if (before.MayHaveNodePorts && !spec.MayHaveNodePorts && Ports(spec).All(Ports(before).Contains))
            foreach (var port in spec.Ports ?? []) port.NodePort = 0;
        if (before.NeedsHealthCheckNodePort && !spec.NeedsHealthCheckNodePort && spec.HealthCheckNodePort == before.HealthCheckNodePort) spec.HealthCheckNodePort = 0;
        var balanced = before.Type == ServiceType.LoadBalancer && spec.Type != ServiceType.LoadBalancer;
        if (balanced && spec.AllocateLoadBalancerNodePorts == before.AllocateLoadBalancerNodePorts) spec.AllocateLoadBalancerNodePorts = null;
        if (balanced && spec.LoadBalancerClass == before.LoadBalancerClass) spec.LoadBalancerClass = null;
        if (before.IsExternallyAccessible && !spec.IsExternallyAccessible && spec.ExternalTrafficPolicy == before.ExternalTrafficPolicy) spec.ExternalTrafficPolicy = "";
        if (spec.Type != ServiceType.LoadBalancer) item.Status.LoadBalancer = new();
    }

    /// <summary>Ports are told apart by name: their numbers may be what has changed.</summary>
    private static void KeepPorts(ServiceSpec spec, ServiceSpec old)
    {
        var stillUsed = Ports(old).Intersect(Ports(spec)).ToHashSet();
        foreach (var port in spec.Ports ?? [])
        {
            if (port.NodePort != 0) continue;
            var before = old.Ports?.FindLast(p => p.Name == port.Name)?.NodePort ?? 0;
            if (!stillUsed.Contains(before)) port.NodePort = before;
        }
    }

    private static IEnumerable<int> Ports(ServiceSpec spec) => (spec.Ports ?? []).Select(static p => p.NodePort).Where(static p => p != 0);
}
