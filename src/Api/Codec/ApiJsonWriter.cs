using System.Globalization;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>Writes one value of type <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public delegate void JsonWrite<in T>(Utf8JsonWriter writer, T value);

/// <summary>
/// The JSON side of the generated encoders: how each kind of API value looks, and when a field is left out.
/// Methods named <c>X</c> write always; <c>OptionalX</c> leave out zero values as Go's omitempty does.
/// </summary>
public static class ApiJsonWriter
{
    /// <summary>Writes a field whose value is null.</summary>
    public static void Null(this Utf8JsonWriter w, ReadOnlySpan<byte> name) => w.WriteNull(name);

    /// <summary>Writes a string field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, string? value) => w.WriteString(name, value);

    /// <summary>Writes a boolean field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, bool value) => w.WriteBoolean(name, value);

    /// <summary>Writes a number field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, int value) => w.WriteNumber(name, value);

    /// <summary>Writes a number field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, long value) => w.WriteNumber(name, value);

    /// <summary>Writes a number field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, double value) => w.WriteNumber(name, value);

    /// <summary>Writes a quantity field.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, Quantity value) => w.WriteString(name, value.ToString());

    /// <summary>Writes base64 bytes.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, byte[] value) => w.WriteBase64String(name, value);

    /// <summary>Writes a duration.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, TimeSpan value) => w.WriteString(name, GoDuration.Format(value));

    /// <summary>Writes a number or string.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, IntOrString value)
    {
        w.WritePropertyName(name);
        w.Value(value);
    }

    /// <summary>Writes raw JSON.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, RawJson value)
    {
        w.WritePropertyName(name);
        w.Value(value);
    }

    /// <summary>Writes a message that is a part of another, so without <c>kind</c> and <c>apiVersion</c>.</summary>
    public static void Field(this Utf8JsonWriter w, ReadOnlySpan<byte> name, IApiMessage value)
    {
        w.WritePropertyName(name);
        value.WriteJson(w, typeMeta: false);
    }

    /// <summary>Writes a time in whole seconds.</summary>
    public static void Time(this Utf8JsonWriter w, ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Span<char> text = stackalloc char[20];
        value.UtcDateTime.TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        w.WriteString(name, text);
    }

    /// <summary>Writes a time in microseconds.</summary>
    public static void MicroTime(this Utf8JsonWriter w, ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Span<char> text = stackalloc char[27];
        value.UtcDateTime.TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        w.WriteString(name, text);
    }

    /// <summary>Writes a list.</summary>
    public static void List<T>(this Utf8JsonWriter w, ReadOnlySpan<byte> name, List<T> list, JsonWrite<T> item)
    {
        w.WriteStartArray(name);
        foreach (var value in list) item(w, value);
        w.WriteEndArray();
    }

    /// <summary>Writes a map, sorted by key as Go does.</summary>
    public static void Map<T>(this Utf8JsonWriter w, ReadOnlySpan<byte> name, Dictionary<string, T> map, JsonWrite<T> item)
    {
        w.WriteStartObject(name);
        foreach (var (key, value) in SortedMap.Of(map))
        {
            w.WritePropertyName(key);
            item(w, value);
        }

        w.WriteEndObject();
    }

    /// <summary>Writes a string value.</summary>
    public static void Value(this Utf8JsonWriter w, string value) => w.WriteStringValue(value);

    /// <summary>Writes a boolean value.</summary>
    public static void Value(this Utf8JsonWriter w, bool value) => w.WriteBooleanValue(value);

    /// <summary>Writes a number value.</summary>
    public static void Value(this Utf8JsonWriter w, int value) => w.WriteNumberValue(value);

    /// <summary>Writes a number value.</summary>
    public static void Value(this Utf8JsonWriter w, long value) => w.WriteNumberValue(value);

    /// <summary>Writes a quantity value.</summary>
    public static void Value(this Utf8JsonWriter w, Quantity value) => w.WriteStringValue(value.ToString());

    /// <summary>Writes base64 bytes.</summary>
    public static void Value(this Utf8JsonWriter w, byte[] value) => w.WriteBase64StringValue(value);

    /// <summary>Writes raw JSON; an empty value as null.</summary>
    public static void Value(this Utf8JsonWriter w, RawJson value)
    {
        if (value.Utf8.IsEmpty) w.WriteNullValue();
        else w.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }

    /// <summary>Writes a time in whole seconds; Go's zero time, which is also .NET's, as null.</summary>
    public static void Value(this Utf8JsonWriter w, DateTimeOffset value)
    {
        if (value == default)
        {
            w.WriteNullValue();
            return;
        }

        Span<char> text = stackalloc char[20];
        value.UtcDateTime.TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        w.WriteStringValue(text);
    }

    /// <summary>Writes a number or string.</summary>
    public static void Value(this Utf8JsonWriter w, IntOrString value)
    {
        if (value.IsString) w.WriteStringValue(value.StringValue);
        else w.WriteNumberValue(value.IntValue);
    }

    /// <summary>Writes a message that is a part of another, so without <c>kind</c> and <c>apiVersion</c>.</summary>
    public static void Value(this Utf8JsonWriter w, IApiMessage value) => value.WriteJson(w, typeMeta: false);

    /// <summary>Writes a list of strings, as the values of a map (<c>map[string][]string</c>).</summary>
    public static void Value(this Utf8JsonWriter w, List<string> values)
    {
        w.WriteStartArray();
        foreach (var value in values) w.WriteStringValue(value);
        w.WriteEndArray();
    }
}
