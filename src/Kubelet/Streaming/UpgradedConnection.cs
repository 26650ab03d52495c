using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tiphys.Kubelet.Streaming;

/// <summary>The answer of a streaming server to a request for an upgrade.</summary>
/// <param name="Status">The HTTP status; 101 when the connection is upgraded.</param>
/// <param name="Headers">The answer's headers.</param>
/// <param name="Stream">The connection after the head of the answer, with anything already read put back.</param>
internal sealed record UpgradedConnection(int Status, IReadOnlyList<(string Name, string Value)> Headers, Stream Stream)
{
    private const int MaxHead = 64 * 1024;

    /// <summary>Connects to a URL and asks for an upgrade.</summary>
    /// <exception cref="IOException">No proper answer came.</exception>
    public static async Task<UpgradedConnection> OpenAsync(
        Uri url, string method, IEnumerable<(string Name, string Value)> headers, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.TryParse(url.Host, out var address) ? new IPEndPoint(address, url.Port) : new DnsEndPoint(url.Host, url.Port), cancel).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            var request = new StringBuilder();
            request.Append(method).Append(' ').Append(url.PathAndQuery).Append(" HTTP/1.1\r\nHost: ").Append(url.Authority).Append("\r\n");
            foreach (var (name, value) in headers) request.Append(name).Append(": ").Append(value).Append("\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()), cancel).ConfigureAwait(false);
            return await ReadHeadAsync(stream, cancel).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<UpgradedConnection> ReadHeadAsync(NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[MaxHead];
        var filled = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancel).ConfigureAwait(false);
            if (read == 0) throw new IOException("the streaming server closed the connection");
            filled += read;
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                if (filled == MaxHead) throw new IOException("the streaming server's answer has no end");
                continue;
            }
            var lines = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
            var status = lines[0].Split(' ') is [_, var code, ..] && int.TryParse(code, out var number)
                ? number
                : throw new IOException($"the streaming server answered {lines[0]}");
            var headers = lines.Skip(1).Select(l => l.Split(':', 2)).Where(p => p.Length == 2).Select(p => (p[0].Trim(), p[1].Trim())).ToList();
            return new UpgradedConnection(status, headers, new PrependedStream(buffer.AsMemory(end + 4, filled - end - 4), stream));
        }
    }
}

/// <summary>A stream with some bytes put back at its front.</summary>
internal sealed class PrependedStream(ReadOnlyMemory<byte> front, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _front = front;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_front.IsEmpty) return rest.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _front.Length);
        _front[..count].CopyTo(buffer);
        _front = _front[count..];
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => rest.WriteAsync(buffer, cancellationToken);
    public override Task FlushAsync(CancellationToken cancellationToken) => rest.FlushAsync(cancellationToken);
    public override void Flush() => rest.Flush();
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    public override void Write(byte[] buffer, int offset, int count) => rest.Write(buffer, offset, count);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }
}
