using System.Globalization;
using System.Security.Cryptography;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The append-only log: numbered segment files of checksummed frames. Not thread-safe; the writer loop owns it.
/// </summary>
/// <remarks>
/// After a failed write the active segment is never written again: its acknowledged part is read back, checked and, when it was a
/// sync that failed, copied to a fresh file, because a failed fsync leaves unknown what is on disk and a second one would say
/// nothing. The next append starts a new segment whose header says where its predecessor ends, which disowns whatever lies beyond.
/// </remarks>
internal sealed class SegmentedLog : IDisposable
{
    public const string Extension = ".log";

    // Written and synced before a full disk is trusted again, so that the store does not waver at the brink.
    private const int ProofBytes = 1 << 20;

    private readonly string _directory;
    private readonly IDisk _disk;
    private readonly long _segmentBytes;
    private readonly List<Segment> _closed;
    private Segment _active;
    private long _closedBytes;
    private IDiskFile? _file;
    private bool _suspect;

    /// <summary>Takes over what recovery found; without a file the tail could not be made safe, and nothing is written before it is.</summary>
    internal SegmentedLog(string directory, IDisk disk, long segmentBytes, List<Segment> closed, Segment active, IDiskFile? file)
    {
        (_directory, _disk, _segmentBytes, _closed, _active, _file) = (directory, disk, segmentBytes, closed, active, file);
        _closedBytes = closed.Sum(s => s.Length);
        _suspect = file is null;
    }

    /// <summary>A segment file. The revisions are those durable before it and at its end.</summary>
    internal sealed record Segment(string Path, uint Salt, long Sequence, long BaseRevision)
    {
        public long LastRevision { get; set; } = BaseRevision;

        public long Length { get; set; } = FileHeader.Size;

        /// <summary>Where the last frame begins.</summary>
        public long LastFrame { get; set; } = FileHeader.Size;

        /// <summary>The last frame is the mark of a clean end.</summary>
        public bool Ended { get; set; }
    }

    /// <summary>Bytes of all segments.</summary>
    public long Bytes => _closedBytes + _active.Length;

    public static string PathOf(string directory, long sequence) =>
        Path.Combine(directory, sequence.ToString("d20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Why the log's tail could not be made safe when it was opened; null when it could.</summary>
    public Exception? OpenError { get; init; }

    /// <summary>Bytes of a torn write that were found behind the log's end when it was opened, and cut off.</summary>
    public long CutBytes { get; init; }

    /// <summary>How far the log is known to be durable.</summary>
    public required DurableEnd Durable { get; init; }

    /// <summary>The end of the last durable change; null while the disk is in doubt.</summary>
    public LogEnd? End => _file is null ? null : new LogEnd(_active.Sequence, _active.Ended ? _active.LastFrame : _active.Length, _active.LastRevision);

    /// <summary>
    /// Appends one frame (its payload begins at <see cref="Frame.HeaderSize"/>) and returns once it is durable. Throws when it
    /// cannot be made so; then nothing was appended, and the next call recovers first.
    /// </summary>
    public void Append(Span<byte> frame, long revisionAfter)
    {
        Recover();
        var syncing = false;
        try
        {
            if (_active.Length >= _segmentBytes)
                Roll();
            Frame.Seal(frame, _active.Salt, _active.Length);
            _file!.Write(frame, _active.Length);
            syncing = true;
            _file.Sync();
        }
        catch
        {
            _suspect |= syncing;
            Abandon();
            throw;
        }
        _active.LastFrame = _active.Length;
        _active.Length += frame.Length;
        _active.LastRevision = revisionAfter;
        _active.Ended = false;
    }

    /// <summary>Makes the log fit for writing after a failure; throws while the disk does not let it.</summary>
    public void Recover()
    {
        if (_file is not null)
            return;
        ProveRoom();
        if (_suspect)
        {
            Rewrite();
            _suspect = false;
        }
        Roll();
    }

    /// <summary>Marks that all ended well, which tells a later rotten last frame from a torn one. Best effort.</summary>
    public void MarkEnd()
    {
        Durable.Advance(End);
        if (_file is null || _active.Ended || _active.Length == FileHeader.Size)
            return;
        var mark = new ByteWriter();
        mark.Reset(Frame.HeaderSize);
        LogEntry.End(mark);
        try
        {
            Append(mark.Written, _active.LastRevision);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Bytes of the segments whose every change is at or before a revision.</summary>
    public long BytesThrough(long revision) => _closed.Where(s => s.LastRevision <= revision).Sum(s => s.Length);

    /// <summary>Gives up the segments whose every change is at or before a revision; the caller deletes the files.</summary>
    public List<string> TakeThrough(long revision)
    {
        var paths = new List<string>();
        // Only a prefix may go: a log with a hole could not be told from a damaged one.
        while (_closed.Count > 0 && _closed[0].LastRevision <= revision)
        {
            paths.Add(_closed[0].Path);
            _closedBytes -= _closed[0].Length;
            _closed.RemoveAt(0);
        }
        return paths;
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Creates a segment and makes it durable before anything relies on it.</summary>
    internal static (Segment Segment, IDiskFile File) Create(
        string directory, IDisk disk, long sequence, long baseRevision, long predecessorEnd)
    {
        var salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        var segment = new Segment(PathOf(directory, sequence), salt, sequence, baseRevision);
        var file = disk.Open(segment.Path, create: true);
        try
        {
            file.Write(new FileHeader(FileHeader.SegmentMagic, salt, sequence, baseRevision, predecessorEnd, 0).ToBytes(), 0);
            file.Sync();
            disk.SyncDirectory(directory);
            return (segment, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Roll()
    {
        var (segment, file) = Create(_directory, _disk, _active.Sequence + 1, _active.LastRevision, _active.Length);
        _file?.Dispose();
        _file = file;
        _closed.Add(_active);
        _closedBytes += _active.Length;
        _active = segment;
    }

    private void ProveRoom()
    {
        var path = Path.Combine(_directory, "room" + Checkpoint.TemporaryExtension);
        try
        {
            using var file = _disk.Open(path, create: true);
            file.Write(new byte[ProofBytes], 0);
            file.Sync();
        }
        finally
        {
            _disk.Delete(path);
        }
    }

    // The page cache still holds what was acknowledged; what a failed sync left of the shared last page on disk, nobody knows.
    private void Rewrite()
    {
        var bytes = new byte[_active.Length];
        using (var source = File.OpenHandle(_active.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(source, bytes.AsSpan(read), read) is > 0 and var count)
                read += count;
            for (long offset = FileHeader.Size; offset < bytes.Length;)
            {
                if (!Frame.TryRead(bytes.AsSpan((int)offset, Math.Max(read - (int)offset, 0)), offset, _active.Salt, out var payload))
                    throw new IOException($"{_active.Path} cannot be read back after a failed sync: restart to have it checked");
                offset += Frame.HeaderSize + payload.Length;
            }
        }
        var temporary = _active.Path + Checkpoint.TemporaryExtension;
        try
        {
            using (var copy = _disk.Open(temporary, create: true))
            {
                copy.Write(bytes, 0);
                copy.Sync();
            }
            _disk.Rename(temporary, _active.Path);
            _disk.SyncDirectory(_directory);
        }
        catch
        {
            _disk.Delete(temporary);
            throw;
        }
    }

    private void Abandon()
    {
        if (_file is null)
            return;
        try
        {
            // Best effort: without this a crash before the next segment exists could bring the failed frame back.
            _file.SetLength(_active.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        _file.Dispose();
        _file = null;
    }
}
