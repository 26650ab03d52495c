using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Tiphys.Client;

/// <summary>The client's end of a SPDY/3.1 connection: as much of it as kubelets and container runtimes speak for exec, attach and port forwarding.</summary>
/// <remarks>
/// What the server says in headers is never needed, so they are skipped, and no decompression is. Like upstream's library it
/// keeps no flow-control windows; TCP's hold both sides back.
/// </remarks>
public sealed class SpdyConnection : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private readonly Stream _connection;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<uint, SpdyStream> _streams = new();
    private readonly Task _reading;
    private uint _lastStream;
    private bool _anyHeaders;

    /// <summary>Speaks SPDY on a connection that was upgraded to it, which becomes its own.</summary>
    public SpdyConnection(Stream connection)
    {
        _connection = connection;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Opens a stream with the given headers, and returns once the server knows it.</summary>
    /// <exception cref="IOException">The server did not answer in time, or refused.</exception>
    public async Task<SpdyStream> OpenAsync(IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
    {
        SpdyStream stream;
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var id = _lastStream == 0 ? 1 : _lastStream + 2;
            _lastStream = id;
            stream = new SpdyStream(this, id);
            _streams[id] = stream;
            await _connection.WriteAsync(SpdyFrame.SynStream(id, headers, !_anyHeaders), cancel).ConfigureAwait(false);
            _anyHeaders = true;
        }
        finally
        {
            _writing.Release();
        }
        // Servers throw away what arrives on a stream before they have answered its opening.
        try
        {
            await stream.Opened.WaitAsync(AnswerLimit, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new IOException("the streaming server did not answer the opening of a stream", e);
        }
        return stream;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    internal async Task WriteAsync(uint stream, ReadOnlyMemory<byte> data, bool fin, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var frame = new byte[SpdyFrame.HeadLength + data.Length];
            SpdyFrame.WriteDataHead(frame, stream, data.Length, fin);
            data.CopyTo(frame.AsMemory(SpdyFrame.HeadLength));
            await _connection.WriteAsync(frame, cancel).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var head = new byte[SpdyFrame.HeadLength];
        Exception? failure = null;
        try
        {
            while (true)
            {
                if (await _connection.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).ConfigureAwait(false) < head.Length) break;
                var first = BinaryPrimitives.ReadUInt32BigEndian(head);
                var second = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
                var flags = (byte)(second >> 24);
                var body = new byte[second & SpdyFrame.MaxData];
                await _connection.ReadExactlyAsync(body).ConfigureAwait(false);
                if ((first & 0x80000000) == 0) await DataAsync(first, body, flags).ConfigureAwait(false);
                else if (await ControlAsync((SpdyControl)(first & 0xffff), head, body, flags).ConfigureAwait(false)) break;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            failure = e;
        }
        foreach (var stream in _streams.Values) stream.End(failure);
    }

    private async Task DataAsync(uint id, byte[] body, byte flags)
    {
        if (!_streams.TryGetValue(id, out var stream)) return;
        await stream.ReceiveAsync(body).ConfigureAwait(false);
        if ((flags & SpdyFrame.Fin) != 0) stream.End(null);
    }

    private async Task<bool> ControlAsync(SpdyControl kind, byte[] head, byte[] body, byte flags)
    {
        switch (kind)
        {
            case SpdyControl.Ping when body.Length >= 4 && (BinaryPrimitives.ReadUInt32BigEndian(body) & 1) == 0:
                await _writing.WaitAsync().ConfigureAwait(false);
                try
                {
                    await _connection.WriteAsync((byte[])[.. head, .. body]).ConfigureAwait(false);
                }
                finally
                {
                    _writing.Release();
                }
                break;
            case SpdyControl.RstStream or SpdyControl.SynReply or SpdyControl.Headers when body.Length >= 4:
                if (!_streams.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(body) & 0x7fffffff, out var stream)) break;
                if (kind == SpdyControl.SynReply) stream.Answered();
                if (kind == SpdyControl.RstStream || (flags & SpdyFrame.Fin) != 0) stream.End(null);
                break;
            case SpdyControl.GoAway:
                return true;
            default:
                break;
        }
        return false;
    }
}
