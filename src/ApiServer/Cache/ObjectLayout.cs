using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// How objects of a kind lie in the store: JSON that begins <c>{"kind":"Pod","apiVersion":"v1","metadata":{</c> and has no
/// resourceVersion. An object is served by copying its bytes with the revision set in behind that beginning, and as a list's
/// item by leaving kind and apiVersion out; it is never decoded and encoded again.
/// </summary>
public sealed class ObjectLayout
{
    private static readonly byte[] s_itemStart = "{\"metadata\":{"u8.ToArray();
    private readonly byte[] _start;

    /// <summary>The layout of a kind.</summary>
    public ObjectLayout(KindInfo kind)
    {
        Kind = kind;
        _start = Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind.Kind}\",\"apiVersion\":\"{kind.ApiVersion}\",\"metadata\":{{");
    }

    /// <summary>The kind.</summary>
    public KindInfo Kind { get; }

    /// <summary>Encodes an object for the store.</summary>
    public static byte[] Encode(IKubernetesObject item)
    {
        // The revision is the store's to give; inside the bytes it would be stale at once.
        var revision = item.Metadata.ResourceVersion;
        item.Metadata.ResourceVersion = "";
        var bytes = ApiJson.Encode(item);
        item.Metadata.ResourceVersion = revision;
        return bytes;
    }

    /// <summary>Decodes stored bytes and sets the revision.</summary>
    public IKubernetesObject Decode(ReadOnlySpan<byte> stored, long revision)
    {
        var item = (IKubernetesObject)Kind.New();
        ApiJson.DecodeInto(item, stored);
        item.Metadata.ResourceVersion = revision.ToString(CultureInfo.InvariantCulture);
        return item;
    }

    /// <summary>
    /// Brings what another API server may have stored (protobuf, or JSON in another order) into this layout.
    /// </summary>
    /// <exception cref="ApiDecodeException">The bytes are neither.</exception>
    public ReadOnlyMemory<byte> Normalize(ReadOnlyMemory<byte> stored)
    {
        if (stored.Span.StartsWith(_start)) return stored;
        var item = (IKubernetesObject)Kind.New();
        if (stored.Span.StartsWith(ApiProto.Magic)) ApiProto.DecodeInto(item, ApiProto.Open(stored.Span).Raw);
        else ApiJson.DecodeInto(item, stored.Span);

        // Upstream fills defaults in whenever it reads, so it may have stored an object without them.
        item.ApplyDefaults();
        return Encode(item);
    }

    /// <summary>Writes the object as it is served on its own.</summary>
    public void WriteObject(IBufferWriter<byte> output, ReadOnlySpan<byte> stored, long revision)
    {
        output.Write(_start);
        WriteRest(output, stored, revision);
    }

    /// <summary>Writes the object as an item of a list.</summary>
    public void WriteItem(IBufferWriter<byte> output, ReadOnlySpan<byte> stored, long revision)
    {
        output.Write(s_itemStart);
        WriteRest(output, stored, revision);
    }

    private void WriteRest(IBufferWriter<byte> output, ReadOnlySpan<byte> stored, long revision)
    {
        if (revision == 0)
        {
            output.Write(stored[_start.Length..]); // the result of a dry run, which was never stored
            return;
        }

        output.Write("\"resourceVersion\":\""u8);
        var span = output.GetSpan(20);
        revision.TryFormat(span, out var digits, default, CultureInfo.InvariantCulture);
        output.Advance(digits);
        output.Write("\","u8);
        output.Write(stored[_start.Length..]);
    }
}

/// <summary>Reads labels and selectable fields off stored bytes without decoding the object.</summary>
internal static class ObjectPeek
{
    /// <summary>The labels (null when there are none) and the fields' values in the order of <paramref name="fields"/>.</summary>
    public static (Dictionary<string, string>? Labels, string[] Fields) Read(ReadOnlySpan<byte> json, IReadOnlyList<SelectableField> fields)
    {
        Dictionary<string, string>? labels = null;
        var values = new string[fields.Count];
        for (var i = 0; i < values.Length; i++) values[i] = fields[i].Missing;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8)) labels = Metadata(ref reader);
            else Field(ref reader, fields, values);
        }

        return (labels, values);
    }

    private static Dictionary<string, string>? Metadata(ref Utf8JsonReader reader)
    {
        Dictionary<string, string>? labels = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLabels = reader.ValueTextEquals("labels"u8);
            reader.Read();
            if (!isLabels || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            labels = new Dictionary<string, string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                reader.Read();
                labels[key] = reader.GetString() ?? "";
            }
        }

        return labels;
    }

    private static void Field(ref Utf8JsonReader reader, IReadOnlyList<SelectableField> fields, string[] values)
    {
        var name = reader.ValueSpan;
        var wanted = false;
        for (var i = 0; i < values.Length; i++) wanted |= name.SequenceEqual(fields[i].Parts[0]);
        reader.Read();
        if (!wanted)
        {
            reader.Skip();
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            for (var i = 0; i < values.Length; i++)
                if (fields[i].Parts.Length == 1 && name.SequenceEqual(fields[i].Parts[0])) values[i] = Text(ref reader);
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var inner = reader.ValueSpan;
            reader.Read();
            for (var i = 0; i < values.Length; i++)
            {
                var parts = fields[i].Parts;
                if (parts.Length == 2 && name.SequenceEqual(parts[0]) && inner.SequenceEqual(parts[1])) values[i] = Text(ref reader);
            }

            reader.Skip();
        }
    }

    private static string Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "",
    };
}
