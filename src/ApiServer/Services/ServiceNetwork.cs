using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Networking.V1;
using IPAddress = System.Net.IPAddress;

namespace Tiphys.ApiServer;

/// <summary>
/// A network from which Services get addresses. The first is left to the API server's own Service; allocation prefers the upper
/// part, so that users can pick fixed addresses from the lower one (upstream's static band).
/// </summary>
public sealed class ServiceNetwork
{
    private readonly UInt128 _base;
    private readonly ulong _size;
    private readonly ulong _band;
    private readonly bool _four;

    /// <summary>A network such as <c>10.43.0.0/16</c>.</summary>
    public ServiceNetwork(IPNetwork range)
    {
        Range = range;
        _four = range.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        _base = Number(range.BaseAddress);
        var bits = (_four ? 32 : 128) - range.PrefixLength;
        var all = bits >= 64 ? ulong.MaxValue : 1UL << bits;

        // The network's own address is no Service's; in IPv4 neither is the broadcast address.
        _size = all <= 2 ? (_four ? 0 : all - 1) : all - (_four ? 2UL : 1);
        _band = all <= 16 ? 0 : Math.Clamp(all / 16, 16, 256);
    }

    /// <summary>The network.</summary>
    public IPNetwork Range { get; }

    /// <summary><c>IPv4</c> or <c>IPv6</c>.</summary>
    public string Family => _four ? Api.Core.V1.IPFamily.IPv4 : Api.Core.V1.IPFamily.IPv6;

    /// <summary>The first address: the <c>kubernetes</c> Service.</summary>
    public IPAddress First => At(0);

    /// <summary>The tenth address, where clusters keep their DNS.</summary>
    public IPAddress Tenth => At(9);

    /// <summary>Whether a Service may have the address.</summary>
    public bool Contains(IPAddress address) => Range.CanGive(address);

    /// <summary>All addresses in the order they are tried: the upper band from a random place on, then the static one.</summary>
    public IEnumerable<IPAddress> Candidates()
    {
        foreach (var offset in Around(_band, _size)) yield return At(offset);
        foreach (var offset in Around(0, Math.Min(_band, _size))) yield return At(offset);
    }

    private static IEnumerable<ulong> Around(ulong from, ulong to)
    {
        if (to <= from) yield break;
        var count = to - from;
        var start = (ulong)Random.Shared.NextInt64((long)Math.Min(count, long.MaxValue));
        for (var i = 0UL; i < count; i++) yield return from + (ulong)(((UInt128)start + i) % count);
    }

    private IPAddress At(ulong offset)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _base + 1 + offset);
        return new IPAddress(_four ? bytes[12..] : bytes);
    }

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var four = address.AddressFamily == AddressFamily.InterNetwork;
        address.TryWriteBytes(four ? bytes[12..] : bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
