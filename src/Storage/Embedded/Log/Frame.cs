using System.Buffers.Binary;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The unit that is written, synced and found again as a whole: magic, payload length, CRC-32C, payload. One group commit is
/// one frame, so a torn write can only ever lose changes nobody was told of.
/// </summary>
internal static class Frame
{
    public const int HeaderSize = 12;

    private const uint Magic = 0x4d524654; // "TFRM"

    /// <summary>
    /// Fills in the header of a buffer whose payload begins at <see cref="HeaderSize"/>. The file's salt and the offset go
    /// into the checksum: bytes that merely look like a frame, or that belong to another place, never pass for one.
    /// </summary>
    public static void Seal(Span<byte> frame, uint salt, long offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], frame.Length - HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], Checksum(frame, salt, offset));
    }

    /// <summary>The payload length a frame header announces, or -1 when there is no header.</summary>
    public static int PayloadLength(ReadOnlySpan<byte> header) =>
        header.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            ? -1
            : Math.Max(BinaryPrimitives.ReadInt32LittleEndian(header[4..]), -1);

    /// <summary>Reads the frame at the start of some bytes; false when no whole and undamaged one is there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long offset, uint salt, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        var length = PayloadLength(bytes);
        if (length < 0 || length > bytes.Length - HeaderSize)
            return false;
        var frame = bytes[..(HeaderSize + length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Checksum(frame, salt, offset))
            return false;
        payload = frame[HeaderSize..];
        return true;
    }

    /// <summary>
    /// Where the next whole frame after an offset begins, or -1. When there is one, what is broken before it is damage and not a
    /// torn tail: frames are written one at a time, each only once the one before is on disk.
    /// </summary>
    public static int FindAfter(ReadOnlySpan<byte> file, int offset, uint salt)
    {
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        for (var at = offset + 1; at < file.Length;)
        {
            var found = file[at..].IndexOf(magic);
            if (found < 0)
                return -1;
            at += found;
            if (TryRead(file[at..], at, salt, out _))
                return at;
            at++;
        }
        return -1;
    }

    private static uint Checksum(ReadOnlySpan<byte> frame, uint salt, long offset) =>
        Crc32C.Compute(frame[HeaderSize..], ((ulong)salt << 32) ^ ((ulong)offset << 8) ^ (uint)(frame.Length - HeaderSize));
}
