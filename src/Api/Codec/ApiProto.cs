namespace Tiphys.Api;

/// <summary>
/// Encodes and decodes kinds in upstream's protobuf envelope: four magic bytes, then a <c>runtime.Unknown</c>
/// that names the kind and carries the message.
/// </summary>
public static class ApiProto
{
    /// <summary>The media type of the envelope.</summary>
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>What every envelope begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Encodes a kind in its envelope.</summary>
    public static byte[] Encode(IKind message)
    {
        var writer = new ProtoWriter();
        Encode(message, writer);
        return [.. Magic, .. writer.Written.Span];
    }

    /// <summary>Writes the envelope without its magic.</summary>
    public static void Encode(IKind message, ProtoWriter writer)
    {
        writer.String(4, "");
        writer.String(3, "");
        writer.Message(2, message);
        var mark = writer.Length;
        writer.String(2, message.KindInfo.Kind);
        writer.String(1, message.KindInfo.ApiVersion);
        writer.EndMessage(1, mark);
    }

    /// <summary>Opens an envelope.</summary>
    /// <exception cref="ApiDecodeException">The bytes are not an envelope.</exception>
    public static ProtoEnvelope Open(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic)) throw new ApiDecodeException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        var reader = new ProtoReader(bytes[4..]);
        var envelope = new ProtoEnvelope { ApiVersion = "", Kind = "" };
        while (reader.NextField())
        {
            if (reader.Field == 1)
            {
                var meta = new ProtoReader(reader.Span());
                while (meta.NextField())
                {
                    if (meta.Field == 1) envelope.ApiVersion = meta.String();
                    else if (meta.Field == 2) envelope.Kind = meta.String();
                    else meta.Skip();
                }
            }
            else if (reader.Field == 2) envelope.Raw = reader.Span();
            else reader.Skip();
        }

        return envelope;
    }

    /// <summary>Merges bare message bytes into a message.</summary>
    /// <exception cref="ApiDecodeException">The bytes are not protobuf.</exception>
    public static void DecodeInto(IApiMessage message, ReadOnlySpan<byte> proto)
    {
        var reader = new ProtoReader(proto);
        message.ReadProto(ref reader);
    }
}

/// <summary>An opened envelope; <see cref="Raw"/> lies in the bytes it was opened from.</summary>
public ref struct ProtoEnvelope
{
    /// <summary><c>apiVersion</c> of the object.</summary>
    public string ApiVersion { get; set; }

    /// <summary><c>kind</c> of the object.</summary>
    public string Kind { get; set; }

    /// <summary>The object's own bytes.</summary>
    public ReadOnlySpan<byte> Raw { get; set; }
}
