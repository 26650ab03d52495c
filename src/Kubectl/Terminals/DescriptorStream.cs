using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Tiphys.Kubectl.Terminals;

/// <summary>
/// One of the process's standard streams, read and written as they are. The console's own streams would set up the terminal for
/// line editing first, and a file stream would keep an offset of its own where output and errors go to the same file.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int BrokenPipe = 32;

    public override bool CanRead => descriptor == 0;

    public override bool CanWrite => descriptor != 0;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = ReadBytes(descriptor, buffer, (nuint)buffer.Length);
            if (count >= 0) return (int)count;
            Failed();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = WriteBytes(descriptor, buffer, (nuint)buffer.Length);
            if (count >= 0) buffer = buffer[(int)count..];
            else Failed();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Returns when it is worth trying again.</summary>
    private static void Failed()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == BrokenPipe) Environment.Exit(1); // nobody reads on, as behind `| head`: that is no error to tell
        if (error == Again) Thread.Sleep(1);
        else if (error != Interrupted) throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, ReadOnlySpan<byte> buffer, nuint count);
}
