using System.Globalization;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// Reads the log back at start. A broken frame at the very end is what a crash leaves, and is cut off; a broken frame with
/// whole ones behind it, or in a segment that has a successor, is damage and refuses the start.
/// </summary>
internal static class LogRecovery
{
    /// <summary>Replays the log onto a target that already holds the checkpoint, and opens it for appending.</summary>
    public static SegmentedLog Open(string directory, IDisk disk, long segmentBytes, IReplayTarget target, bool hasCheckpoint)
    {
        var segments = List(directory);
        var durable = new DurableEnd(directory, disk);
        var opened = Headers(segments, disk, target.Revision, durable.Known);
        if (opened.Count == 0)
        {
            if (hasCheckpoint || durable.Known is not null)
                throw new StoreDamagedException(directory, 0, target.Revision, MissingLog(durable.Known));
            var (fresh, file) = SegmentedLog.Create(directory, disk, 1, target.Revision, 0);
            return new SegmentedLog(directory, disk, segmentBytes, [], fresh, file) { Durable = durable };
        }
        if (hasCheckpoint)
            DropLeftovers(opened, disk, target.Revision);
        CheckStart(opened[0], target, hasCheckpoint);

        var closed = new List<SegmentedLog.Segment>();
        for (var i = 0; i < opened.Count - 1; i++)
        {
            var (segment, next) = (opened[i].Segment, opened[i + 1]);
            if (next.Segment.Sequence != segment.Sequence + 1)
                throw new StoreDamagedException(next.Segment.Path, 0, target.Revision, $"log segment {segment.Sequence + 1} is missing");
            Replay(segment, target, next.PredecessorEnd);
            if (segment.LastRevision != next.Segment.BaseRevision)
            {
                throw new StoreDamagedException(
                    next.Segment.Path, 0, segment.LastRevision, $"the segment continues revision {next.Segment.BaseRevision}");
            }
            closed.Add(segment);
        }

        var active = opened[^1].Segment;
        var cut = Replay(active, target, end: null);
        CheckEnd(active, durable.Known, target.Revision);
        try
        {
            return new SegmentedLog(directory, disk, segmentBytes, closed, active, OpenTail(directory, disk, active)) { Durable = durable, CutBytes = cut };
        }
        catch (IOException e)
        {
            // A full or failing disk: what is there can be read, and writing waits until the tail can be made safe.
            return new SegmentedLog(directory, disk, segmentBytes, closed, active, null) { Durable = durable, CutBytes = cut, OpenError = e };
        }
    }

    /// <summary>
    /// Cuts a torn tail, and makes durable what may so far be in the page cache only: the process before may have been killed, or
    /// may have died of a failed sync, between a write and its sync. Writing the same bytes again makes the pages dirty again;
    /// merely syncing would not, after a failed sync. Only the last frame and the header can be in that state.
    /// </summary>
    private static IDiskFile OpenTail(string directory, IDisk disk, SegmentedLog.Segment active)
    {
        var output = disk.Open(active.Path, create: false);
        try
        {
            var header = Read(active.Path, 0, FileHeader.Size);
            var last = Read(active.Path, active.LastFrame, (int)(active.Length - active.LastFrame));
            output.SetLength(active.Length);
            output.Write(header, 0);
            output.Write(last, active.LastFrame);
            output.Sync();
            disk.SyncDirectory(directory);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private static byte[] Read(string path, long offset, int length)
    {
        var bytes = new byte[length];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            if (count == 0)
                throw new IOException($"{path} ends at {offset + read}");
            read += count;
        }
        return bytes;
    }

    /// <summary>The log's files, by number.</summary>
    public static List<(long Sequence, string Path)> List(string directory)
    {
        var found = new List<(long, string)>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + SegmentedLog.Extension))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
                found.Add((sequence, path));
        }
        found.Sort();
        return found;
    }

    private static List<(SegmentedLog.Segment Segment, long PredecessorEnd)> Headers(
        List<(long Sequence, string Path)> segments, IDisk disk, long revision, LogEnd? durable)
    {
        var opened = new List<(SegmentedLog.Segment, long)>();
        for (var i = 0; i < segments.Count; i++)
        {
            var (sequence, path) = segments[i];
            var bytes = new byte[FileHeader.Size];
            int read;
            using (var file = File.OpenHandle(path))
                read = RandomAccess.Read(file, bytes, 0);
            if (FileHeader.TryParse(bytes.AsSpan(0, read), FileHeader.SegmentMagic, out var header) && header.A == sequence)
            {
                opened.Add((new SegmentedLog.Segment(path, header.Salt, sequence, header.B), header.C));
                continue;
            }
            // A crash while the newest segment was being created: it never held anything.
            if (i == segments.Count - 1 && new FileInfo(path).Length <= FileHeader.Size && !(durable?.Segment >= sequence))
            {
                disk.Delete(path);
                break;
            }
            throw new StoreDamagedException(path, 0, Math.Max(revision, opened.Count > 0 ? opened[^1].Item1.BaseRevision : 0), "the segment header is unreadable");
        }
        return opened;
    }

    /// <summary>
    /// Segments that a checkpoint made superfluous are deleted without a sync, and a power loss may bring any of them back. Those
    /// before a hole that the checkpoint spans are such.
    /// </summary>
    private static void DropLeftovers(List<(SegmentedLog.Segment Segment, long PredecessorEnd)> opened, IDisk disk, long checkpointRevision)
    {
        var first = opened.Count - 1;
        while (first > 0 && opened[first - 1].Segment.Sequence + 1 == opened[first].Segment.Sequence)
            first--;
        if (opened[first].Segment.BaseRevision > checkpointRevision)
            return;
        foreach (var (segment, _) in opened.Take(first))
            disk.Delete(segment.Path);
        opened.RemoveRange(0, first);
    }

    private static void CheckStart((SegmentedLog.Segment Segment, long PredecessorEnd) first, IReplayTarget target, bool hasCheckpoint)
    {
        if (first.Segment.BaseRevision > target.Revision || (!hasCheckpoint && first.Segment.Sequence != 1))
        {
            throw new StoreDamagedException(
                first.Segment.Path, 0, target.Revision, $"the log begins at revision {first.Segment.BaseRevision}; what came before is missing");
        }
    }

    // A crash loses what nobody was told of. What is known to have been durable went by other ways, and is not passed over.
    private static void CheckEnd(SegmentedLog.Segment active, LogEnd? durable, long revision)
    {
        if (durable?.IsBeyond(active.Sequence, active.Length) != true)
            return;
        var rest = Read(active.Path, active.Length, (int)(new FileInfo(active.Path).Length - active.Length));
        throw new StoreDamagedException(active.Path, active.Length, revision, durable.Value.Missing(active.Sequence, active.Length))
        {
            Keys = DamagedKeys.Find(rest, active.LastRevision),
        };
    }

    /// <summary>What is said of a log without a file.</summary>
    public static string MissingLog(LogEnd? durable) =>
        durable is { } end ? $"the log is missing: it was whole up to revision {end.Revision}" : "the log is missing";

    /// <returns>Bytes behind the last whole frame.</returns>
    private static long Replay(SegmentedLog.Segment segment, IReplayTarget target, long? end)
    {
        var bytes = File.ReadAllBytes(segment.Path);
        if (end > bytes.Length)
            throw new StoreDamagedException(segment.Path, bytes.Length, target.Revision, $"the segment is cut short; it ended at {end}");
        var file = bytes.AsSpan(0, (int)(end ?? bytes.Length));
        var counter = new RevisionTracker(target, segment.BaseRevision);
        var offset = FileHeader.Size;
        while (offset < file.Length)
        {
            if (!Frame.TryRead(file[offset..], offset, segment.Salt, out var payload))
            {
                var next = Frame.FindAfter(file, offset, segment.Salt);
                if (end is null && next < 0)
                    break;
                throw new StoreDamagedException(segment.Path, offset, counter.Last, "a frame does not match its checksum")
                {
                    Keys = DamagedKeys.Find(file[offset..(next < 0 ? file.Length : next)], counter.Last),
                };
            }
            try
            {
                LogEntry.Replay(payload, counter);
            }
            catch (InvalidDataException e)
            {
                throw new StoreDamagedException(segment.Path, offset, counter.Last, e.Message);
            }
            segment.LastFrame = offset;
            segment.Ended = LogEntry.IsEnd(payload);
            offset += Frame.HeaderSize + payload.Length;
        }
        segment.Length = offset;
        segment.LastRevision = counter.Last;
        return file.Length - offset;
    }

    // The target skips what a checkpoint already holds, so the segment's own last revision is counted on the way.
    private sealed class RevisionTracker(IReplayTarget target, long last) : IReplayTarget
    {
        public long Last { get; private set; } = last;

        public long Revision => target.Revision;

        public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease)
        {
            Advance(revision);
            target.Put(revision, key, value, lease);
        }

        public void Delete(long revision, ReadOnlySpan<byte> key)
        {
            Advance(revision);
            target.Delete(revision, key);
        }

        public void GrantLease(long sequence, long id, long ttlSeconds) => target.GrantLease(sequence, id, ttlSeconds);

        public void RevokeLease(long sequence, long id) => target.RevokeLease(sequence, id);

        public void Compact(long revision) => target.Compact(revision);

        public void SetAlarm(StoreAlarm alarm, bool raised) => target.SetAlarm(alarm, raised);

        public void Restore(StoreRecord record) => throw new InvalidDataException("a checkpoint record in the log");

        public void RestoreLease(long id, long ttlSeconds) => throw new InvalidDataException("a checkpoint lease in the log");

        private void Advance(long revision)
        {
            // One transaction's changes share a revision; the next transaction's is one higher.
            if (revision != Last && revision != Last + 1)
                throw new InvalidDataException($"revision {revision} follows {Last}");
            Last = revision;
        }
    }
}
