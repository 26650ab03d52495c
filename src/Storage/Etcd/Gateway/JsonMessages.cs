using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>
/// Messages as JSON objects one after another, in the form etcd's gateway gives them: names as in the protocol's definition, bytes
/// in base64, 64-bit numbers as strings, zeros left out.
/// </summary>
internal sealed class JsonMessages(PipeReader reader, PipeWriter writer, bool streaming, int mostBytes) : IMessageStream
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            var bytes = read.Buffer.ToArray();
            var start = Skip(bytes);
            if (start == bytes.Length && read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }
            if (start < bytes.Length && TryEnd(bytes.AsSpan(start), read.IsCompleted, out var length))
            {
                reader.AdvanceTo(read.Buffer.GetPosition(start + length));
                return Parse(parser, bytes.AsSpan(start, length));
            }
            if (bytes.Length > mostBytes)
                throw Services.EtcdErrors.RequestTooLarge();
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public async ValueTask WriteAsync(IMessage message, CancellationToken cancel)
    {
        if (streaming)
            await writer.WriteAsync("{\"result\":"u8.ToArray(), cancel);
        using (var document = JsonDocument.Parse(Formatter.Format(message)))
        await using (var json = new Utf8JsonWriter(writer, Plain))
            document.RootElement.WriteTo(json);
        if (streaming)
            await writer.WriteAsync("}\n"u8.ToArray(), cancel);
    }

    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        if ((await writer.FlushAsync(cancel)).IsCompleted)
            throw new OperationCanceledException("the caller has gone away");
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> json)
        where T : class, IMessage<T>
    {
        try
        {
            // An empty message tells its kind.
            return (T)Parser.Parse(Encoding.UTF8.GetString(json), parser.ParseFrom(ByteString.Empty).Descriptor);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, e.Message, e);
        }
    }

    private static int Skip(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? bytes.Length : start;
    }

    private static bool TryEnd(ReadOnlySpan<byte> bytes, bool complete, out int length)
    {
        length = 0;
        try
        {
            var json = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            if (!json.Read() || !json.TrySkip())
                return complete ? throw new GrpcException(GrpcStatusCode.InvalidArgument, "unexpected EOF") : false;
            length = (int)json.BytesConsumed;
            return true;
        }
        catch (JsonException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, e.Message, e);
        }
    }
}
