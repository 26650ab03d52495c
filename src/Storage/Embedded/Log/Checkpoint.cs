using System.Globalization;
using System.Security.Cryptography;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// A file with every key as of one revision and every lease; with it, the log before that revision is not needed. Written
/// beside the traffic from a published tree, under a temporary name until it is whole and durable.
/// </summary>
internal static class Checkpoint
{
    public const string Extension = ".checkpoint";
    public const string TemporaryExtension = ".tmp";

    /// <summary>What a checkpoint shall hold.</summary>
    /// <param name="Root">A tree from which nothing at or after <paramref name="Revision"/> has been cut.</param>
    /// <param name="Revision">The revision whose state is written.</param>
    /// <param name="CompactedRevision">The compacted revision to be restored with it.</param>
    /// <param name="LeaseSequence">The last lease change included in <paramref name="Leases"/>.</param>
    /// <param name="Leases">All leases.</param>
    public sealed record Content(
        TreeNode Root, long Revision, long CompactedRevision, long LeaseSequence, IReadOnlyList<(long Id, long TtlSeconds)> Leases);

    /// <summary>Writes a checkpoint and returns its size in bytes.</summary>
    public static long Write(string directory, IDisk disk, Content content, CancellationToken cancellationToken)
    {
        var path = PathOf(directory, content.Revision);
        var temporary = path + TemporaryExtension;
        long length;
        try
        {
            using var file = disk.Open(temporary, create: true);
            var salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
            var writer = new FrameSequence(file, salt, cancellationToken);
            foreach (var (id, ttl) in content.Leases)
            {
                LogEntry.Grant(writer.Entry(), content.LeaseSequence, id, ttl);
            }
            var visitor = new RecordWriter(writer, content.Revision);
            TreeReader.Visit(content.Root, KeyRange.All, ref visitor);
            writer.Flush();
            length = writer.Offset;
            // The header comes last and counts the entries, so that a file cut short is never taken for a whole one.
            file.Write(
                new FileHeader(
                    FileHeader.CheckpointMagic, salt, content.Revision, content.CompactedRevision, content.LeaseSequence, writer.Entries).ToBytes(),
                0);
            file.Sync();
        }
        catch
        {
            // On a full disk every byte counts.
            disk.Delete(temporary);
            throw;
        }
        disk.Rename(temporary, path);
        disk.SyncDirectory(directory);
        return length;
    }

    /// <summary>Deletes all checkpoints but the one of a revision.</summary>
    public static void DeleteOthers(string directory, IDisk disk, long keep)
    {
        foreach (var (revision, path) in List(directory))
        {
            if (revision != keep)
                disk.Delete(path);
        }
    }

    /// <summary>Restores the newest checkpoint; null when there is none.</summary>
    public static FileHeader? Restore(string directory, IReplayTarget target, Action<FileHeader> begin)
    {
        var all = List(directory);
        if (all.Count == 0)
            return null;
        var (revision, path) = all[^1];
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var buffer = new byte[FileHeader.Size];
        var read = RandomAccess.Read(file, buffer, 0);
        if (!FileHeader.TryParse(buffer.AsSpan(0, read), FileHeader.CheckpointMagic, out var header) || header.A != revision)
            throw new StoreDamagedException(path, 0, 0, "the checkpoint header is unreadable");
        begin(header);
        var counter = new EntryCounter(target);
        long offset = FileHeader.Size;
        while (offset < length)
        {
            // Frame by frame: a checkpoint can be larger than an array.
            read = RandomAccess.Read(file, buffer.AsSpan(0, Frame.HeaderSize), offset);
            var size = Frame.HeaderSize + Math.Max(Frame.PayloadLength(buffer.AsSpan(0, read)), 0);
            if (size > length - offset)
                throw new StoreDamagedException(path, offset, revision, "a frame reaches beyond the end of the file");
            if (buffer.Length < size)
                buffer = new byte[size];
            read = RandomAccess.Read(file, buffer.AsSpan(0, size), offset);
            if (!Frame.TryRead(buffer.AsSpan(0, read), offset, header.Salt, out var payload))
            {
                throw new StoreDamagedException(path, offset, revision, "a frame does not match its checksum")
                {
                    Keys = DamagedKeys.Find(buffer.AsSpan(0, read), revision),
                };
            }
            try
            {
                LogEntry.Replay(payload, counter);
            }
            catch (InvalidDataException e)
            {
                throw new StoreDamagedException(path, offset, revision, e.Message);
            }
            offset += Frame.HeaderSize + payload.Length;
        }
        if (counter.Entries != header.D)
            throw new StoreDamagedException(path, offset, revision, $"{counter.Entries} entries of {header.D} are there");
        return header;
    }

    public static string PathOf(string directory, long revision) =>
        Path.Combine(directory, revision.ToString("d20", CultureInfo.InvariantCulture) + Extension);

    private static List<(long Revision, string Path)> List(string directory)
    {
        var found = new List<(long, string)>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
                found.Add((revision, path));
        }
        found.Sort();
        return found;
    }

    private readonly struct RecordWriter(FrameSequence output, long revision) : IRecordVisitor
    {
        public bool Visit(StoreRecord newest)
        {
            if (newest.AsOf(revision) is { IsDeletion: false } record)
                LogEntry.Record(output.Entry(), record);
            return true;
        }
    }

    private sealed class EntryCounter(IReplayTarget target) : IReplayTarget
    {
        public long Entries { get; private set; }

        public long Revision => target.Revision;

        public void GrantLease(long sequence, long id, long ttlSeconds)
        {
            Entries++;
            target.RestoreLease(id, ttlSeconds);
        }

        public void RestoreLease(long id, long ttlSeconds) => throw Misplaced();

        public void Restore(StoreRecord record)
        {
            Entries++;
            target.Restore(record);
        }

        public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease) => throw Misplaced();

        public void Delete(long revision, ReadOnlySpan<byte> key) => throw Misplaced();

        public void RevokeLease(long sequence, long id) => throw Misplaced();

        public void Compact(long revision) => throw Misplaced();

        private static InvalidDataException Misplaced() => new("a log entry in a checkpoint");
    }
}
