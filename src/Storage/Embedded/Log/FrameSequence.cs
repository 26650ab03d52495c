using System.Diagnostics;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>Writes entries into a file as frames of a quarter megabyte, behind the room for the file's header.</summary>
internal sealed class FrameSequence
{
    private const int FrameBytes = 256 << 10;

    // Synced as it goes: one sync of everything at the end would keep the disk from the log's small ones for too long.
    private const int SyncBytes = 512 << 10;

    private readonly IDiskFile _file;
    private readonly uint _salt;
    private readonly CancellationToken _cancel;
    private readonly ByteWriter _buffer = new();
    private readonly bool _paced;
    private long _synced;
    private long _resumed = Stopwatch.GetTimestamp();

    /// <param name="file">The file.</param>
    /// <param name="salt">Its salt.</param>
    /// <param name="paced">Leave the disk and a processor alone for as long as they were used: others have more urgent things to write.</param>
    /// <param name="cancel">Looked at with every frame.</param>
    public FrameSequence(IDiskFile file, uint salt, bool paced, CancellationToken cancel)
    {
        (_file, _salt, _paced, _cancel) = (file, salt, paced, cancel);
        _buffer.Reset(Frame.HeaderSize);
    }

    public long Offset { get; private set; } = FileHeader.Size;

    public long Entries { get; private set; }

    /// <summary>CRC-32C of all payloads: the same for the same content, whatever the file's salt.</summary>
    public uint ContentHash { get; private set; }

    /// <summary>The buffer for one more entry.</summary>
    public ByteWriter Entry()
    {
        if (_buffer.Length > FrameBytes)
            Flush();
        Entries++;
        return _buffer;
    }

    public void Flush()
    {
        _cancel.ThrowIfCancellationRequested();
        if (_buffer.Length == Frame.HeaderSize)
            return;
        ContentHash = Crc32C.Compute(_buffer.Written[Frame.HeaderSize..], ContentHash);
        Frame.Seal(_buffer.Written, _salt, Offset);
        _file.Write(_buffer.Written, Offset);
        Offset += _buffer.Length;
        _buffer.Reset(Frame.HeaderSize);
        if (Offset - _synced < SyncBytes)
            return;
        _file.Sync();
        _synced = Offset;
        if (!_paced)
            return;
        _cancel.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(_resumed));
        _resumed = Stopwatch.GetTimestamp();
    }
}
