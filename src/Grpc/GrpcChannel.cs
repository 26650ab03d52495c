using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;

namespace Tiphys.Grpc;

/// <summary>A gRPC client over HTTP/2, with TLS or without: unary calls, server streams and streams in both directions.</summary>
/// <remarks>One connection carries every call; it is made on first use and remade when it breaks. Closing the channel ends the
/// calls that are still running.</remarks>
public sealed class GrpcChannel : IDisposable
{
    private const int PrefixLength = 5;
    private static readonly MediaTypeHeaderValue GrpcContent = new("application/grpc");
    private readonly HttpMessageInvoker _http;
    private readonly EndPoint _server;
    private readonly string _authority;
    private readonly int _maxMessageBytes;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>A channel to a Unix socket.</summary>
    public GrpcChannel(string socketPath) : this(new UnixDomainSocketEndPoint(socketPath))
    {
    }

    /// <summary>A channel to any address.</summary>
    public GrpcChannel(EndPoint server) : this(new GrpcChannelOptions(server))
    {
    }

    /// <summary>A channel of any kind.</summary>
    public GrpcChannel(GrpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _server = options.Server;
        _maxMessageBytes = options.MaxMessageBytes;
        _authority = options.Tls is { } named ? $"https://{(named.ServerName.Contains(':', StringComparison.Ordinal) ? $"[{named.ServerName}]" : named.ServerName)}" : "http://localhost";
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = ConnectAsync,
        };
        if (options.KeepAlive is { } delay)
            (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout, handler.KeepAlivePingPolicy) = (delay, options.KeepAliveTimeout, HttpKeepAlivePingPolicy.WithActiveRequests);
        if (options.Tls is { } tls) handler.SslOptions = Secured(tls);
        _http = new HttpMessageInvoker(handler);
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
        using var deadline = Link(cancel);
        if (timeout is { } limit) deadline.CancelAfter(limit);
        var content = new GrpcMessageContent(Frame(request));
        try
        {
            using var response = await StartAsync(method, content, timeout, [], deadline.Token).ConfigureAwait(false);
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
            throw Translate(e, method, timeout, content.WasSent, cancel);
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
        using var end = Link(cancel);
        var content = new GrpcMessageContent(Frame(request));
        try
        {
            response = await StartAsync(method, content, null, [], end.Token).ConfigureAwait(false);
            body = await response.Content.ReadAsStreamAsync(end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw Translate(e, method, null, content.WasSent, cancel);
        }
        using (response)
        await using (body)
        {
            while (true)
            {
                byte[]? message;
                try
                {
                    message = await ReadFrameAsync(body, end.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not GrpcException)
                {
                    throw Translate(e, method, null, content.WasSent, cancel);
                }
                if (message is null) break;
                yield return parser.ParseFrom(message);
            }
            ThrowUnlessOk(response);
        }
    }

    /// <summary>Begins a call on which both sides send as many messages as they like.</summary>
    /// <param name="method">The full name.</param>
    /// <param name="parser">Reads the replies.</param>
    /// <param name="headers">Metadata to send with the call.</param>
    /// <param name="cancel">Ends the call.</param>
    public GrpcDuplexCall<TRequest, TReply> Duplex<TRequest, TReply>(
        string method, MessageParser<TReply> parser, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
        where TRequest : IMessage<TRequest>
        where TReply : IMessage<TReply> => new(this, method, parser, headers, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The handler lets running calls finish; a channel is closed because nobody waits for them any more.
        _closing.Cancel();
        _http.Dispose();
    }

    internal CancellationTokenSource Link(CancellationToken cancel) => CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token);

    internal async Task<HttpResponseMessage> StartAsync(
        string method, HttpContent content, TimeSpan? timeout, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
    {
        content.Headers.ContentType = GrpcContent;
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_authority + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var (name, value) in headers) message.Headers.TryAddWithoutValidation(name, value);
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
        var socket = _server switch
        {
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            IPEndPoint => new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
        };
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

    private static SslClientAuthenticationOptions Secured(GrpcTls tls)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName };
        if (tls.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if (tls.Client is { } client)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(client.Certificate, client.Intermediates, offline: true);
        return options;
    }

    internal static byte[] Frame(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[PrefixLength + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    internal async Task<byte[]?> ReadFrameAsync(Stream body, CancellationToken cancel)
    {
        var prefix = new byte[PrefixLength];
        var read = await body.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        if (read == 0) return null;
        if (read < PrefixLength) throw new GrpcException(GrpcStatusCode.Internal, "the reply ended inside a frame");
        if (prefix[0] != 0) throw new GrpcException(GrpcStatusCode.Unimplemented, "the reply is compressed though none was asked for");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > _maxMessageBytes)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a reply of {length} bytes is larger than {_maxMessageBytes}");
        var message = new byte[length];
        await body.ReadExactlyAsync(message, cancel).ConfigureAwait(false);
        return message;
    }

    internal static void ThrowUnlessOk(HttpResponseMessage response)
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

    internal Exception Translate(Exception e, string method, TimeSpan? timeout, bool sent, CancellationToken cancel) => e switch
    {
        OperationCanceledException when cancel.IsCancellationRequested => new OperationCanceledException(e.Message, e, cancel),
        OperationCanceledException when _closing.IsCancellationRequested => new GrpcException(
            GrpcStatusCode.Unavailable, $"{_server}: the connection was given up", e) { NeverSent = !sent },
        OperationCanceledException => new GrpcException(
            GrpcStatusCode.DeadlineExceeded, $"{method} took longer than {timeout?.TotalSeconds ?? 0:0.###} s", e) { NeverSent = !sent },
        InvalidProtocolBufferException => new GrpcException(GrpcStatusCode.Internal, $"{method}: {e.Message}", e),
        HttpRequestException or IOException or SocketException => new GrpcException(
            GrpcStatusCode.Unavailable, $"{_server}: {(e.InnerException ?? e).Message}", e) { NeverSent = !sent },
        ObjectDisposedException when _closing.IsCancellationRequested => new GrpcException(
            GrpcStatusCode.Unavailable, $"{_server}: the connection was given up", e) { NeverSent = !sent },
        _ => e,
    };
}
