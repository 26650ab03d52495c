using System.Buffers.Binary;
using System.Net;

namespace Tiphys.Dns.Wire;

/// <summary>What the forwarder needs to know of another server's response, which it otherwise passes on as it is.</summary>
/// <param name="Rcode">Outcome.</param>
/// <param name="Truncated">The TC flag.</param>
/// <param name="QuestionEnd">Where the question ends.</param>
/// <param name="TtlOffsets">Where the lifetimes of all records but OPT stand.</param>
/// <param name="MinTtl">The shortest lifetime among them, in seconds.</param>
/// <param name="AnswerCount">Records in the answer section.</param>
/// <param name="NegativeTtl">How long absence may be cached after the SOA in the authority section, in seconds; null without one.</param>
internal sealed record DnsMessageInfo(
    DnsRcode Rcode, bool Truncated, int QuestionEnd, IReadOnlyList<int> TtlOffsets, uint MinTtl, int AnswerCount, uint? NegativeTtl);

/// <summary>Reads responses of other servers, none of which is to be trusted to be well-formed.</summary>
internal static class DnsMessageScanner
{
    private const uint MaxTtl = int.MaxValue;

    /// <summary>Whether a message is a response to a question: the same number and the same question.</summary>
    public static bool Answers(ReadOnlySpan<byte> response, ushort id, in DnsQuestion question)
    {
        if (response.Length < DnsProtocol.HeaderSize
            || BinaryPrimitives.ReadUInt16BigEndian(response) != id
            || (response[2] & 0x80) == 0
            || BinaryPrimitives.ReadUInt16BigEndian(response[4..]) != 1)
        {
            return false;
        }
        var offset = DnsProtocol.HeaderSize;
        return DnsName.TryRead(response, ref offset, out var name)
            && response.Length - offset >= 4
            && name.Equals(question.Name)
            && BinaryPrimitives.ReadUInt16BigEndian(response[offset..]) == (ushort)question.Type
            && BinaryPrimitives.ReadUInt16BigEndian(response[(offset + 2)..]) == question.Class;
    }

    /// <summary>Surveys a response; null when it is malformed.</summary>
    public static DnsMessageInfo? Scan(ReadOnlySpan<byte> message)
    {
        if (!TryBegin(message, out var offset))
            return null;
        var questionEnd = offset;
        int answers = Count(message, 6), authorities = Count(message, 8), additional = Count(message, 10);
        var ttls = new List<int>();
        var minTtl = uint.MaxValue;
        uint? negative = null;
        var rcode = message[3] & 0x0f;
        for (var i = 0; i < answers + authorities + additional; i++)
        {
            if (!RecordHeader.TryRead(message, ref offset, out var record))
                return null;
            if (record.Type == DnsType.OPT)
            {
                rcode |= (int)(record.Ttl >> 24) << 4;
                continue;
            }
            // RFC 2181: a lifetime with its highest bit set counts as zero.
            var ttl = record.Ttl > MaxTtl ? 0 : record.Ttl;
            ttls.Add(record.TtlOffset);
            minTtl = Math.Min(minTtl, ttl);
            if (record.Type == DnsType.SOA && i >= answers && i < answers + authorities && record.DataLength >= 20)
                negative = Math.Min(ttl, BinaryPrimitives.ReadUInt32BigEndian(message[(record.DataOffset + record.DataLength - 4)..]));
        }
        return new DnsMessageInfo(
            (DnsRcode)rcode, (message[2] & 0x02) != 0, questionEnd, ttls, minTtl == uint.MaxValue ? 0 : minTtl, answers, negative);
    }

    /// <summary>The addresses and aliases of a response's answer section; null when it is malformed.</summary>
    public static List<DnsRecord>? ReadAnswers(ReadOnlySpan<byte> message)
    {
        if (!TryBegin(message, out var offset))
            return null;
        var records = new List<DnsRecord>();
        for (var i = Count(message, 6); i > 0; i--)
        {
            if (!RecordHeader.TryRead(message, ref offset, out var header))
                return null;
            var nameAt = header.NameOffset;
            if (!DnsName.TryRead(message, ref nameAt, out var name))
                return null;
            var ttl = header.Ttl > MaxTtl ? 0 : header.Ttl;
            var dataAt = header.DataOffset;
            switch (header.Type)
            {
                case DnsType.A when header.DataLength == 4:
                case DnsType.AAAA when header.DataLength == 16:
                    records.Add(new AddressRecord(name, ttl, new IPAddress(message.Slice(dataAt, header.DataLength))));
                    break;
                case DnsType.CNAME:
                    if (!DnsName.TryRead(message, ref dataAt, out var target))
                        return null;
                    records.Add(new NameRecord(name, ttl, DnsType.CNAME, target));
                    break;
            }
        }
        return records;
    }

    private static bool TryBegin(ReadOnlySpan<byte> message, out int offset)
    {
        offset = DnsProtocol.HeaderSize;
        if (message.Length < DnsProtocol.HeaderSize)
            return false;
        for (var i = Count(message, 4); i > 0; i--)
        {
            if (!DnsName.TrySkip(message, ref offset) || message.Length - offset < 4)
                return false;
            offset += 4;
        }
        return true;
    }

    private static int Count(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}
