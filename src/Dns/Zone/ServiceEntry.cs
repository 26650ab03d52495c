using System.Net;

namespace Tiphys.Dns.Zone;

/// <summary>Namespace and name of a service.</summary>
public readonly record struct ServiceKey(string Namespace, string Name);

/// <summary>A port of a service or endpoint. The number is null when nothing says which, so no SRV record can name it.</summary>
/// <param name="Name">The port's name; empty for the only one.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Number">The number.</param>
public readonly record struct PortEntry(string Name, string Protocol, ushort? Number);

/// <summary>One ready endpoint of a service.</summary>
/// <param name="Label">The label its own records are found under: the pod's hostname, or its address in dashes.</param>
/// <param name="Address">Its address.</param>
/// <param name="Ports">Its ports; one without a number when the slice names none.</param>
public sealed record EndpointEntry(string Label, IPAddress Address, IReadOnlyList<PortEntry> Ports);

/// <summary>What DNS needs to know of a service.</summary>
/// <param name="Key">Which one.</param>
/// <param name="ClusterIPs">Its virtual addresses; none for headless services.</param>
/// <param name="Ports">Its ports; one without a number when it has none.</param>
/// <param name="Endpoints">Its ready endpoints.</param>
public sealed record ServiceEntry(
    ServiceKey Key, IReadOnlyList<IPAddress> ClusterIPs, IReadOnlyList<PortEntry> Ports, IReadOnlyList<EndpointEntry> Endpoints)
{
    /// <summary>The name the service is an alias of, for type ExternalName.</summary>
    public string? ExternalName { get; init; }

    /// <summary>The service has no virtual address: its endpoints answer for it.</summary>
    public bool IsHeadless { get; init; }
}
