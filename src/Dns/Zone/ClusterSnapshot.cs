using System.Collections.Immutable;
using System.Net;

namespace Tiphys.Dns.Zone;

/// <summary>All that DNS knows of the cluster at one moment. Immutable; a change makes a new one that shares most of the old.</summary>
/// <param name="Namespaces">The namespaces there are.</param>
/// <param name="Services">The services.</param>
/// <param name="ByClusterIP">Which service has a virtual address.</param>
/// <param name="ByEndpoint">Which services have an endpoint at an address.</param>
/// <param name="Serial">The zone's serial number: when it last changed, in seconds since 1970.</param>
public sealed record ClusterSnapshot(
    ImmutableHashSet<string> Namespaces,
    ImmutableDictionary<ServiceKey, ServiceEntry> Services,
    ImmutableDictionary<IPAddress, ServiceKey> ByClusterIP,
    ImmutableDictionary<IPAddress, ImmutableSortedSet<ServiceKey>> ByEndpoint,
    uint Serial)
{
    /// <summary>A cluster of which nothing is known.</summary>
    public static ClusterSnapshot Empty { get; } = new(
        ImmutableHashSet<string>.Empty.WithComparer(StringComparer.Ordinal),
        ImmutableDictionary<ServiceKey, ServiceEntry>.Empty,
        ImmutableDictionary<IPAddress, ServiceKey>.Empty,
        ImmutableDictionary<IPAddress, ImmutableSortedSet<ServiceKey>>.Empty,
        0);

    private static readonly ImmutableSortedSet<ServiceKey> NoKeys = ImmutableSortedSet.Create<ServiceKey>(
        Comparer<ServiceKey>.Create(static (a, b) =>
        {
            var order = string.CompareOrdinal(a.Namespace, b.Namespace);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        }));

    /// <summary>The snapshot with a service added or replaced.</summary>
    public ClusterSnapshot With(ServiceEntry service)
    {
        var without = Without(service.Key);
        var byClusterIP = without.ByClusterIP;
        foreach (var address in service.ClusterIPs)
            byClusterIP = byClusterIP.SetItem(address, service.Key);
        var byEndpoint = without.ByEndpoint.ToBuilder();
        foreach (var endpoint in service.Endpoints)
            byEndpoint[endpoint.Address] = byEndpoint.GetValueOrDefault(endpoint.Address, NoKeys).Add(service.Key);
        return without with
        {
            Services = without.Services.SetItem(service.Key, service),
            ByClusterIP = byClusterIP,
            ByEndpoint = byEndpoint.ToImmutable(),
        };
    }

    /// <summary>The snapshot without a service.</summary>
    public ClusterSnapshot Without(ServiceKey key)
    {
        if (!Services.TryGetValue(key, out var service))
            return this;
        var byClusterIP = ByClusterIP;
        foreach (var address in service.ClusterIPs)
        {
            // An address freed and given anew may already belong to the next service.
            if (byClusterIP.TryGetValue(address, out var owner) && owner == key)
                byClusterIP = byClusterIP.Remove(address);
        }
        var byEndpoint = ByEndpoint.ToBuilder();
        foreach (var endpoint in service.Endpoints)
        {
            if (!byEndpoint.TryGetValue(endpoint.Address, out var keys))
                continue;
            keys = keys.Remove(key);
            if (keys.IsEmpty)
                byEndpoint.Remove(endpoint.Address);
            else
                byEndpoint[endpoint.Address] = keys;
        }
        return this with { Services = Services.Remove(key), ByClusterIP = byClusterIP, ByEndpoint = byEndpoint.ToImmutable() };
    }
}
