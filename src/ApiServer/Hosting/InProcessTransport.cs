using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Tiphys.ApiServer;

/// <summary>
/// Connections between components and the API server of one process: pipes in place of sockets and TLS. The HTTP on them is
/// what a remote component would speak, and so is everything the server does with it.
/// </summary>
public sealed class InProcessTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _incoming = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>The address the server listens on.</summary>
    public EndPoint EndPoint { get; } = new PipeEndPoint();

    /// <summary>Makes a transport for a client.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        ConnectCallback = (_, cancel) => ConnectAsync(cancel),
    };

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is PipeEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(_incoming, endpoint));

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancel)
    {
        var options = new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false);
        var toServer = new Pipe(options);
        var toClient = new Pipe(options);
        await _incoming.Writer.WriteAsync(new PipeConnection(new DuplexPipe(toServer.Reader, toClient.Writer), EndPoint), cancel);
        return new DuplexStream(toClient.Reader, toServer.Writer);
    }

    private sealed class PipeEndPoint : EndPoint
    {
        public override string ToString() => "in-process";
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Listener(Channel<ConnectionContext> incoming, EndPoint endpoint) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await incoming.Reader.WaitToReadAsync(cancellationToken) && incoming.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            incoming.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class PipeConnection : DefaultConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public PipeConnection(IDuplexPipe transport, EndPoint endpoint) : base(Guid.NewGuid().ToString("N"), transport, transport)
        {
            LocalEndPoint = endpoint;
            RemoteEndPoint = endpoint;
            ConnectionClosed = _closed.Token;
        }

        public override EndPoint? LocalEndPoint { get; set; }

        public override EndPoint? RemoteEndPoint { get; set; }

        // The base class cancels its token on another thread, possibly after having disposed it, and that ends the process.
        public override void Abort(ConnectionAbortedException abortReason) => ThreadPool.UnsafeQueueUserWorkItem(static self => self._closed.Cancel(), this, preferLocal: false);
    }

    /// <summary>The client's end. Disposing it ends both directions.</summary>
    private sealed class DuplexStream(PipeReader input, PipeWriter output) : Stream
    {
        private readonly Stream _input = input.AsStream();
        private readonly Stream _output = output.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _output.WriteAsync(buffer, offset, count, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                // HttpClient cancels a read by disposing the connection under it; a pipe must be told to wake its reader.
                input.CancelPendingRead();
                output.Complete();

                // Completing alone would leave a read that is under way waiting for ever, and with it whoever cancelled the request.
                input.CancelPendingRead();
                input.Complete();
            }

            base.Dispose(disposing);
        }
    }
}
