using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded;

/// <summary>
/// Rebuilds the index from the checkpoint and the log after it. The log repeats what the checkpoint includes (it begins at a
/// segment's start), so changes are told apart by number: keys by revision, leases by sequence. Of an alarm the last that is said holds.
/// </summary>
internal sealed class StoreRecovery(MvccIndex index, LeaseTable leases, AlarmTable alarms) : IReplayTarget
{
    private long _includedRevision;
    private long _includedLeases;

    public long Revision => index.Revision;

    /// <summary>The checkpoint's numbers, before its entries.</summary>
    public void Begin(FileHeader checkpoint)
    {
        index.Revision = _includedRevision = checkpoint.A;
        index.Compact(checkpoint.B);
        leases.Sequence = _includedLeases = checkpoint.C;
    }

    public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease)
    {
        if (revision <= _includedRevision)
            return;
        index.Revision = revision;
        index.Put(index.Find(key), key, value, lease, revision);
    }

    public void Delete(long revision, ReadOnlySpan<byte> key)
    {
        if (revision <= _includedRevision)
            return;
        index.Revision = revision;
        index.Delete(index.Current(key) ?? throw new InvalidDataException("a key is deleted that does not exist"), revision);
    }

    public void GrantLease(long sequence, long id, long ttlSeconds)
    {
        if (sequence <= _includedLeases)
            return;
        if (leases.Contains(id))
            throw new InvalidDataException("a lease is granted that exists");
        leases.Grant(id, ttlSeconds);
        leases.Sequence = sequence;
    }

    public void RevokeLease(long sequence, long id)
    {
        if (sequence <= _includedLeases)
            return;
        leases.Revoke(leases.Contains(id) ? leases.Get(id) : throw new InvalidDataException("a lease is revoked that does not exist"));
        leases.Sequence = sequence;
    }

    public void Compact(long revision)
    {
        if (revision > index.CompactedRevision)
            index.Compact(revision);
        // What is superseded goes as the replay goes on, or a long log would be held in memory as a whole.
        if (index.HasUncut)
            index.Cut(int.MaxValue);
    }

    public void SetAlarm(StoreAlarm alarm, bool raised) => alarms.Set(alarm, raised);

    public void Restore(StoreRecord record)
    {
        if (index.Find(record.KeyArray).Leaf is not null)
            throw new InvalidDataException("a key is in the checkpoint twice");
        index.Load(record);
    }

    public void RestoreLease(long id, long ttlSeconds)
    {
        leases.Grant(id, ttlSeconds);
        leases.Sequence = _includedLeases;
    }

    /// <summary>Finishes the rebuilding: leases get their keys and a fresh time to live.</summary>
    public void Finish(string directory)
    {
        if (index.Revision < index.CompactedRevision)
            throw new StoreDamagedException(directory, 0, index.Revision, $"the log ends before the compacted revision {index.CompactedRevision}");
        index.Publish();
        index.Cut(int.MaxValue);
        var visitor = new LeaseAttacher(leases);
        TreeReader.Visit(index.Published.Root, KeyRange.All, ref visitor);
        leases.RenewAll();
        leases.Commit();
        alarms.Commit();
    }

    private readonly struct LeaseAttacher(LeaseTable leases) : IRecordVisitor
    {
        public bool Visit(StoreRecord newest)
        {
            if (newest.Lease != 0)
                leases.Move(newest.KeyArray, 0, newest.Lease);
            return true;
        }
    }
}
