using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Tiphys.Grpc.Server;

/// <summary>Messages as gRPC frames them: a byte that says whether they are compressed, their length, and they.</summary>
internal sealed class FrameStream(PipeReader reader, PipeWriter writer, bool gzip, int maxMessageBytes) : IMessageStream
{
    private const int PrefixLength = 5;

    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(cancel);
            }
            catch (IOException e)
            {
                throw new OperationCanceledException("the caller has gone away", e);
            }
            var buffer = read.Buffer;
            if (TryTakeFrame(ref buffer, out var compressed, out var payload))
            {
                try
                {
                    return compressed ? parser.ParseFrom(Inflate(payload)) : parser.ParseFrom(payload);
                }
                catch (InvalidProtocolBufferException e)
                {
                    throw new GrpcException(GrpcStatusCode.Internal, $"grpc: error unmarshalling request: {e.Message}", e);
                }
                finally
                {
                    reader.AdvanceTo(buffer.Start);
                }
            }
            if (read.IsCompleted)
            {
                var left = buffer.Length;
                reader.AdvanceTo(buffer.End);
                return left == 0 ? null : throw new GrpcException(GrpcStatusCode.Internal, "the request ends inside a frame");
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public ValueTask WriteAsync(IMessage message, CancellationToken cancel)
    {
        var size = message.CalculateSize();
        var prefix = writer.GetSpan(PrefixLength);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], size);
        writer.Advance(PrefixLength);
        if (size > 0) message.WriteTo(writer);
        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        var result = await writer.FlushAsync(cancel);
        if (result.IsCompleted) throw new OperationCanceledException("the caller has gone away");
    }

    private bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> payload)
    {
        compressed = false;
        payload = default;
        if (buffer.Length < PrefixLength) return false;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] > 1)
            throw new GrpcException(GrpcStatusCode.Internal, string.Create(CultureInfo.InvariantCulture, $"grpc: received unexpected payload format {prefix[0]}"));
        if (length > maxMessageBytes) throw TooLarge(length);
        if (buffer.Length < PrefixLength + length) return false;
        compressed = prefix[0] == 1;
        if (compressed && !gzip)
            throw new GrpcException(GrpcStatusCode.Internal, "grpc: compressed flag set with identity or empty encoding");
        payload = buffer.Slice(PrefixLength, length);
        buffer = buffer.Slice(PrefixLength + length);
        return true;
    }

    private byte[] Inflate(ReadOnlySequence<byte> payload)
    {
        try
        {
            using var source = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            using var target = new MemoryStream();
            var chunk = new byte[16 * 1024];
            // The limit holds for what comes out: a small frame can hold a great deal of zeros.
            while (source.Read(chunk) is > 0 and var count)
            {
                target.Write(chunk, 0, count);
                if (target.Length > maxMessageBytes) throw TooLarge(target.Length);
            }
            return target.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"grpc: failed to decompress the received message: {e.Message}", e);
        }
    }

    private GrpcException TooLarge(long length) => new(
        GrpcStatusCode.ResourceExhausted,
        string.Create(CultureInfo.InvariantCulture, $"grpc: received message larger than max ({length} vs. {maxMessageBytes})"));
}
