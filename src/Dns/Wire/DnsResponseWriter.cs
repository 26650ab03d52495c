using System.Buffers.Binary;
using System.Text;

namespace Tiphys.Dns.Wire;

/// <summary>
/// Encodes a response with name compression. Records that do not fit the size are left out, the last ones first, and the
/// message is marked truncated.
/// </summary>
internal ref struct DnsResponseWriter
{
    private const int OptSize = 11;

    // Names repeat near each other; a few places to point to find nearly all that a full table would.
    private const int MaxTargets = 48;

    private readonly Span<byte> _buffer;
    private readonly int _limit;
    private int _length;
    private TargetList _targets;
    private int _targetCount;

    private DnsResponseWriter(Span<byte> buffer, int limit)
    {
        _buffer = buffer;
        _limit = limit;
    }

    /// <summary>Encodes a response to a query into at most <paramref name="maxSize"/> bytes.</summary>
    public static byte[] Write(DnsQuery query, DnsResponse response, int maxSize, ushort serverUdpSize)
    {
        // A typical answer is small; only a large one is encoded twice.
        Span<byte> small = stackalloc byte[1024];
        if (maxSize <= small.Length)
            return small[..Encode(small[..maxSize], query, response, serverUdpSize, out _)].ToArray();
        var length = Encode(small, query, response, serverUdpSize, out var truncated);
        if (!truncated)
            return small[..length].ToArray();
        var large = new byte[maxSize];
        length = Encode(large, query, response, serverUdpSize, out _);
        return large[..length];
    }

    /// <summary>An error response made of nothing but the query's header.</summary>
    public static byte[] WriteError(ReadOnlySpan<byte> message, DnsRcode rcode)
    {
        var header = new byte[DnsProtocol.HeaderSize];
        message[..2].CopyTo(header);
        header[2] = (byte)(0x80 | (message[2] & 0x79));
        header[3] = (byte)rcode;
        return header;
    }

    private static int Encode(Span<byte> buffer, DnsQuery query, DnsResponse response, ushort serverUdpSize, out bool truncated)
    {
        var writer = new DnsResponseWriter(buffer, buffer.Length - (query.Edns is null ? 0 : OptSize));
        writer._length = DnsProtocol.HeaderSize;
        writer.Name(query.Question.Name);
        writer.UInt16((ushort)query.Question.Type);
        writer.UInt16(query.Question.Class);
        var answers = writer.Section(response.Answers, out var complete);
        var authority = complete ? writer.Section(response.Authority, out complete) : 0;
        var additional = complete ? writer.Section(response.Additional, out complete) : 0;
        truncated = !complete;

        if (query.Edns is { } edns)
        {
            var opt = buffer.Slice(writer._length, OptSize);
            opt.Clear();
            BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)DnsType.OPT);
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], serverUdpSize);
            opt[5] = (byte)((int)response.Rcode >> 4);
            opt[7] = (byte)(edns.DnssecOk ? 0x80 : 0);
            writer._length += OptSize;
            additional++;
        }
        BinaryPrimitives.WriteUInt16BigEndian(buffer, query.Id);
        buffer[2] = (byte)(0x80 | (response.Authoritative ? 0x04 : 0) | (response.Truncated || truncated ? 0x02 : 0) | (query.RecursionDesired ? 0x01 : 0));
        // Recursion is available through the forwarder.
        buffer[3] = (byte)(0x80 | (query.CheckingDisabled ? 0x10 : 0) | ((int)response.Rcode & 0x0f));
        BinaryPrimitives.WriteUInt16BigEndian(buffer[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[8..], (ushort)authority);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[10..], (ushort)additional);
        return writer._length;
    }

    private int Section(IReadOnlyList<DnsRecord> records, out bool complete)
    {
        for (var i = 0; i < records.Count; i++)
        {
            var (length, targets) = (_length, _targetCount);
            if (Record(records[i]))
                continue;
            (_length, _targetCount) = (length, targets);
            complete = false;
            return i;
        }
        complete = true;
        return records.Count;
    }

    private bool Record(DnsRecord record)
    {
        if (!Name(record.Name) || _limit - _length < 10)
            return false;
        UInt16((ushort)record.Type);
        UInt16(DnsProtocol.ClassInternet);
        UInt32(record.Ttl);
        var lengthAt = _length;
        _length += 2;
        if (!Data(record))
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[lengthAt..], (ushort)(_length - lengthAt - 2));
        return true;
    }

    private bool Data(DnsRecord record)
    {
        switch (record)
        {
            case AddressRecord address:
                if (!address.Address.TryWriteBytes(_buffer[_length.._limit], out var written))
                    return false;
                _length += written;
                return true;
            case NameRecord name:
                return Name(name.Target);
            case SrvRecord srv:
                // RFC 2782: the target is not compressed.
                if (_limit - _length < 6 + srv.Target.Wire.Length)
                    return false;
                UInt16(srv.Priority);
                UInt16(srv.Weight);
                UInt16(srv.Port);
                srv.Target.Wire.CopyTo(_buffer[_length..]);
                _length += srv.Target.Wire.Length;
                return true;
            case TxtRecord txt:
                var bytes = Encoding.UTF8.GetBytes(txt.Text);
                if (_limit - _length < bytes.Length + 1)
                    return false;
                _buffer[_length++] = checked((byte)bytes.Length);
                bytes.CopyTo(_buffer[_length..]);
                _length += bytes.Length;
                return true;
            case SoaRecord soa:
                if (!Name(soa.PrimaryServer) || !Name(soa.Mailbox) || _limit - _length < 20)
                    return false;
                UInt32(soa.Serial);
                UInt32(soa.Refresh);
                UInt32(soa.Retry);
                UInt32(soa.Expire);
                UInt32(soa.Minimum);
                return true;
            default:
                throw new NotSupportedException(record.GetType().Name);
        }
    }

    private bool Name(DnsName name)
    {
        var wire = name.Wire;
        var at = 0;
        var written = _length;
        // This name's own labels become targets only once it is whole.
        var known = _targetCount;
        while (wire[at] != 0)
        {
            var target = Target(wire[at..]);
            if (target >= 0)
            {
                if (_limit - written < 2)
                    return false;
                BinaryPrimitives.WriteUInt16BigEndian(_buffer[written..], (ushort)(0xc000 | target));
                _length = written + 2;
                _targetCount = known;
                return true;
            }
            var label = wire[at] + 1;
            if (_limit - written < label)
                return false;
            wire.Slice(at, label).CopyTo(_buffer[written..]);
            if (written < 0x4000 && known < MaxTargets)
                _targets[known++] = (ushort)written;
            written += label;
            at += label;
        }
        if (_limit - written < 1)
            return false;
        _buffer[written] = 0;
        _length = written + 1;
        _targetCount = known;
        return true;
    }

    // The place of an equal name already written. Its case may differ, which only matters for the question's own name.
    private int Target(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _targetCount; i++)
        {
            if (Matches(_targets[i], name))
                return _targets[i];
        }
        return -1;
    }

    private readonly bool Matches(int at, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            var lead = _buffer[at];
            if (lead >= 0xc0)
            {
                at = BinaryPrimitives.ReadUInt16BigEndian(_buffer[at..]) & 0x3fff;
                continue;
            }
            if (lead != name[0])
                return false;
            if (lead == 0)
                return true;
            if (!DnsName.SameIgnoringCase(_buffer.Slice(at + 1, lead), name.Slice(1, lead)))
                return false;
            at += lead + 1;
            name = name[(lead + 1)..];
        }
    }

    private void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[_length..], value);
        _length += 2;
    }

    private void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[_length..], value);
        _length += 4;
    }

    [System.Runtime.CompilerServices.InlineArray(MaxTargets)]
    private struct TargetList
    {
        private ushort _first;
    }
}
