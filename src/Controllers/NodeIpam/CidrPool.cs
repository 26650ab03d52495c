using System.Net;
using System.Numerics;

namespace Tiphys.Controllers;

/// <summary>A network cut into equal parts, each given to at most one holder.</summary>
internal sealed class CidrPool
{
    private readonly Lock _lock = new();
    private readonly IPNetwork _network;
    private readonly int _prefix;
    private readonly BigInteger _base;
    private readonly BigInteger _step;
    private readonly long _count;
    private readonly Dictionary<long, string> _holders = [];
    private readonly Dictionary<string, List<long>> _held = new(StringComparer.Ordinal);
    private long _next;

    /// <summary>Makes a pool.</summary>
    /// <param name="network">The network.</param>
    /// <param name="prefix">Prefix length of the parts.</param>
    /// <param name="reserved">A network whose parts are not given away, or null.</param>
    public CidrPool(IPNetwork network, int prefix, IPNetwork? reserved = null)
    {
        if (prefix < network.PrefixLength) throw new ArgumentException($"the node mask size /{prefix} is larger than the cluster network {network}");
        _network = network;
        _prefix = prefix;
        var bits = network.BaseAddress.GetAddressBytes().Length * 8;
        _base = Number(network.BaseAddress);
        _step = BigInteger.One << (bits - prefix);
        _count = 1L << Math.Min(prefix - network.PrefixLength, 16); // more than 65536 parts are more than nodes can be
        if (reserved is { } taken) Occupy("", taken);
    }

    /// <summary>A part for this holder; null when none is free.</summary>
    public IPNetwork? Take(string holder)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(holder, out var held)) return Part(held[0]);
            for (var i = 0L; i < _count; i++)
            {
                var index = (_next + i) % _count;
                if (_holders.ContainsKey(index)) continue;
                Hold(index, holder);

                // Onwards, so that a network just freed is not given to another node at once.
                _next = index + 1;
                return Part(index);
            }

            return null;
        }
    }

    /// <summary>Marks what lies in a network as held.</summary>
    public void Occupy(string holder, IPNetwork network)
    {
        if (network.BaseAddress.AddressFamily != _network.BaseAddress.AddressFamily) return;
        var bits = network.BaseAddress.GetAddressBytes().Length * 8;
        var start = Number(network.BaseAddress) - _base;
        var end = start + (BigInteger.One << (bits - network.PrefixLength)) - 1;
        if (end < 0 || start >= _step * _count) return;
        var first = start < 0 ? 0 : (long)(start / _step);
        var last = (long)BigInteger.Min(end / _step, _count - 1);
        lock (_lock)
        {
            for (var index = first; index <= last; index++)
                if (!_holders.ContainsKey(index)) Hold(index, holder);
        }
    }

    /// <summary>Gives back what a holder has.</summary>
    public void Free(string holder)
    {
        lock (_lock)
        {
            if (!_held.Remove(holder, out var held)) return;
            foreach (var index in held) _holders.Remove(index);
        }
    }

    private void Hold(long index, string holder)
    {
        _holders[index] = holder;
        if (!_held.TryGetValue(holder, out var held)) _held[holder] = held = [];
        held.Add(index);
    }

    private IPNetwork Part(long index)
    {
        var length = _network.BaseAddress.GetAddressBytes().Length;
        var bytes = (_base + (_step * index)).ToByteArray(isUnsigned: true, isBigEndian: true);
        var address = new byte[length];
        bytes.CopyTo(address, length - bytes.Length);
        return new IPNetwork(new IPAddress(address), _prefix);
    }

    private static BigInteger Number(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
