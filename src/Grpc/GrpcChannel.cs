using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Tiphys.Grpc;

/// <summary>A gRPC client over cleartext HTTP/2, on a Unix socket above all: unary calls and server streams.</summary>
/// <remarks>One connection carries every call; it is made on first use and remade when it breaks.</remarks>
public sealed class GrpcChannel : IDisposable
{
    private const int PrefixLength = 5;
    private const int MaxMessageBytes = 16 * 1024 * 1024;
    private static readonly MediaTypeHeaderValue GrpcContent = new("application/grpc");
    private readonly HttpMessageInvoker _http;
    private readonly EndPoint _server;

    /// <summary>A channel to a Unix socket.</summary>
    public GrpcChannel(string socketPath) : this(new UnixDomainSocketEndPoint(socketPath))
    {
    }

    /// <summary>A channel to any address.</summary>
    public GrpcChannel(EndPoint server)
    {
        _server = server;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Makes one call and waits for its one reply.</summary>
    /// <param name="method">The full name, such as <c>/runtime.v1.RuntimeService/Version</c>.</param>
    /// <param name="request">The message to send.</param>
    /// <param name="parser">Reads the reply.</param>
    /// <param name="timeout">How long the call may take, or null for as long as it needs.</param>
    /// <param name="cancel">Gives the call up.</param>
    /// <exception cref="GrpcException">The call failed, on this side or the other.</exception>
    public async Task<TReply> UnaryAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, TimeSpan? timeout, CancellationToken cancel)
        where TReply : IMessage<TReply>
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (timeout is { } limit) deadline.CancelAfter(limit);
        try
        {
            using var response = await SendAsync(method, request, timeout, deadline.Token).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            var message = await ReadFrameAsync(body, deadline.Token).ConfigureAwait(false);
            if (message is not null)
                await body.CopyToAsync(Stream.Null, deadline.Token).ConfigureAwait(false); // trailers follow the last byte
            ThrowUnlessOk(response);
            return message is null
                ? throw new GrpcException(GrpcStatusCode.Internal, $"{method} ended without a reply")
                : parser.ParseFrom(message);
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw Translate(e, method, timeout, cancel);
        }
    }

    /// <summary>Makes one call and yields its replies as they arrive, until the server ends the stream.</summary>
    /// <exception cref="GrpcException">The stream broke or ended with an error.</exception>
    public async IAsyncEnumerable<TReply> ServerStreamAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, [EnumeratorCancellation] CancellationToken cancel)
        where TReply : IMessage<TReply>
    {
        HttpResponseMessage response;
        Stream body;
        try
        {
            response = await SendAsync(method, request, null, cancel).ConfigureAwait(false);
            body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw Translate(e, method, null, cancel);
        }
        using (response)
        await using (body)
        {
            while (true)
            {
                byte[]? message;
                try
                {
                    message = await ReadFrameAsync(body, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not GrpcException)
                {
                    throw Translate(e, method, null, cancel);
                }
                if (message is null) break;
                yield return parser.ParseFrom(message);
            }
            ThrowUnlessOk(response);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string method, IMessage request, TimeSpan? timeout, CancellationToken cancel)
    {
        var content = new ByteArrayContent(Frame(request));
        content.Headers.ContentType = GrpcContent;
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (timeout is { } limit)
            message.Headers.TryAddWithoutValidation("grpc-timeout", EncodeTimeout(limit));
        var response = await _http.SendAsync(message, cancel).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            response.Dispose();
            throw new GrpcException(GrpcStatusCode.Unavailable, $"{method}: HTTP status {(int)response.StatusCode}");
        }
        return response;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = _server is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_server, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Frame(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[PrefixLength + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    private static async Task<byte[]?> ReadFrameAsync(Stream body, CancellationToken cancel)
    {
        var prefix = new byte[PrefixLength];
        var read = await body.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        if (read == 0) return null;
        if (read < PrefixLength) throw new GrpcException(GrpcStatusCode.Internal, "the reply ended inside a frame");
        if (prefix[0] != 0) throw new GrpcException(GrpcStatusCode.Unimplemented, "the reply is compressed though none was asked for");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > MaxMessageBytes)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a reply of {length} bytes is larger than {MaxMessageBytes}");
        var message = new byte[length];
        await body.ReadExactlyAsync(message, cancel).ConfigureAwait(false);
        return message;
    }

    private static void ThrowUnlessOk(HttpResponseMessage response)
    {
        // A call that fails before its first message carries the status among the headers.
        var status = Find(response.TrailingHeaders, "grpc-status") ?? Find(response.Headers, "grpc-status");
        if (status is "0") return;
        var detail = Find(response.TrailingHeaders, "grpc-message") ?? Find(response.Headers, "grpc-message") ?? "";
        var code = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 16
            ? (GrpcStatusCode)number
            : GrpcStatusCode.Unknown;
        throw new GrpcException(code, status is null ? "the server sent no status" : Uri.UnescapeDataString(detail));
    }

    private static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static string EncodeTimeout(TimeSpan limit)
    {
        // The wire allows eight digits and a unit.
        var milliseconds = Math.Max(1, (long)limit.TotalMilliseconds);
        return milliseconds < 100_000_000
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(milliseconds / 1000, 99_999_999)}S");
    }

    private Exception Translate(Exception e, string method, TimeSpan? timeout, CancellationToken cancel) => e switch
    {
        OperationCanceledException when cancel.IsCancellationRequested => new OperationCanceledException(e.Message, e, cancel),
        OperationCanceledException => new GrpcException(
            GrpcStatusCode.DeadlineExceeded, $"{method} took longer than {timeout?.TotalSeconds ?? 0:0.###} s", e),
        InvalidProtocolBufferException => new GrpcException(GrpcStatusCode.Internal, $"{method}: {e.Message}", e),
        HttpRequestException or IOException or SocketException => new GrpcException(
            GrpcStatusCode.Unavailable, $"{_server}: {(e.InnerException ?? e).Message}", e),
        _ => e,
    };
}
