using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading.Channels;

namespace Tiphys.Kubectl.Terminals;

/// <summary>
/// The terminal kubectl runs at, in raw mode: every key goes to the command, and none is acted on here. Restored when disposed.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class RawTerminal : IAsyncDisposable
{
    private const int Input = 0;
    private const int Now = 0;
    private const nuint GetWindowSize = 0x5413;

    /// <summary>More than any system's termios takes.</summary>
    private const int SettingsSize = 256;

    private readonly byte[] _before;
    private readonly PosixSignalRegistration _resized;
    private readonly Channel<(int Columns, int Rows)> _sizes = Channel.CreateBounded<(int, int)>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private RawTerminal(byte[] before)
    {
        _before = before;
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Measure());
        Measure();
    }

    /// <summary>The size now and whenever it changes.</summary>
    public ChannelReader<(int Columns, int Rows)> Sizes => _sizes.Reader;

    /// <summary>Puts standard input's terminal into raw mode.</summary>
    public static RawTerminal Enter()
    {
        var before = new byte[SettingsSize];
        if (GetAttributes(Input, before) != 0) throw new IOException("the terminal's settings cannot be read");
        var raw = before.ToArray();
        MakeRaw(raw);
        _ = SetAttributes(Input, Now, raw);
        return new RawTerminal(before);
    }

    public ValueTask DisposeAsync()
    {
        _resized.Dispose();
        _sizes.Writer.TryComplete();
        _ = SetAttributes(Input, Now, _before);
        return ValueTask.CompletedTask;
    }

    private void Measure()
    {
        // rows and columns, each in two bytes, and two figures that nobody sets
        var size = new ushort[4];
        if (OperatingSystem.IsLinux() && Control(Input, GetWindowSize, MemoryMarshal.AsBytes(size.AsSpan())) == 0) _sizes.Writer.TryWrite((size[1], size[0]));
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int descriptor, Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int descriptor, int when, ReadOnlySpan<byte> settings);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> value);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(Span<byte> settings);
}
