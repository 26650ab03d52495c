using System.Buffers.Binary;

namespace Tiphys.Storage.Bolt;

/// <summary>What a page of a bbolt file holds.</summary>
internal enum BoltPageKind : ushort
{
    Branch = 0x01,
    Leaf = 0x02,
    Meta = 0x04,
    FreeList = 0x10,
}

/// <summary>
/// The head of a page of a bbolt file: its number, kind, elements, and how many further pages belong to it. All numbers are little
/// endian.
/// </summary>
internal readonly record struct BoltPage(ulong Id, BoltPageKind Kind, ushort Count, uint Overflow)
{
    /// <summary>Bytes of the head.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of an element of either kind, in front of keys and values.</summary>
    public const int ElementBytes = 16;

    /// <summary>Flag of a leaf's element whose value is a bucket.</summary>
    public const uint BucketFlag = 0x01;

    /// <summary>Bytes of a bucket's value: its root page, and a number nobody here uses.</summary>
    public const int BucketBytes = 16;

    public static BoltPage Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        (BoltPageKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Overflow);
    }
}

/// <summary>A meta page: where the file's root bucket is. There are two, and the one with the higher transaction counts.</summary>
/// <param name="PageSize">Bytes of a page.</param>
/// <param name="Root">Page of the root bucket.</param>
/// <param name="FreeList">Page of the list of free pages.</param>
/// <param name="End">The first page that does not exist.</param>
/// <param name="Transaction">The transaction that wrote it.</param>
internal readonly record struct BoltMeta(uint PageSize, ulong Root, ulong FreeList, ulong End, ulong Transaction)
{
    /// <summary>Bytes of a meta, without the head of its page.</summary>
    public const int Bytes = 64;

    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;
    private const int ChecksumAt = 56;

    /// <summary>Whether a file begins as bbolt's do.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> start) =>
        start.Length >= BoltPage.HeaderBytes + sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(start[BoltPage.HeaderBytes..]) == Magic;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out BoltMeta meta)
    {
        meta = default;
        if (bytes.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Version) return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..]) != Fnv(bytes[..ChecksumAt])) return false;
        meta = new BoltMeta(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]));
        return true;
    }

    public void Write(Span<byte> bytes)
    {
        bytes[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], PageSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Root);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], FreeList);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], End);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], Transaction);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ChecksumAt..], Fnv(bytes[..ChecksumAt]));
    }

    // FNV-1a of 64 bits.
    private static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in bytes) hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
