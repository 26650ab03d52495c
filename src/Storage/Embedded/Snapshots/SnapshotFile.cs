using System.Globalization;
using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Snapshots.Etcd;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Snapshots as files: saved, verified and made into a data directory again. Those of etcd are read, too.</summary>
public static class SnapshotFile
{
    /// <summary>
    /// How far a restored store's revision lies above the snapshot's unless told otherwise: further than the lost one can have
    /// come, so that no client takes a new revision for one it knows (etcd recommends the same for Kubernetes).
    /// </summary>
    public const long DefaultRevisionBump = 1_000_000_000;

    private const long HighestRevision = long.MaxValue / 2;
    private const string PartExtension = ".part";

    /// <summary>
    /// Saves a snapshot as a file only its owner may read. Under a temporary name until it is whole, durable and verified, so that
    /// whatever bears the name can be restored.
    /// </summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="save">Writes the snapshot.</param>
    public static async Task<SnapshotInfo> SaveAsync(string path, Func<Stream, Task> save)
    {
        ArgumentNullException.ThrowIfNull(save);
        var part = Path.GetFullPath(path) + PartExtension;
        try
        {
            await using (var stream = Permissions.Open(part, FileMode.Create, FileAccess.ReadWrite, FileShare.Read))
            {
                await save(stream).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }
            var info = Inspect(part);
            File.Move(part, path, overwrite: true);
            PhysicalDisk.Instance.SyncDirectory(Path.GetDirectoryName(part)!);
            return info;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>Verifies a snapshot to the last byte and says what it holds. Throws <see cref="StoreDamagedException"/>.</summary>
    public static SnapshotInfo Inspect(string path) => Load(path).Info;

    /// <summary>Makes a data directory out of a snapshot. It appears under its name only when it is whole and durable.</summary>
    /// <param name="path">The snapshot.</param>
    /// <param name="directory">The store's directory; must not exist or be empty.</param>
    /// <param name="revisionBump">How far to raise the revision; 0 for a store exactly at the snapshot's.</param>
    public static SnapshotInfo Restore(string path, string directory, long revisionBump = DefaultRevisionBump)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(revisionBump);
        var (info, index, leases, alarms) = Load(path);
        // Room for the revisions yet to come, or the store could be read and never written.
        if (revisionBump > HighestRevision - info.Revision)
            throw new StoreOpenException($"the snapshot's revision {info.Revision} cannot be raised by {revisionBump}: {HighestRevision} is the most");
        index.Revision = info.Revision + revisionBump;
        index.Publish();
        StoreDirectory.Create(
            directory,
            PhysicalDisk.Instance,
            new StoreImage(index.Published.Root, index.Revision, index.Revision, leases.Sequence, leases.Image(), alarms.Published));
        return info;
    }

    internal static string VersionOf(int format) => string.Create(CultureInfo.InvariantCulture, $"tiphys-store {format}");

    private static (SnapshotInfo Info, MvccIndex Index, LeaseTable Leases, AlarmTable Alarms) Load(string path)
    {
        try
        {
            return LoadAny(path);
        }
        catch (StoreDamagedException e)
        {
            throw new StoreDamagedException(path, e.Offset, e.Revision, e.Reason) { Keys = e.Keys, IsSnapshot = true };
        }
    }

    private static (SnapshotInfo Info, MvccIndex Index, LeaseTable Leases, AlarmTable Alarms) LoadAny(string path)
    {
        if (EtcdSnapshotReader.Recognizes(path)) return LoadEtcd(path);
        CheckKind(path);
        var index = new MvccIndex(revision: 1);
        var leases = new LeaseTable(TimeProvider.System);
        var alarms = new AlarmTable();
        var recovery = new StoreRecovery(index, leases, alarms);
        uint hash = 0;
        long keys = 0;
        var header = EntryFile.Read(
            path, FileHeader.SnapshotMagic, recovery, recovery.Begin, hashed: true, payload => hash = Crc32C.Compute(payload, hash));
        index.Publish();
        alarms.Commit();
        keys = index.Published.KeyCount;
        return (new SnapshotInfo(hash, header.A, keys, new FileInfo(path).Length, VersionOf(DataDirectory.FormatVersion)), index, leases, alarms);
    }

    private static (SnapshotInfo Info, MvccIndex Index, LeaseTable Leases, AlarmTable Alarms) LoadEtcd(string path)
    {
        var (info, content) = EtcdSnapshotReader.Read(path);
        var (index, leases, alarms) = (new MvccIndex(revision: 1), new LeaseTable(TimeProvider.System), new AlarmTable());
        foreach (var record in content.Records) index.Load(record);
        foreach (var (id, ttl) in content.Leases) leases.Grant(id, ttl);
        foreach (var alarm in content.Alarms) alarms.Set(alarm, raised: true);
        index.Publish();
        alarms.Commit();
        return (info, index, leases, alarms);
    }

    private static void CheckKind(string path)
    {
        Span<byte> start = stackalloc byte[12];
        using var file = File.OpenHandle(path);
        if (RandomAccess.Read(file, start, 0) < start.Length || BitConverter.ToUInt64(start) != FileHeader.SnapshotMagic)
            throw new StoreOpenException($"{path} is no snapshot: it was made neither by `tiphys etcd snapshot save` nor by etcd");
        if (BitConverter.ToInt32(start[8..]) is var version and > DataDirectory.FormatVersion and < 1000)
            throw new StoreOpenException($"{path} was written in a newer format version ({version}); this binary reads up to {DataDirectory.FormatVersion}: use the newer tiphys");
    }
}
