using System.Globalization;

namespace Tiphys.Client;

/// <summary>Body of a response on a raw connection: of known length, in chunks, or up to the connection's end.</summary>
public static class ResponseBody
{
    /// <summary>The body as a stream that ends where the body ends.</summary>
    public static Stream Of(Stream connection, RawResponse response)
    {
        var chunked = response.Headers.Any(static h => h.Name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && h.Value.Contains("chunked", StringComparison.OrdinalIgnoreCase));
        return chunked ? new ChunkedStream(connection) : response.ContentLength is { } length ? new BoundedStream(connection, length) : connection;
    }

    private abstract class ReadStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private sealed class BoundedStream(Stream inner, long left) : ReadStream
    {
        private long _left = left;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0) return 0;
            var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }
    }

    private sealed class ChunkedStream(Stream inner) : ReadStream
    {
        private long _left;
        private bool _started;
        private bool _ended;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_ended) return 0;
            if (_left == 0)
            {
                if (_started) await LineAsync(cancellationToken);
                _started = true;
                var size = await LineAsync(cancellationToken);
                var semicolon = size.IndexOf(';', StringComparison.Ordinal);
                _left = long.Parse(semicolon < 0 ? size : size[..semicolon], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (_left == 0)
                {
                    _ended = true;
                    return 0;
                }
            }

            var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            _ended = read == 0;
            return read;
        }

        private async ValueTask<string> LineAsync(CancellationToken cancel)
        {
            var line = new System.Text.StringBuilder();
            var one = new byte[1];
            while (await inner.ReadAsync(one, cancel) == 1 && one[0] != '\n')
                if (one[0] != '\r') line.Append((char)one[0]);
            return line.ToString();
        }
    }
}
