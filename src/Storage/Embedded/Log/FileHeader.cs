using System.Buffers.Binary;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The first 64 bytes of a segment or checkpoint: what it is, its format version, the salt of its frames, four numbers and a
/// checksum over all of it.
/// </summary>
/// <param name="Magic">Tells the kind of file.</param>
/// <param name="Salt">Mixed into every frame's checksum.</param>
/// <param name="A">Segment: its sequence number. Checkpoint and snapshot: the revision whose state it holds.</param>
/// <param name="B">Segment: the last revision before it. Checkpoint: the compacted revision.</param>
/// <param name="C">Segment: where its predecessor ends, in bytes. Checkpoint: the last lease change it includes.</param>
/// <param name="D">Segment: unused. Checkpoint: how many entries follow.</param>
internal readonly record struct FileHeader(ulong Magic, uint Salt, long A, long B, long C, long D)
{
    public const int Size = 64;

    public const ulong SegmentMagic = 0x474f4c5948504954; // "TIPHYLOG"
    public const ulong CheckpointMagic = 0x504b435948504954; // "TIPHYCKP"

    public const ulong SnapshotMagic = 0x504e535948504954; // "TIPHYSNP"

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), DataDirectory.FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), A);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), B);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), C);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), D);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Compute(bytes.AsSpan(0, 60)));
        return bytes;
    }

    /// <summary>The format version of a whole header that this binary is too old for; null for any other.</summary>
    public static int? NewerVersion(ReadOnlySpan<byte> bytes, ulong magic) =>
        bytes.Length >= Size
            && BinaryPrimitives.ReadUInt64LittleEndian(bytes) == magic
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) == Crc32C.Compute(bytes[..60])
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is var version and > DataDirectory.FormatVersion
                ? version
                : null;

    public static bool TryParse(ReadOnlySpan<byte> bytes, ulong magic, out FileHeader header)
    {
        header = default;
        if (bytes.Length < Size
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Crc32C.Compute(bytes[..60])
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is < DataDirectory.OldestFormatVersion or > DataDirectory.FormatVersion)
        {
            return false;
        }
        header = new FileHeader(
            magic,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        return true;
    }
}
