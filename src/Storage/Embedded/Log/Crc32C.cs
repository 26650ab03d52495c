using System.Buffers.Binary;
using System.Numerics;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>CRC-32C (Castagnoli), by the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes, ulong seed = 0) => ~Append(BitOperations.Crc32C(uint.MaxValue, seed), bytes);

    /// <summary>Goes on with a checksum of many parts, which begins with all bits set and is inverted in the end.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
