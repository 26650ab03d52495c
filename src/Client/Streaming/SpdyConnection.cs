using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;

namespace Tiphys.Client;

/// <summary>
/// The client's side of a SPDY/3.1 connection as Kubernetes uses it for exec and attach: we open the streams, the peer only
/// answers on them. Flow control is not part of that use, on either side.
/// </summary>
public sealed class SpdyConnection(Stream transport) : IAsyncDisposable
{
    private const ushort SynStream = 1;
    private const ushort SynReply = 2;
    private const ushort RstStream = 3;
    private const ushort Ping = 6;
    private const ushort GoAway = 7;
    private const byte FlagFin = 1;
    private const int LargestFrame = 1 << 24;
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly SemaphoreSlim _writing = new(1);
    private bool _headersStarted;
    private int _nextStream = 1;

    /// <summary>Opens a stream, and returns once the peer has answered: until then it may throw data away. <see cref="RunAsync"/> must be running.</summary>
    /// <param name="headers">Its headers, for example <c>streamType: stdout</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<SpdyStream> OpenAsync(IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
    {
        SpdyStream stream;
        await _writing.WaitAsync(cancel);
        try
        {
            stream = new SpdyStream(this, _nextStream);
            _streams[_nextStream] = stream;
            var block = SpdyHeaders.Encode(headers, first: !_headersStarted);
            _headersStarted = true;
            var frame = new byte[8 + 10 + block.Length];
            WriteControl(frame, SynStream, 0, 10 + block.Length);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), _nextStream);
            block.CopyTo(frame.AsSpan(18));
            _nextStream += 2;
            await transport.WriteAsync(frame, cancel);
            await transport.FlushAsync(cancel);
        }
        finally
        {
            _writing.Release();
        }

        await stream.Opened.WaitAsync(TimeSpan.FromSeconds(30), cancel);
        return stream;
    }

    /// <summary>Reads frames until the peer ends the connection.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var header = new byte[8];
        try
        {
            while (await transport.ReadAtLeastAsync(header, 8, throwOnEndOfStream: false, cancel) == 8)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)) & 0xffffff;
                if (length > LargestFrame) throw new InvalidDataException("SPDY frame too large");
                var body = new byte[length];
                await transport.ReadExactlyAsync(body, cancel);
                if (!await HandleAsync(header, body, cancel)) return;
            }
        }
        finally
        {
            foreach (var stream in _streams.Values) stream.End();
        }
    }

    internal async Task SendAsync(int stream, ReadOnlyMemory<byte> data, bool fin, CancellationToken cancel)
    {
        var header = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(header, stream);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), data.Length);
        header[4] = fin ? FlagFin : (byte)0;
        await _writing.WaitAsync(cancel);
        try
        {
            await transport.WriteAsync(header, cancel);
            if (!data.IsEmpty) await transport.WriteAsync(data, cancel);
            await transport.FlushAsync(cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => transport.DisposeAsync();

    private async Task<bool> HandleAsync(byte[] header, byte[] body, CancellationToken cancel)
    {
        if ((header[0] & 0x80) == 0)
        {
            var id = BinaryPrimitives.ReadInt32BigEndian(header) & 0x7fffffff;
            if (!_streams.TryGetValue(id, out var stream)) return true;
            await stream.ReceiveAsync(body, cancel);
            if ((header[4] & FlagFin) != 0) stream.End();
            return true;
        }

        switch (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)))
        {
            case RstStream when body.Length >= 8 && _streams.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(body), out var reset):
                reset.End();
                return true;
            case SynReply when body.Length >= 4 && _streams.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(body), out var answered):
                answered.Answered();
                if ((header[4] & FlagFin) != 0) answered.End();
                return true;
            case Ping:
                await PongAsync(header, body, cancel);
                return true;
            case GoAway:
                return false;
            default:
                return true; // settings, window updates and headers say nothing that matters here
        }
    }

    private async Task PongAsync(byte[] header, byte[] body, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            await transport.WriteAsync(header, cancel);
            await transport.WriteAsync(body, cancel);
            await transport.FlushAsync(cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static void WriteControl(Span<byte> frame, ushort type, byte flags, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame, 0x8003);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], type);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], length);
        frame[4] = flags;
    }
}

/// <summary>One stream of a <see cref="SpdyConnection"/>.</summary>
public sealed class SpdyStream
{
    private readonly SpdyConnection _connection;
    private readonly int _id;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

    internal SpdyStream(SpdyConnection connection, int id)
    {
        _connection = connection;
        _id = id;
    }

    /// <summary>What the peer sends; it completes when the peer closes the stream.</summary>
    public PipeReader Input => _received.Reader;

    /// <summary>Sends data.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => _connection.SendAsync(_id, data, fin: false, cancel);

    /// <summary>Tells the peer that no more data comes.</summary>
    public Task CloseAsync(CancellationToken cancel) => _connection.SendAsync(_id, default, fin: true, cancel);

    internal async ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => await _received.Writer.WriteAsync(data, cancel);

    internal Task Opened => _opened.Task;

    internal void Answered() => _opened.TrySetResult();

    internal void End()
    {
        _opened.TrySetResult();
        _received.Writer.Complete();
    }
}

/// <summary>
/// SPDY header blocks. SPDY compresses them as one zlib stream that begins with a fixed dictionary; we announce the dictionary
/// but use only stored (uncompressed) blocks, which every inflater reads and which needs no deflater with dictionaries.
/// </summary>
internal static class SpdyHeaders
{
    /// <summary>Adler-32 of the dictionary of the SPDY/3 specification.</summary>
    private const uint DictionaryId = 0xe3c6a7c2;

    public static byte[] Encode(IReadOnlyList<(string Name, string Value)> headers, bool first)
    {
        var plain = new MemoryStream();
        Int32(plain, headers.Count);
        foreach (var (name, value) in headers)
        {
            Text(plain, name.ToLowerInvariant());
            Text(plain, value);
        }

        var block = new MemoryStream();
        if (first)
        {
            // CMF 0x78, FLG 0xbb: 32 KiB window, dictionary follows, and the check bits that make the pair divisible by 31.
            block.Write([0x78, 0xbb]);
            Int32(block, unchecked((int)DictionaryId));
        }

        var length = (ushort)plain.Length;
        block.WriteByte(0); // not the last block, stored
        block.Write([(byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8)]);
        plain.WriteTo(block);

        // An empty block makes the peer's inflater hand out what it has so far.
        block.Write([0, 0, 0, 0xff, 0xff]);
        return block.ToArray();
    }

    private static void Text(Stream output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Int32(output, bytes.Length);
        output.Write(bytes);
    }

    private static void Int32(Stream output, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        output.Write(bytes);
    }
}
