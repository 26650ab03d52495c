using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Tiphys.Api.Networking.V1;

public sealed partial class ServiceCIDRSpec
{
    /// <summary>The networks; what is none is left out.</summary>
    public IEnumerable<IPNetwork> Networks
    {
        get
        {
            foreach (var cidr in Cidrs ?? [])
                if (IPNetwork.TryParse(cidr, out var network)) yield return network;
        }
    }
}

/// <summary>How networks for Services lie to addresses and to each other.</summary>
public static class ServiceNetworkExtensions
{
    /// <summary>Whether a Service can get the address from the network: not the network's own, and in IPv4 not the broadcast address.</summary>
    public static bool CanGive(this IPNetwork network, System.Net.IPAddress address)
    {
        if (!network.Contains(address) || address.Equals(network.BaseAddress)) return false;
        if (address.AddressFamily != AddressFamily.InterNetwork) return true;
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        var hosts = network.PrefixLength == 0 ? uint.MaxValue : (1u << (32 - network.PrefixLength)) - 1;
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes) & hosts) != hosts;
    }

    /// <summary>Whether all of another network lies in this one.</summary>
    public static bool Covers(this IPNetwork network, IPNetwork other) => network.PrefixLength <= other.PrefixLength && network.Contains(other.BaseAddress);

    /// <summary>Whether the networks have addresses in common.</summary>
    public static bool Overlaps(this IPNetwork network, IPNetwork other) => network.Covers(other) || other.Covers(network);
}
