using System.Net;
using System.Numerics;

namespace Tiphys.ApiServer;

/// <summary>
/// The addresses of the service range. The first is left to the API server's own Service, and allocation prefers the upper
/// part of the range, so that users can pick fixed addresses from the lower one (upstream's static band).
/// </summary>
public sealed class AddressPool
{
    private readonly Lock _lock = new();
    private readonly HashSet<IPAddress> _taken = [];
    private readonly BigInteger _base;
    private readonly long _size;
    private readonly int _bytes;
    private readonly long _static;

    /// <summary>A pool over a range such as <c>10.43.0.0/16</c>.</summary>
    /// <exception cref="ArgumentException">The range is too small.</exception>
    public AddressPool(IPNetwork range)
    {
        Range = range;
        var bytes = range.BaseAddress.GetAddressBytes();
        _bytes = bytes.Length;
        _base = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var bits = (_bytes * 8) - range.PrefixLength;
        if (bits < 2) throw new ArgumentException($"the service range {range} is too small");

        // The network's own address is no service's; in IPv4 neither is the broadcast address. Huge ranges are used in part.
        _size = (bits >= 20 ? 1L << 20 : 1L << bits) - (_bytes == 4 ? 2 : 1);
        _static = Math.Min(Math.Max(16, (_size + 2) / 16), 256);
        if (_size <= _static) _static = 0;
    }

    /// <summary>The range.</summary>
    public IPNetwork Range { get; }

    /// <summary><c>IPv4</c> or <c>IPv6</c>.</summary>
    public string Family => _bytes == 4 ? "IPv4" : "IPv6";

    /// <summary>The first address: the <c>kubernetes</c> Service.</summary>
    public IPAddress First => At(0);

    /// <summary>The tenth address, where clusters keep their DNS.</summary>
    public IPAddress Tenth => At(9);

    /// <summary>Whether a Service may have the address.</summary>
    public bool Contains(IPAddress address)
    {
        if (!Range.Contains(address)) return false;
        var offset = new BigInteger(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true) - _base - 1;
        return offset >= 0 && offset < _size;
    }

    /// <summary>Takes one address; false when it is taken or not in the range.</summary>
    public bool TryTake(IPAddress address)
    {
        if (!Contains(address)) return false;
        lock (_lock) return _taken.Add(address);
    }

    /// <summary>Takes any free address; null when there is none.</summary>
    public IPAddress? TakeAny()
    {
        lock (_lock) return Search(_static, _size) ?? Search(1, _static);
    }

    /// <summary>Gives an address back.</summary>
    public void Release(IPAddress address)
    {
        lock (_lock) _taken.Remove(address);
    }

    private IPAddress? Search(long from, long to)
    {
        if (to <= from) return null;
        var start = Random.Shared.NextInt64(from, to);
        for (var i = 0L; i < to - from; i++)
        {
            var address = At(from + ((start - from + i) % (to - from)));
            if (_taken.Add(address)) return address;
        }

        return null;
    }

    private IPAddress At(long index)
    {
        var bytes = (_base + 1 + index).ToByteArray(isUnsigned: true, isBigEndian: true);
        return new IPAddress([.. new byte[_bytes - bytes.Length], .. bytes]);
    }
}

/// <summary>The node ports.</summary>
/// <param name="first">First port.</param>
/// <param name="last">Last port.</param>
public sealed class PortPool(int first, int last)
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _taken = [];

    /// <summary>The range as flags write it.</summary>
    public string Range => $"{first}-{last}";

    /// <summary>Whether the port is a node port.</summary>
    public bool Contains(int port) => port >= first && port <= last;

    /// <summary>Takes one port; false when it is taken or not in the range.</summary>
    public bool TryTake(int port)
    {
        if (!Contains(port)) return false;
        lock (_lock) return _taken.Add(port);
    }

    /// <summary>Takes any free port; null when there is none.</summary>
    public int? TakeAny()
    {
        lock (_lock)
        {
            var start = Random.Shared.Next(first, last + 1);
            for (var i = 0; i <= last - first; i++)
            {
                var port = first + ((start - first + i) % (last - first + 1));
                if (_taken.Add(port)) return port;
            }

            return null;
        }
    }

    /// <summary>Gives a port back.</summary>
    public void Release(int port)
    {
        lock (_lock) _taken.Remove(port);
    }
}
