using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace Tiphys.Grpc;

/// <summary>A call on which both sides send a stream of messages. One reader and any number of senders.</summary>
public sealed class GrpcDuplexCall<TRequest, TReply> : IDisposable
    where TRequest : IMessage<TRequest>
    where TReply : IMessage<TReply>
{
    private readonly Channel<byte[]> _frames;
    private readonly CancellationTokenSource _end;
    private readonly Task<HttpResponseMessage> _response;
    private readonly MessageParser<TReply> _parser;
    private readonly GrpcChannel _channel;
    private readonly string _method;
    private Stream? _body;

    internal GrpcDuplexCall(GrpcChannel channel, string method, MessageParser<TReply> parser, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
    {
        (_channel, _method, _parser) = (channel, method, parser);
        _end = channel.Link(cancel);
        _frames = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
        _response = channel.StartAsync(method, new GrpcStreamContent(_frames.Reader), null, headers, _end.Token);
    }

    /// <summary>Queues a message; false once the call has ended or sending was completed.</summary>
    public bool Send(TRequest message) => !_end.IsCancellationRequested && _frames.Writer.TryWrite(GrpcChannel.Frame(message));

    /// <summary>Tells the server that nothing more will be sent.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    /// <summary>The next reply; null when the server ended the stream in good order.</summary>
    /// <exception cref="GrpcException">The stream broke or ended with an error.</exception>
    public async ValueTask<TReply?> ReadAsync()
    {
        try
        {
            var response = await _response.ConfigureAwait(false);
            _body ??= await response.Content.ReadAsStreamAsync(_end.Token).ConfigureAwait(false);
            if (await _channel.ReadFrameAsync(_body, _end.Token).ConfigureAwait(false) is { } message)
                return _parser.ParseFrom(message);
            GrpcChannel.ThrowUnlessOk(response);
            return default;
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw _channel.Translate(e, _method, null, sent: true, default);
        }
    }

    /// <summary>Ends the call on both sides.</summary>
    public void Dispose()
    {
        _frames.Writer.TryComplete();
        _end.Cancel();
        _body?.Dispose();
        _ = DropAsync();
    }

    private async Task DropAsync()
    {
        await ((Task)_response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_response.IsCompletedSuccessfully) (await _response.ConfigureAwait(false)).Dispose();
        _end.Dispose();
    }
}

/// <summary>One message as a request's body, which knows whether it was handed to the connection.</summary>
internal sealed class GrpcMessageContent(byte[] frame) : HttpContent
{
    /// <summary>The message may have reached the server.</summary>
    public bool WasSent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        WasSent = true;
        return stream.WriteAsync(frame, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = frame.Length;
        return true;
    }
}

/// <summary>A request's body that is sent while the reply is being read.</summary>
internal sealed class GrpcStreamContent(ChannelReader<byte[]> frames) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await foreach (var frame in frames.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
