using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>Reads one value of type <typeparamref name="T"/> from where the reader stands.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public delegate T JsonRead<out T>(ref ApiJsonReader reader);

/// <summary>
/// The JSON side of the generated decoders: a <see cref="Utf8JsonReader"/> with one method per kind of API value.
/// A JSON <c>null</c> reads as the value's zero, as in Go. The reader is positioned before the value it reads next.
/// </summary>
public ref struct ApiJsonReader
{
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    /// <summary>Starts before the first token of <paramref name="json"/>.</summary>
    public ApiJsonReader(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
    }

    /// <summary>True once a field was met that the type does not have; <see cref="StrictFields"/> then tells which.</summary>
    public bool SawUnknownField { get; private set; }

    /// <summary>Where the last token read begins, in bytes.</summary>
    public readonly long Offset => _reader.TokenStartIndex;

    /// <summary>The name of the field that comes next, unescaped.</summary>
    public ReadOnlySpan<byte> FieldName { get; private set; }

    /// <summary>Enters an object; false when the value is null.</summary>
    public bool BeginObject()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.StartObject) return true;
        if (_reader.TokenType == JsonTokenType.Null) return false;
        throw Mismatch("object");
    }

    /// <summary>Moves to the next field of the object; false (and past its end) when there is none.</summary>
    public bool NextField()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        FieldName = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;
        return true;
    }

    /// <summary>Passes over the value of a field the type does not have.</summary>
    public void SkipUnknown()
    {
        SawUnknownField = true;
        Skip();
    }

    /// <summary>Passes over one value.</summary>
    public void Skip()
    {
        Advance();
        _reader.Skip();
    }

    /// <summary>Fails unless nothing but white space follows.</summary>
    public void End()
    {
        try
        {
            if (!_reader.Read()) return;
        }
        catch (JsonException e)
        {
            throw new ApiDecodeException(e.Message, e);
        }

        throw new ApiDecodeException("invalid character after top-level value");
    }

    /// <summary>A string; empty for null.</summary>
    public string String() => NullableString() ?? "";

    /// <summary>A string, or null.</summary>
    public string? NullableString()
    {
        Advance();
        return _reader.TokenType switch
        {
            JsonTokenType.String => StringPool.Shared.Get(ref _reader),
            JsonTokenType.Null => null,
            _ => throw Mismatch("string"),
        };
    }

    /// <summary>A boolean; false for null.</summary>
    public bool Boolean() => NullableBoolean() ?? false;

    /// <summary>A boolean, or null.</summary>
    public bool? NullableBoolean()
    {
        Advance();
        return _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Mismatch("bool"),
        };
    }

    /// <summary>A 32-bit number; 0 for null.</summary>
    public int Int32() => NullableInt32() ?? 0;

    /// <summary>A 32-bit number, or null.</summary>
    public int? NullableInt32()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var value)) return value;
        throw Mismatch("int32");
    }

    /// <summary>A 64-bit number; 0 for null.</summary>
    public long Int64() => NullableInt64() ?? 0;

    /// <summary>A 64-bit number, or null.</summary>
    public long? NullableInt64()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value)) return value;
        throw Mismatch("int64");
    }

    /// <summary>A floating-point number; 0 for null.</summary>
    public double Double() => NullableDouble() ?? 0;

    /// <summary>A floating-point number, or null.</summary>
    public double? NullableDouble()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType == JsonTokenType.Number) return _reader.GetDouble();
        throw Mismatch("float64");
    }

    /// <summary>An RFC 3339 time, or null.</summary>
    public DateTimeOffset? Time()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType != JsonTokenType.String) throw Mismatch("Time");
        if (_reader.TryGetDateTimeOffset(out var time) && IsComplete(_reader.ValueSpan)) return time.ToUniversalTime();
        var text = _reader.GetString()!;
        throw new ApiDecodeException($"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"");
    }

    /// <summary>A Go duration such as <c>1m30s</c>, or null.</summary>
    public TimeSpan? Duration()
    {
        var text = NullableString();
        if (text is null) return null;
        return GoDuration.TryParse(text, out var duration) ? duration : throw new ApiDecodeException($"time: invalid duration \"{text}\"");
    }

    /// <summary>A quantity, given as string or number; zero for null.</summary>
    public Quantity Quantity() => NullableQuantity() ?? default;

    /// <summary>A quantity, or null.</summary>
    public Quantity? NullableQuantity()
    {
        Advance();
        var text = _reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => StringPool.Shared.Get(ref _reader),
            JsonTokenType.Number => Encoding.UTF8.GetString(_reader.ValueSpan),
            _ => throw Mismatch("resource.Quantity"),
        };
        if (text is null) return null;
        try
        {
            return Tiphys.Api.Quantity.Parse(text);
        }
        catch (FormatException e)
        {
            throw new ApiDecodeException(e.Message, e);
        }
    }

    /// <summary>A number or string; 0 for null.</summary>
    public IntOrString IntOrString() => NullableIntOrString() ?? default;

    /// <summary>A number or string, or null.</summary>
    public IntOrString? NullableIntOrString()
    {
        Advance();
        return _reader.TokenType switch
        {
            JsonTokenType.Null => default(IntOrString?),
            JsonTokenType.String => new IntOrString(StringPool.Shared.Get(ref _reader)),
            JsonTokenType.Number when _reader.TryGetInt32(out var value) => new IntOrString(value),
            _ => throw Mismatch("intstr.IntOrString"),
        };
    }

    /// <summary>Base64 bytes, or null.</summary>
    public byte[]? Bytes()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType != JsonTokenType.String) throw Mismatch("[]uint8");
        if (_reader.TryGetBytesFromBase64(out var bytes)) return bytes;
        try
        {
            return Convert.FromBase64String(_reader.GetString()!); // tolerates line breaks, as Go's decoder does
        }
        catch (FormatException e)
        {
            throw new ApiDecodeException("illegal base64 data at input byte " + FirstIllegal(_reader.GetString()!), e);
        }
    }

    /// <summary>Any JSON value as its bytes, or null.</summary>
    public RawJson? Raw()
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return new RawJson(_json[start..(int)_reader.BytesConsumed].ToArray());
    }

    /// <summary>A message, or null.</summary>
    public T? Message<T>() where T : class, IApiMessage<T>
    {
        if (PeekNull()) return null;
        var message = T.New();
        message.ReadJson(ref this);
        return message;
    }

    /// <summary>A list of values, or null.</summary>
    public List<T>? List<T>(JsonRead<T> item)
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType != JsonTokenType.StartArray) throw Mismatch("list");
        var list = new List<T>();
        while (true)
        {
            var ahead = _reader;
            Advance(ref ahead);
            if (ahead.TokenType == JsonTokenType.EndArray)
            {
                _reader = ahead;
                return list;
            }

            list.Add(item(ref this));
        }
    }

    /// <summary>A map with string keys, or null.</summary>
    public Dictionary<string, T>? Map<T>(JsonRead<T> item)
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType != JsonTokenType.StartObject) throw Mismatch("map");
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        while (true)
        {
            Advance();
            if (_reader.TokenType == JsonTokenType.EndObject) return map;
            var key = StringPool.Shared.Get(ref _reader);
            map[key] = item(ref this);
        }
    }

    /// <summary>Whether the next value is null; if so it is passed over.</summary>
    public bool PeekNull()
    {
        var ahead = _reader;
        Advance(ref ahead);
        if (ahead.TokenType != JsonTokenType.Null) return false;
        _reader = ahead;
        return true;
    }

    /// <summary>What the next value begins with; it stays in place.</summary>
    public readonly JsonTokenType Peek()
    {
        var ahead = _reader;
        Advance(ref ahead);
        return ahead.TokenType;
    }

    private void Advance() => Advance(ref _reader);

    private static void Advance(ref Utf8JsonReader reader)
    {
        bool more;
        try
        {
            more = reader.Read();
        }
        catch (JsonException e)
        {
            throw new ApiDecodeException(e.Message, e);
        }

        if (!more) throw new ApiDecodeException("unexpected end of JSON input");
    }

    private readonly ApiDecodeException Mismatch(string wanted)
    {
        var found = _reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            JsonTokenType.True or JsonTokenType.False => "bool",
            _ => "value",
        };
        if (found == "number" && wanted is "int32" or "int64") found = "number " + Encoding.UTF8.GetString(_reader.ValueSpan);
        var path = JsonPath.At(_json, _reader.TokenStartIndex);
        return new ApiDecodeException(found, path, wanted);
    }

    // ISO 8601 lets date, time and zone be left out; RFC 3339 does not.
    private static bool IsComplete(ReadOnlySpan<byte> time) =>
        time.Length >= 20 && time[10] == 'T' && (time[^1] == 'Z' || (time[^3] == ':' && time[^6] is (byte)'+' or (byte)'-'));

    private static int FirstIllegal(string text)
    {
        var i = 0;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/' or '=' or '\n' or '\r')) i++;
        return i == text.Length ? i / 4 * 4 : i; // all legal: the last group of four is not complete
    }
}
