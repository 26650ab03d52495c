namespace Tiphys.Storage.Embedded.Log;

/// <summary>Writes entries into a file as frames of about a megabyte, behind the room for the file's header.</summary>
internal sealed class FrameSequence
{
    private const int FrameBytes = 1 << 20;

    // Synced as it goes: one sync of everything at the end would keep the disk from the log's small ones for too long.
    private const int SyncBytes = 4 << 20;

    private readonly IDiskFile _file;
    private readonly uint _salt;
    private readonly CancellationToken _cancel;
    private readonly ByteWriter _buffer = new();
    private long _synced;

    public FrameSequence(IDiskFile file, uint salt, CancellationToken cancel)
    {
        (_file, _salt, _cancel) = (file, salt, cancel);
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
    }
}
