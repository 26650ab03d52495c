using System.Buffers.Binary;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>A reusable growing buffer with the encodings of the log.</summary>
internal sealed class ByteWriter
{
    // Memory grown for an exceptional batch is given back.
    private const int KeptCapacity = 8 << 20;

    private byte[] _buffer = new byte[64 << 10];

    public int Length { get; private set; }

    public Span<byte> Written => _buffer.AsSpan(0, Length);

    public void Reset(int length)
    {
        if (_buffer.Length > KeptCapacity)
            _buffer = new byte[64 << 10];
        Length = length;
    }

    /// <summary>Forgets what was written after a position.</summary>
    public void Truncate(int length) => Length = length;

    public void Byte(byte value) => Take(1)[0] = value;

    public void Fixed64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>An unsigned number, seven bits to a byte, the lowest first.</summary>
    public void Varint(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }
        Byte((byte)rest);
    }

    /// <summary>Bytes with their length in front.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Varint(value.Length);
        value.CopyTo(Take(value.Length));
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, checked((int)Math.Max(Math.Min(_buffer.Length * 2L, Array.MaxLength), (long)Length + count)));
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote; throws <see cref="InvalidDataException"/> on anything else.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public long Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return (long)value;
        }
        throw new InvalidDataException("a number is too long");
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length < 0 || length > _rest.Length)
            throw new InvalidDataException("a length reaches beyond its frame");
        return Take((int)length);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException("a frame ends within an entry");
        var span = _rest[..count];
        _rest = _rest[count..];
        return span;
    }
}
