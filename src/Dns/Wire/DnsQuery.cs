using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Tiphys.Dns.Wire;

/// <summary>The question of a query.</summary>
public readonly record struct DnsQuestion(DnsName Name, DnsType Type, ushort Class = DnsProtocol.ClassInternet);

/// <summary>What a query's OPT record says.</summary>
/// <param name="UdpSize">The largest datagram the client takes, in bytes.</param>
/// <param name="Version">The EDNS version; only 0 exists.</param>
/// <param name="DnssecOk">The client wants DNSSEC records.</param>
public readonly record struct EdnsInfo(ushort UdpSize, byte Version, bool DnssecOk);

/// <summary>A query as far as it could be read.</summary>
/// <param name="Id">The client's number for it.</param>
/// <param name="RecursionDesired">The RD flag, echoed.</param>
/// <param name="CheckingDisabled">The CD flag, echoed.</param>
/// <param name="Question">The question.</param>
/// <param name="Edns">The OPT record, if there is one.</param>
public sealed record DnsQuery(ushort Id, bool RecursionDesired, bool CheckingDisabled, DnsQuestion Question, EdnsInfo? Edns)
{
    private const int MaxAdditional = 2;

    /// <summary>
    /// Reads a query. Null with <paramref name="error"/> set asks for an error response made of the header; null with no error
    /// is to be dropped: it is no query, or too short to be answered.
    /// </summary>
    internal static DnsQuery? Parse(ReadOnlySpan<byte> message, out DnsRcode? error)
    {
        error = null;
        if (message.Length < DnsProtocol.HeaderSize)
            return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        // Answering a response could set two servers talking to each other for ever.
        if ((flags & 0x8000) != 0)
            return null;
        if ((flags & 0x7800) != 0)
        {
            error = DnsRcode.NotImplemented;
            return null;
        }
        error = DnsRcode.FormatError;
        var (questions, answers, authorities, additional) = (Count(message, 4), Count(message, 6), Count(message, 8), Count(message, 10));
        if (questions != 1 || answers > 1 || authorities > 1 || additional > MaxAdditional)
            return null;

        var offset = DnsProtocol.HeaderSize;
        if (!DnsName.TryRead(message, ref offset, out var name) || message.Length - offset < 4)
            return null;
        var question = new DnsQuestion(
            name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]), BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]));
        offset += 4;

        EdnsInfo? edns = null;
        for (var i = 0; i < answers + authorities + additional; i++)
        {
            if (!RecordHeader.TryRead(message, ref offset, out var record))
                return null;
            if (record.Type != DnsType.OPT)
                continue;
            if (edns is not null || !record.NameIsRoot || i < answers + authorities)
                return null;
            edns = new EdnsInfo((ushort)record.Class, (byte)(record.Ttl >> 16), (record.Ttl & 0x8000) != 0);
        }
        if (offset != message.Length)
            return null;
        error = null;
        return new DnsQuery(BinaryPrimitives.ReadUInt16BigEndian(message), (flags & 0x0100) != 0, (flags & 0x0010) != 0, question, edns);
    }

    /// <summary>A query to be sent to another server.</summary>
    internal static byte[] Build(ushort id, DnsQuestion question, ushort udpSize)
    {
        var name = question.Name.Wire;
        var message = new byte[DnsProtocol.HeaderSize + name.Length + 4 + 11];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = 0x01; // recursion desired
        message[5] = 1;
        message[11] = 1;
        name.CopyTo(message.AsSpan(DnsProtocol.HeaderSize));
        var rest = message.AsSpan(DnsProtocol.HeaderSize + name.Length);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], question.Class);
        BinaryPrimitives.WriteUInt16BigEndian(rest[5..], (ushort)DnsType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(rest[7..], udpSize);
        return message;
    }

    private static int Count(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}

/// <summary>The fixed part of a resource record, and where its data lies.</summary>
internal readonly record struct RecordHeader(
    int NameOffset, bool NameIsRoot, DnsType Type, ushort Class, uint Ttl, int TtlOffset, int DataOffset, int DataLength)
{
    /// <summary>Reads a record's header and steps over its data.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int offset, [NotNullWhen(true)] out RecordHeader record)
    {
        record = default;
        var start = offset;
        if (!DnsName.TrySkip(message, ref offset) || message.Length - offset < 10)
            return false;
        var fixedPart = message[offset..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        if (length > fixedPart.Length - 10)
            return false;
        record = new RecordHeader(
            start,
            message[start] == 0,
            (DnsType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]),
            offset + 4,
            offset + 10,
            length);
        offset += 10 + length;
        return true;
    }
}
