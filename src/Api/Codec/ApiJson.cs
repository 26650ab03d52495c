using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>Encodes and decodes API messages as JSON.</summary>
public static class ApiJson
{
    /// <summary>How API JSON is written: compact, without escapes that JSON does not need.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 512,
    };

    [ThreadStatic] private static Scratch? s_scratch;

    /// <summary>Encodes a message into a new array.</summary>
    /// <param name="message">What to encode.</param>
    /// <param name="typeMeta">Whether kinds begin with <c>kind</c> and <c>apiVersion</c>.</param>
    public static byte[] Encode(IApiMessage message, bool typeMeta = true)
    {
        // Taken for the time of the call, so that an encoder that encodes (an embedded object) gets its own.
        var scratch = s_scratch ?? new Scratch();
        s_scratch = null;
        message.WriteJson(scratch.Writer, typeMeta);
        scratch.Writer.Flush();
        var bytes = scratch.Buffer.WrittenSpan.ToArray();
        scratch.Reset();
        s_scratch = scratch;
        return bytes;
    }

    /// <summary>Encodes a message into a buffer.</summary>
    public static void Encode(IApiMessage message, IBufferWriter<byte> output, bool typeMeta = true)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        message.WriteJson(writer, typeMeta);
    }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="ApiDecodeException">The bytes are not JSON, or do not fit the type.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> json) where T : class, IApiMessage<T>
    {
        var message = T.New();
        DecodeInto(message, json);
        return message;
    }

    /// <summary>Decodes into an existing message; tells whether fields were met that the type does not have.</summary>
    /// <exception cref="ApiDecodeException">The bytes are not JSON, or do not fit the type.</exception>
    public static bool DecodeInto(IApiMessage message, ReadOnlySpan<byte> json)
    {
        var reader = new ApiJsonReader(json);
        message.ReadJson(ref reader);
        reader.End();
        return reader.SawUnknownField;
    }

    /// <summary>Whether two messages are equal in every field.</summary>
    public static bool Same(IApiMessage? left, IApiMessage? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && Encode(left).AsSpan().SequenceEqual(Encode(right)));

    private sealed class Scratch
    {
        private const int LargestKept = 1 << 20;

        public Scratch()
        {
            Buffer = new ArrayBufferWriter<byte>(4096);
            Writer = new Utf8JsonWriter(Buffer, WriterOptions);
        }

        public ArrayBufferWriter<byte> Buffer { get; private set; }

        public Utf8JsonWriter Writer { get; }

        public void Reset()
        {
            if (Buffer.Capacity > LargestKept) Buffer = new ArrayBufferWriter<byte>(4096);
            else Buffer.ResetWrittenCount();
            Writer.Reset(Buffer);
        }
    }
}
