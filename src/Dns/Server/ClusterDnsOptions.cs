using System.Net;
using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Server;

/// <summary>How the cluster's DNS server runs.</summary>
public sealed record ClusterDnsOptions
{
    /// <summary>Addresses served, each over UDP and TCP. Port 0 takes a free one.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new IPEndPoint(IPAddress.Any, 53)];

    /// <summary>Where /health is served; null for nowhere.</summary>
    public IPEndPoint? Health { get; init; } = new(IPAddress.Any, 8080);

    /// <summary>Where /ready is served; null for nowhere.</summary>
    public IPEndPoint? Ready { get; init; } = new(IPAddress.Any, 8181);

    /// <summary>The cluster's zone.</summary>
    public ClusterZoneOptions Zone { get; init; } = new();

    /// <summary>The servers asked about everything else; see <see cref="ResolvConf"/>.</summary>
    public IReadOnlyList<IPEndPoint> Upstreams { get; init; } = [];

    /// <summary>How they are asked.</summary>
    public ForwarderOptions Forwarding { get; init; } = new();
}
