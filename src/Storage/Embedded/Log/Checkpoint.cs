using System.Globalization;
using System.Security.Cryptography;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// A file with every key as of one revision and every lease and alarm; with it, the log before that revision is not needed. Written
/// beside the traffic from a published tree, under a temporary name until it is whole and durable.
/// </summary>
internal static class Checkpoint
{
    public const string Extension = ".checkpoint";
    public const string TemporaryExtension = ".tmp";

    /// <summary>Writes a checkpoint and returns its size in bytes; paced when there is traffic beside it.</summary>
    public static long Write(string directory, IDisk disk, StoreImage content, bool paced, CancellationToken cancellationToken)
    {
        var path = PathOf(directory, content.Revision);
        var temporary = path + TemporaryExtension;
        long length;
        try
        {
            using var file = disk.Open(temporary, create: true);
            var salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
            var writer = new FrameSequence(file, salt, paced, cancellationToken);
            foreach (var (id, ttl) in content.Leases)
            {
                LogEntry.Grant(writer.Entry(), content.LeaseSequence, id, ttl);
            }
            foreach (var alarm in content.Alarms)
                LogEntry.Alarm(writer.Entry(), alarm, raised: true);
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

    /// <summary>All checkpoints but the one of a revision.</summary>
    public static IEnumerable<string> Others(string directory, long keep) => List(directory).Where(c => c.Revision != keep).Select(static c => c.Path);

    /// <summary>Restores the newest checkpoint; null when there is none.</summary>
    public static FileHeader? Restore(string directory, IReplayTarget target, Action<FileHeader> begin)
    {
        var all = List(directory);
        if (all.Count == 0)
            return null;
        var (revision, path) = all[^1];
        return EntryFile.Read(path, FileHeader.CheckpointMagic, target, header =>
        {
            if (header.A != revision)
                throw new StoreDamagedException(path, 0, 0, "the checkpoint is not the one its name says");
            begin(header);
        });
    }

    public static string PathOf(string directory, long revision) =>
        Path.Combine(directory, revision.ToString("d20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>The checkpoints, the oldest first.</summary>
    public static List<(long Revision, string Path)> List(string directory)
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
}
