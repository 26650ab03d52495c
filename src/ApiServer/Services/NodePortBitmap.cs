using System.Collections;

namespace Tiphys.ApiServer;

/// <summary>The node ports, taken and free.</summary>
/// <param name="first">First port.</param>
/// <param name="last">Last port.</param>
internal sealed class NodePortBitmap(int first, int last) : INodePortSource
{
    private BitArray _taken = new(last - first + 1);

    /// <summary>The range as flags write it.</summary>
    public string Range => $"{first}-{last}";

    /// <summary>The taken ports.</summary>
    public IEnumerable<int> Taken => Enumerable.Range(first, _taken.Length).Where(Has);

    /// <summary>A bitmap of a stored range.</summary>
    /// <exception cref="AllocationException">The range is none.</exception>
    public static NodePortBitmap Of(string range, ReadOnlySpan<byte> data)
    {
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !int.TryParse(range.AsSpan(0, dash), out var first) || !int.TryParse(range.AsSpan(dash + 1), out var last) || last < first)
            throw new AllocationException($"unable to rebuild allocator from snapshot: \"{range}\" is not a port range");
        var bitmap = new NodePortBitmap(first, last);
        bitmap.Load(data);
        return bitmap;
    }

    /// <summary>A copy to try things on.</summary>
    public NodePortBitmap Clone() => new(first, last) { _taken = new BitArray(_taken) };

    /// <summary>Whether the port is a node port.</summary>
    public bool Contains(int port) => port >= first && port <= last;

    /// <summary>Whether the port is taken.</summary>
    public bool Has(int port) => Contains(port) && _taken[port - first];

    /// <summary>Takes one port.</summary>
    /// <exception cref="AllocationException">It is taken, or no node port.</exception>
    public void Take(int port)
    {
        if (!Contains(port)) throw new AllocationException($"provided port is not in the valid range. The range of valid ports is {Range}");
        if (Has(port)) throw new AllocationException("provided port is already allocated");
        _taken[port - first] = true;
    }

    /// <summary>Takes any free port, from the upper band as long as it has one: users choose from the lower.</summary>
    /// <exception cref="AllocationException">All are taken.</exception>
    public int TakeAny()
    {
        var band = _taken.Length <= 16 ? 0 : Math.Clamp(_taken.Length / 32, 16, 128);
        return TakeBetween(band, _taken.Length) ?? TakeBetween(0, band) ?? throw AllocationException.Full();
    }

    /// <summary>Gives a port back.</summary>
    public void Release(int port)
    {
        if (Contains(port)) _taken[port - first] = false;
    }

    /// <summary>The bits as one number, most significant byte first, without leading zeros: upstream's layout.</summary>
    public byte[] Save()
    {
        var bytes = new byte[(_taken.Length + 7) / 8];
        _taken.CopyTo(bytes, 0);
        Array.Reverse(bytes);
        return bytes.AsSpan().TrimStart((byte)0).ToArray();
    }

    private void Load(ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < _taken.Length && i / 8 < data.Length; i++) _taken[i] = (data[data.Length - 1 - (i / 8)] >> (i % 8) & 1) != 0;
    }

    private int? TakeBetween(int from, int to)
    {
        if (to <= from) return null;
        var start = Random.Shared.Next(from, to);
        for (var i = 0; i < to - from; i++)
        {
            var at = from + ((start - from + i) % (to - from));
            if (_taken[at]) continue;
            _taken[at] = true;
            return first + at;
        }

        return null;
    }
}
