using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// What a request may do to the store's unpublished state, each change noted for the log. Used by the writer loop's thread
/// only.
/// </summary>
internal sealed class StoreWriter(MvccIndex index, LeaseTable leases, AlarmTable alarms, TimeProvider time, bool logged)
{
    private const long MaxTtlSeconds = 9_000_000_000;

    public MvccIndex Index => index;

    public LeaseTable Leases => leases;

    public AlarmTable Alarms => alarms;

    /// <summary>The batch's frame: the payload is written behind the room for the header.</summary>
    public ByteWriter Buffer { get; } = new();

    /// <summary>The compacted revision once this batch is durable.</summary>
    public long PendingCompactedRevision { get; set; }

    /// <summary>Whether a lease's end may have come closer.</summary>
    public bool LeasesChanged { get; set; }

    public void CheckLease(long lease)
    {
        if (lease != 0 && !leases.Contains(lease))
            throw new LeaseNotFoundException(lease);
    }

    public StoreRecord Put(in TreeSlot slot, ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value, long lease, long revision)
    {
        var previousLease = slot.Record?.Lease ?? 0;
        var record = index.Put(slot, key, value, lease, revision);
        leases.Move(record.KeyArray, previousLease, lease);
        if (logged)
            LogEntry.Put(Buffer, record);
        return record;
    }

    public void Delete(StoreRecord current, long revision)
    {
        var record = index.Delete(current, revision);
        leases.Move(record.KeyArray, current.Lease, 0);
        if (logged)
            LogEntry.Delete(Buffer, record);
    }

    public LeaseStatus Grant(TimeSpan ttl, long id)
    {
        var seconds = (long)Math.Max(Math.Ceiling(ttl.TotalSeconds), 1);
        if (seconds > MaxTtlSeconds)
            throw new InvalidStoreRequestException("too large lease TTL");
        if (id == 0)
        {
            do
                id = Random.Shared.NextInt64(1, long.MaxValue);
            while (leases.Contains(id));
        }
        else if (leases.Contains(id))
        {
            throw new LeaseExistsException(id);
        }
        leases.Grant(id, seconds);
        LeasesChanged = true;
        if (logged)
            LogEntry.Grant(Buffer, leases.Sequence, id, seconds);
        return Describe(id, withKeys: false);
    }

    /// <summary>Ends a lease; its keys go in one revision, in key order.</summary>
    public long Revoke(long id)
    {
        var lease = leases.Get(id);
        if (lease.Keys.Count > 0)
        {
            var revision = ++index.Revision;
            foreach (var key in SortedKeys(lease))
                Delete(index.Current(key)!, revision);
        }
        leases.Revoke(lease);
        if (logged)
            LogEntry.Revoke(Buffer, leases.Sequence, id);
        return index.Revision;
    }

    public LeaseStatus KeepAlive(long id)
    {
        leases.Renew(leases.Get(id));
        return Describe(id, withKeys: false);
    }

    public LeaseStatus Describe(long id, bool withKeys)
    {
        var lease = leases.Get(id);
        ReadOnlyMemory<byte>[] keys = withKeys ? [.. SortedKeys(lease).Select(k => (ReadOnlyMemory<byte>)k)] : [];
        return new LeaseStatus(id, TimeSpan.FromSeconds(Math.Min(lease.TtlSeconds, (long)TimeSpan.MaxValue.TotalSeconds - 1)), leases.Remaining(lease), keys, index.Revision);
    }

    public IReadOnlyList<long> ListLeases() => [.. leases.All.Select(l => l.Id).Order()];

    /// <summary>Ends the leases whose time is over.</summary>
    public void RevokeExpired()
    {
        LeasesChanged = true;
        foreach (var lease in leases.Expired())
        {
            if (leases.Contains(lease.Id))
                Revoke(lease.Id);
        }
    }

    public long Compact(long revision)
    {
        if (revision <= PendingCompactedRevision)
            throw new CompactedException(PendingCompactedRevision);
        if (revision > index.Revision)
            throw new FutureRevisionException(index.Revision);
        PendingCompactedRevision = revision;
        if (logged)
            LogEntry.Compact(Buffer, revision);
        return revision;
    }

    public bool SetAlarm(StoreAlarm alarm, bool raised)
    {
        var changed = alarms.Set(alarm, raised);
        if (changed && logged)
            LogEntry.Alarm(Buffer, alarm, raised);
        return changed;
    }

    /// <summary>Begins a batch.</summary>
    public void Begin()
    {
        Buffer.Reset(Frame.HeaderSize);
        PendingCompactedRevision = index.CompactedRevision;
    }

    /// <summary>Takes back the batch.</summary>
    public void RollBack()
    {
        leases.RollBack();
        alarms.RollBack();
        index.RollBack();
        // A lease whose revocation was taken back is overdue and must be looked at again.
        LeasesChanged = true;
    }

    /// <summary>How long until a lease may end, for the timer.</summary>
    public TimeSpan? UntilNextExpiry() => leases.UntilNext();

    /// <summary>The store's clock.</summary>
    public TimeProvider Time => time;

    private static List<byte[]> SortedKeys(Lease lease)
    {
        List<byte[]> keys = [.. lease.Keys];
        keys.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return keys;
    }
}
