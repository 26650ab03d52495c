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
/// in base64, 64-bit numbers as strings, zeros left out. Where one is wanted, a body without any stands for an empty one, and what
/// follows the first is not looked at.
/// </summary>
internal sealed class JsonMessages(PipeReader reader, PipeWriter writer, bool streaming, bool one, int mostBytes) : IMessageStream
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private bool _read;

    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        if (one && _read)
            return null;
        _read = true;
        // Where the message ends is looked for in what has come since the last look.
        var (state, scanned) = (default(JsonReaderState), 0L);
        while (true)
        {
            var read = await NextAsync(cancel);
            var message = Trim(read.Buffer);
            if (message.IsEmpty && read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.End);
                return one ? parser.ParseFrom(ByteString.Empty) : null;
            }
            if (TryEnd(message.Slice(scanned), ref state, ref scanned))
            {
                message = message.Slice(0, scanned);
                var parsed = Parse(parser, message);
                reader.AdvanceTo(message.End);
                return parsed;
            }
            if (read.IsCompleted)
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "unexpected EOF");
            if (message.Length > mostBytes)
                throw Services.EtcdErrors.RequestTooLarge();
            reader.AdvanceTo(message.Start, read.Buffer.End);
        }
    }

    public ValueTask WriteAsync(IMessage message, CancellationToken cancel)
    {
        if (streaming)
            writer.Write("{\"result\":"u8);
        using (var document = JsonDocument.Parse(Formatter.Format(message)))
        using (var json = new Utf8JsonWriter(writer, Plain))
            document.RootElement.WriteTo(json);
        if (streaming)
            writer.Write("}\n"u8);
        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        if ((await writer.FlushAsync(cancel)).IsCompleted)
            throw new OperationCanceledException("the caller has gone away");
    }

    private async ValueTask<ReadResult> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await reader.ReadAsync(cancel);
        }
        catch (IOException e)
        {
            throw new OperationCanceledException("the caller has gone away", e);
        }
    }

    private static T Parse<T>(MessageParser<T> parser, in ReadOnlySequence<byte> json)
        where T : class, IMessage<T>
    {
        // An empty message tells its kind.
        var kind = parser.ParseFrom(ByteString.Empty).Descriptor;
        var text = Encoding.UTF8.GetString(json);
        try
        {
            return (T)Parser.Parse(text, kind);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            if (UnknownEnums.Without(text, kind) is { } known)
                return Parse(parser, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(known)));
            throw new GrpcException(GrpcStatusCode.InvalidArgument, e.Message, e);
        }
    }

    private static ReadOnlySequence<byte> Trim(in ReadOnlySequence<byte> bytes)
    {
        var rest = new SequenceReader<byte>(bytes);
        rest.AdvancePastAny(" \t\r\n"u8);
        return rest.UnreadSequence;
    }

    private static bool TryEnd(in ReadOnlySequence<byte> bytes, ref JsonReaderState state, ref long scanned)
    {
        try
        {
            var json = new Utf8JsonReader(bytes, isFinalBlock: false, state);
            var ended = false;
            while (!ended && json.Read())
                ended = json.CurrentDepth == 0 && json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
            (state, scanned) = (json.CurrentState, scanned + json.BytesConsumed);
            return ended;
        }
        catch (JsonException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, e.Message, e);
        }
    }
}
