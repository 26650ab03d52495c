using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Tiphys.Api;

/// <summary>
/// Writes protobuf from the end towards the front: a nested message's length is known by the time its header is written,
/// so no size pass is needed. Fields must therefore be written last first.
/// </summary>
public sealed class ProtoWriter(int capacity = 1024)
{
    private byte[] _buffer = new byte[capacity];
    private int _start = capacity;

    /// <summary>Bytes written so far; pass it to <see cref="EndMessage"/> to close what was written since.</summary>
    public int Length => _buffer.Length - _start;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(_start);

    /// <summary>Puts a length-delimited header before everything written since <paramref name="mark"/>.</summary>
    public void EndMessage(int field, int mark)
    {
        Varint((ulong)(Length - mark));
        Tag(field, 2);
    }

    /// <summary>A message field.</summary>
    public void Message(int field, IApiMessage value)
    {
        var mark = Length;
        value.WriteProto(this);
        EndMessage(field, mark);
    }

    /// <summary>A string field.</summary>
    public void String(int field, string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Encoding.UTF8.GetBytes(value, Claim(size));
        Varint((ulong)size);
        Tag(field, 2);
    }

    /// <summary>A bytes field.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Claim(value.Length));
        Varint((ulong)value.Length);
        Tag(field, 2);
    }

    /// <summary>A number field.</summary>
    public void Int64(int field, long value)
    {
        Varint((ulong)value);
        Tag(field, 0);
    }

    /// <summary>A boolean field.</summary>
    public void Boolean(int field, bool value)
    {
        Claim(1)[0] = value ? (byte)1 : (byte)0;
        Tag(field, 0);
    }

    /// <summary>A floating-point field.</summary>
    public void Double(int field, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Claim(8), value);
        Tag(field, 1);
    }

    /// <summary>A time field in whole seconds; an unset time is an empty message.</summary>
    public void Time(int field, DateTimeOffset? value)
    {
        var mark = Length;
        if (value is { } time)
        {
            Int64(2, 0);
            Int64(1, time.ToUnixTimeSeconds());
        }

        EndMessage(field, mark);
    }

    /// <summary>A time field in microseconds; an unset time is an empty message.</summary>
    public void MicroTime(int field, DateTimeOffset? value)
    {
        var mark = Length;
        if (value is { } time)
        {
            var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
            var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
            Int64(2, rest / 10 * 1000);
            Int64(1, seconds);
        }

        EndMessage(field, mark);
    }

    /// <summary>A duration field.</summary>
    public void Duration(int field, TimeSpan value)
    {
        var mark = Length;
        Int64(1, value.Ticks * 100);
        EndMessage(field, mark);
    }

    /// <summary>A quantity field.</summary>
    public void Quantity(int field, Quantity value)
    {
        var mark = Length;
        String(1, value.ToString());
        EndMessage(field, mark);
    }

    /// <summary>A number-or-string field.</summary>
    public void IntOrString(int field, IntOrString value)
    {
        var mark = Length;
        String(3, value.StringValue);
        Int64(2, value.IntValue);
        Int64(1, value.IsString ? 1 : 0);
        EndMessage(field, mark);
    }

    /// <summary>A raw JSON field (RawExtension, FieldsV1: a message with the bytes as field 1).</summary>
    public void Raw(int field, RawJson value)
    {
        var mark = Length;
        Bytes(1, value.Utf8.Span);
        EndMessage(field, mark);
    }

    /// <summary>A repeated field.</summary>
    public void List<T>(int field, List<T>? list, Action<ProtoWriter, int, T> item)
    {
        if (list is null) return;
        for (var i = list.Count - 1; i >= 0; i--) item(this, field, list[i]);
    }

    /// <summary>A map field with string keys, in key order.</summary>
    public void Map<T>(int field, Dictionary<string, T>? map, Action<ProtoWriter, int, T> item)
    {
        if (map is null) return;
        var entries = SortedMap.Of(map);
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            var mark = Length;
            item(this, 2, entries[i].Value);
            String(1, entries[i].Key);
            EndMessage(field, mark);
        }
    }

    private void Tag(int field, int wireType) => Varint((ulong)(uint)(field << 3 | wireType));

    private void Varint(ulong value)
    {
        if (value < 0x80)
        {
            Claim(1)[0] = (byte)value;
            return;
        }

        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        while (value >= 0x80)
        {
            bytes[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
        bytes[..length].CopyTo(Claim(length));
    }

    private Span<byte> Claim(int size)
    {
        if (_start < size) Grow(size);
        _start -= size;
        return _buffer.AsSpan(_start, size);
    }

    private void Grow(int size)
    {
        var length = Length;
        var larger = new byte[Math.Max(_buffer.Length * 2, length + size)];
        _buffer.AsSpan(_start).CopyTo(larger.AsSpan(larger.Length - length));
        _start = larger.Length - length;
        _buffer = larger;
    }
}
