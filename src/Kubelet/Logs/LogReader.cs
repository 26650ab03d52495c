using System.Text;

namespace Tiphys.Kubelet.Logs;

/// <summary>Which part of a container's log is wanted, and how.</summary>
internal sealed record LogQuery
{
    /// <summary>How many lines from the end to show, or null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>After how many bytes to stop, or null for none.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Lines from before this time are left out.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether to go on with new lines until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>Whether each line starts with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Whether to show what was written to standard output.</summary>
    public bool Stdout { get; init; } = true;

    /// <summary>Whether to show what was written to standard error.</summary>
    public bool Stderr { get; init; } = true;
}

/// <summary>Copies a container's log, unwrapped from the CRI's format, to a client.</summary>
internal sealed class LogReader(TimeProvider time)
{
    private const int TailBlock = 64 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Copies what the query asks for.</summary>
    /// <param name="path">The log file. Rotation is followed: the name stays, the file behind it changes.</param>
    /// <param name="query">Which lines.</param>
    /// <param name="isRunning">Whether the container still runs, so more may come.</param>
    /// <param name="output">Where the lines go.</param>
    /// <param name="cancel">Ends the copy.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public async Task CopyAsync(string path, LogQuery query, Func<CancellationToken, Task<bool>> isRunning, Stream output, CancellationToken cancel)
    {
        var writer = new Writer(query, output);
        var file = Open(path);
        try
        {
            if (query.TailLines is { } lines) file.Position = FindTail(file, lines);
            var left = query.TailLines is { } tail && !query.Follow ? tail : long.MaxValue;
            var buffer = new LineBuffer();
            var ended = false;
            while (true)
            {
                while (left > 0 && buffer.TryTake(out var line))
                {
                    if (!await writer.WriteAsync(line, cancel).ConfigureAwait(false)) return;
                    left--;
                }
                if (left == 0) return;
                if (await buffer.FillAsync(file, cancel).ConfigureAwait(false)) continue;

                await output.FlushAsync(cancel).ConfigureAwait(false);
                if (query.Follow && Replacement(path, file) is { } next)
                {
                    // The runtime wrote to the old file until the moment of the switch.
                    while (await buffer.FillAsync(file, cancel).ConfigureAwait(false)) { }
                    await file.DisposeAsync().ConfigureAwait(false);
                    file = next;
                    continue;
                }
                if (!query.Follow || ended)
                {
                    if (buffer.TakeRest() is { Length: > 0 } rest) await writer.WriteAsync(rest, cancel).ConfigureAwait(false);
                    return;
                }
                // What was written before the end, to another file even, is read once more after the end is known.
                if (!await isRunning(cancel).ConfigureAwait(false)) ended = true;
                else await Task.Delay(Poll, time, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);

    private static FileStream? Replacement(string path, FileStream current)
    {
        try
        {
            if (Native.Files.IsSame(path, current.SafeFileHandle)) return null;
            return Open(path);
        }
        catch (FileNotFoundException)
        {
            return null; // between the rename and the runtime's reopening
        }
    }

    /// <summary>Where the last lines begin. A line is one entry of the file.</summary>
    internal static long FindTail(Stream file, long lines)
    {
        var end = file.Length;
        if (lines <= 0) return end;
        var block = new byte[TailBlock];
        var found = 0L;
        for (var position = end; position > 0;)
        {
            var length = (int)Math.Min(TailBlock, position);
            position -= length;
            file.Position = position;
            file.ReadExactly(block, 0, length);
            for (var i = length - 1; i >= 0; i--)
            {
                // The newline that ends the file ends the last line and begins none.
                if (block[i] == (byte)'\n' && position + i != end - 1 && ++found == lines) return position + i + 1;
            }
        }
        return 0;
    }

    private sealed class Writer(LogQuery query, Stream output)
    {
        private long _left = query.LimitBytes ?? long.MaxValue;
        private bool _lineStarts = true;

        /// <summary>Writes a line if it is wanted; false once the byte limit is reached.</summary>
        public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancel)
        {
            if (_left <= 0) return false;
            if (!LogEntry.TryParse(line, out var entry)) return true;
            var prefix = query.Timestamps && _lineStarts ? Encoding.ASCII.GetBytes(entry.TimeText + " ") : null;
            _lineStarts = entry.Content.Length == 0 || entry.Content.Span[^1] == (byte)'\n';
            if (query.Since is { } since && entry.Time < since) return true;
            if (entry.IsError ? !query.Stderr : !query.Stdout) return true;
            if (prefix is not null) await WriteLimitedAsync(prefix, cancel).ConfigureAwait(false);
            await WriteLimitedAsync(entry.Content, cancel).ConfigureAwait(false);
            return _left > 0;
        }

        private async ValueTask WriteLimitedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            if (bytes.Length > _left) bytes = bytes[..(int)_left];
            _left -= bytes.Length;
            await output.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
    }

    private sealed class LineBuffer
    {
        private byte[] _bytes = new byte[32 * 1024];
        private int _start;
        private int _end;

        public bool TryTake(out ReadOnlyMemory<byte> line)
        {
            var length = _bytes.AsSpan(_start, _end - _start).IndexOf((byte)'\n') + 1;
            line = _bytes.AsMemory(_start, length);
            _start += length;
            return length > 0;
        }

        public ReadOnlyMemory<byte> TakeRest()
        {
            var rest = _bytes.AsMemory(_start, _end - _start);
            _start = _end;
            return rest;
        }

        public async ValueTask<bool> FillAsync(Stream file, CancellationToken cancel)
        {
            if (_start > 0)
            {
                _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
                _end -= _start;
                _start = 0;
            }
            if (_end == _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
            var read = await file.ReadAsync(_bytes.AsMemory(_end), cancel).ConfigureAwait(false);
            _end += read;
            return read > 0;
        }
    }
}
