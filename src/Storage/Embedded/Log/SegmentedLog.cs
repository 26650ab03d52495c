using System.Globalization;
using System.Security.Cryptography;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The append-only log: numbered segment files of checksummed frames. Not thread-safe; the writer loop owns it.
/// </summary>
/// <remarks>
/// After a failed write the active segment is never written again, because a failed fsync leaves unknown what is on disk.
/// The next append starts a new segment whose header says where its predecessor ends, which disowns whatever lies beyond.
/// </remarks>
internal sealed class SegmentedLog : IDisposable
{
    public const string Extension = ".log";

    private readonly string _directory;
    private readonly IDisk _disk;
    private readonly long _segmentBytes;
    private readonly List<Segment> _closed;
    private Segment _active;
    private long _closedBytes;
    private IDiskFile? _file;

    internal SegmentedLog(string directory, IDisk disk, long segmentBytes, List<Segment> closed, Segment active, IDiskFile file)
    {
        (_directory, _disk, _segmentBytes, _closed, _active, _file) = (directory, disk, segmentBytes, closed, active, file);
        _closedBytes = closed.Sum(s => s.Length);
    }

    /// <summary>A segment file. The revisions are those durable before it and at its end.</summary>
    internal sealed record Segment(string Path, uint Salt, long Sequence, long BaseRevision)
    {
        public long LastRevision { get; set; } = BaseRevision;

        public long Length { get; set; } = FileHeader.Size;
    }

    /// <summary>Bytes of all segments.</summary>
    public long Bytes => _closedBytes + _active.Length;

    public static string PathOf(string directory, long sequence) =>
        Path.Combine(directory, sequence.ToString("d20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>
    /// Appends one frame (its payload begins at <see cref="Frame.HeaderSize"/>) and returns once it is durable. Throws when it
    /// cannot be made so; then nothing was appended, and the next call starts over in a new segment.
    /// </summary>
    public void Append(Span<byte> frame, long revisionAfter)
    {
        if (_file is null || _active.Length >= _segmentBytes)
            Roll();
        try
        {
            Frame.Seal(frame, _active.Salt, _active.Length);
            _file!.Write(frame, _active.Length);
            _file.Sync();
        }
        catch
        {
            Abandon();
            throw;
        }
        _active.Length += frame.Length;
        _active.LastRevision = revisionAfter;
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

    private void Abandon()
    {
        try
        {
            // Best effort: without this a crash before the next segment exists could bring the failed frame back.
            _file!.SetLength(_active.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        _file!.Dispose();
        _file = null;
    }
}
