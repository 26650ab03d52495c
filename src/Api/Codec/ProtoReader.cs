using System.Buffers.Binary;

namespace Tiphys.Api;

/// <summary>Reads one protobuf value of type <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public delegate T ProtoRead<out T>(ref ProtoReader reader);

/// <summary>The protobuf side of the generated decoders. Unknown fields are passed over, as protobuf asks.</summary>
public ref struct ProtoReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first field.</summary>
    public ProtoReader(ReadOnlySpan<byte> proto) => _rest = proto;

    /// <summary>Number of the field that comes next.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of the field that comes next.</summary>
    public int WireType { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    public bool NextField()
    {
        if (_rest.IsEmpty) return false;
        var tag = Varint();
        Field = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        return true;
    }

    /// <summary>Passes over the field.</summary>
    public void Skip()
    {
        switch (WireType)
        {
            case 0: Varint(); break;
            case 1: Take(8); break;
            case 2: Take(Length()); break;
            case 5: Take(4); break;
            default: throw new ApiDecodeException($"proto: illegal wireType {WireType}");
        }
    }

    /// <summary>The bytes of a length-delimited field, in place.</summary>
    public ReadOnlySpan<byte> Span()
    {
        Expect(2);
        return Take(Length());
    }

    /// <summary>A string.</summary>
    public string String() => StringPool.Shared.Get(Span());

    /// <summary>Bytes.</summary>
    public byte[] Bytes() => Span().ToArray();

    /// <summary>A 64-bit number.</summary>
    public long Int64()
    {
        Expect(0);
        return (long)Varint();
    }

    /// <summary>A 32-bit number.</summary>
    public int Int32() => (int)Int64();

    /// <summary>A boolean.</summary>
    public bool Boolean() => Int64() != 0;

    /// <summary>A floating-point number.</summary>
    public double Double()
    {
        Expect(1);
        return BinaryPrimitives.ReadDoubleLittleEndian(Take(8));
    }

    /// <summary>A time; null when the message is empty.</summary>
    public DateTimeOffset? Time()
    {
        var bytes = Span();
        if (bytes.IsEmpty) return null;
        var inner = new ProtoReader(bytes);
        long seconds = 0, nanos = 0;
        while (inner.NextField())
        {
            if (inner.Field == 1) seconds = inner.Int64();
            else if (inner.Field == 2) nanos = inner.Int64();
            else inner.Skip();
        }

        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
    }

    /// <summary>A duration.</summary>
    public TimeSpan Duration()
    {
        var inner = new ProtoReader(Span());
        long nanos = 0;
        while (inner.NextField())
        {
            if (inner.Field == 1) nanos = inner.Int64();
            else inner.Skip();
        }

        return new TimeSpan(nanos / 100);
    }

    /// <summary>A quantity.</summary>
    public Quantity Quantity()
    {
        var inner = new ProtoReader(Span());
        var text = "";
        while (inner.NextField())
        {
            if (inner.Field == 1) text = inner.String();
            else inner.Skip();
        }

        if (text.Length == 0) return default;
        return Tiphys.Api.Quantity.TryParse(text, out var quantity) ? quantity : throw new ApiDecodeException($"invalid quantity \"{text}\"");
    }

    /// <summary>A number or string.</summary>
    public IntOrString IntOrString()
    {
        var inner = new ProtoReader(Span());
        long type = 0;
        var number = 0;
        var text = "";
        while (inner.NextField())
        {
            switch (inner.Field)
            {
                case 1: type = inner.Int64(); break;
                case 2: number = inner.Int32(); break;
                case 3: text = inner.String(); break;
                default: inner.Skip(); break;
            }
        }

        return type == 0 ? new IntOrString(number) : new IntOrString(text);
    }

    /// <summary>Raw JSON.</summary>
    public RawJson Raw()
    {
        var inner = new ProtoReader(Span());
        byte[] bytes = [];
        while (inner.NextField())
        {
            if (inner.Field == 1) bytes = inner.Bytes();
            else inner.Skip();
        }

        return new RawJson(bytes);
    }

    /// <summary>A message.</summary>
    public T Message<T>() where T : class, IApiMessage<T>
    {
        var message = T.New();
        Into(message);
        return message;
    }

    /// <summary>Merges a message field into an existing message.</summary>
    public void Into(IApiMessage message)
    {
        var inner = new ProtoReader(Span());
        message.ReadProto(ref inner);
    }

    /// <summary>A list of strings wrapped in a message (upstream's ExtraValue).</summary>
    public List<string> Strings()
    {
        var inner = new ProtoReader(Span());
        var list = new List<string>();
        while (inner.NextField())
        {
            if (inner.Field == 1) list.Add(inner.String());
            else inner.Skip();
        }

        return list;
    }

    /// <summary>Adds one entry of a map field.</summary>
    public void MapEntry<T>(Dictionary<string, T> map, ProtoRead<T> item, T missing)
    {
        var inner = new ProtoReader(Span());
        var key = "";
        var value = missing;
        while (inner.NextField())
        {
            if (inner.Field == 1) key = inner.String();
            else if (inner.Field == 2) value = item(ref inner);
            else inner.Skip();
        }

        map[key] = value;
    }

    private readonly void Expect(int wireType)
    {
        if (WireType != wireType) throw new ApiDecodeException($"proto: wrong wireType = {WireType} for field {Field}");
    }

    private int Length()
    {
        var length = Varint();
        return length <= (ulong)_rest.Length ? (int)length : throw new ApiDecodeException("unexpected EOF");
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _rest.Length) throw new ApiDecodeException("unexpected EOF");
        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty) throw new ApiDecodeException("unexpected EOF");
            var b = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        throw new ApiDecodeException("proto: integer overflow");
    }
}
