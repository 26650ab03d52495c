using System.IO.Pipelines;

namespace Tiphys.Client;

/// <summary>One stream of a <see cref="SpdyConnection"/>.</summary>
public sealed class SpdyStream
{
    // Unbounded towards the reader of the connection: one slow stream must not hold the others back.
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SpdyConnection _connection;
    private readonly uint _id;
    private int _ended;

    internal SpdyStream(SpdyConnection connection, uint id)
    {
        _connection = connection;
        _id = id;
    }

    internal Task Opened => _opened.Task;

    /// <summary>What the server sent; it completes when the server is done.</summary>
    public PipeReader Input => _received.Reader;

    /// <summary>Sends data.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => _connection.WriteAsync(_id, data, fin: false, cancel);

    /// <summary>Says that nothing more will be sent.</summary>
    public Task CloseWriteAsync(CancellationToken cancel) => _connection.WriteAsync(_id, ReadOnlyMemory<byte>.Empty, fin: true, cancel);

    internal async Task ReceiveAsync(byte[] data)
    {
        if (Volatile.Read(ref _ended) == 0) await _received.Writer.WriteAsync(data).ConfigureAwait(false);
    }

    internal void Answered() => _opened.TrySetResult();

    internal void End(Exception? failure)
    {
        _opened.TrySetException(failure as IOException ?? new IOException("the streaming server refused the stream"));
        if (Interlocked.Exchange(ref _ended, 1) == 0) _received.Writer.Complete(failure);
    }
}
