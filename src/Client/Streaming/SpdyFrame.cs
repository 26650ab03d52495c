using System.Buffers.Binary;
using System.Text;

namespace Tiphys.Client;

/// <summary>The kinds of SPDY control frames that matter here.</summary>
internal enum SpdyControl
{
    Data = 0,
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Writes SPDY/3.1 frames.</summary>
internal static class SpdyFrame
{
    public const int HeadLength = 8;
    public const byte Fin = 1;
    public const int MaxData = 0xffffff;
    private const ushort ControlVersion = 0x8003;

    /// <summary>How a zlib stream begins that uses SPDY's dictionary: a 32 KiB window, the dictionary flag, and its Adler-32.</summary>
    private static readonly byte[] s_zlibStart = [0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2];

    /// <summary>A frame of data.</summary>
    public static void WriteDataHead(Span<byte> head, uint stream, int length, bool fin)
    {
        BinaryPrimitives.WriteUInt32BigEndian(head, stream & 0x7fffffff);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], ((fin ? Fin : 0u) << 24) | (uint)length);
    }

    /// <summary>A control frame.</summary>
    public static byte[] Control(SpdyControl kind, byte flags, ReadOnlySpan<byte> body)
    {
        var frame = new byte[HeadLength + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, ControlVersion);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)kind);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), ((uint)flags << 24) | (uint)body.Length);
        body.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }

    /// <summary>Opens a stream.</summary>
    /// <param name="stream">Its number, odd for clients.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="isFirst">Whether these are the first headers on the connection.</param>
    public static byte[] SynStream(uint stream, IReadOnlyList<(string Name, string Value)> headers, bool isFirst)
    {
        var block = HeaderBlock(headers);
        // The peer inflates; nothing says that we must deflate. Stored blocks, flushed by an empty one, make no use of the dictionary.
        using var body = new MemoryStream();
        Span<byte> head = stackalloc byte[10];
        head.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(head, stream);
        body.Write(head);
        if (isFirst) body.Write(s_zlibStart);
        body.WriteByte(0);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)block.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(length[2..], (ushort)~block.Length);
        body.Write(length);
        body.Write(block);
        body.Write([0x00, 0x00, 0x00, 0xff, 0xff]);
        return Control(SpdyControl.SynStream, 0, body.ToArray());
    }

    private static byte[] HeaderBlock(IReadOnlyList<(string Name, string Value)> headers)
    {
        using var block = new MemoryStream();
        Number(headers.Count);
        foreach (var (name, value) in headers)
        {
            Text(name.ToLowerInvariant());
            Text(value);
        }
        return block.ToArray();

        void Number(int number)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            block.Write(bytes);
        }

        void Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(bytes.Length);
            block.Write(bytes);
        }
    }
}
