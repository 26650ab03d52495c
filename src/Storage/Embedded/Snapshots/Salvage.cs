using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Takes entries as they come, with gaps: the forgiving counterpart of <see cref="StoreRecovery"/>.</summary>
internal sealed class Salvage : IReplayTarget
{
    private readonly SortedDictionary<byte[], StoreRecord> _records = new(Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
    private readonly SortedDictionary<long, long> _leases = [];
    private readonly HashSet<StoreAlarm> _alarms = [];
    private readonly List<(byte[]? After, byte[]? Before)> _gaps = [];
    private byte[]? _lastRestored;
    private bool _gapOpen;
    private long _included;
    private long _includedLeases;

    public long Revision { get; private set; } = 1;

    public long LeaseSequence { get; private set; }

    public long Keys => _records.Count;

    public IReadOnlyList<(long Id, long TtlSeconds)> Leases => [.. _leases.Select(static l => (l.Key, l.Value))];

    public IReadOnlyList<StoreAlarm> Alarms => [.. _alarms];

    /// <summary>The records in key order; a lease that is gone does not own them any more.</summary>
    public IEnumerable<StoreRecord> Records => _records.Values.Select(r => r.Lease == 0 || _leases.ContainsKey(r.Lease)
        ? r
        : new StoreRecord(r.KeyArray, r.Value, r.CreateRevision, r.ModRevision, r.Version, 0));

    public void Begin(FileHeader checkpoint)
    {
        (_included, _includedLeases) = (checkpoint.A, checkpoint.C);
        Revision = checkpoint.A;
        LeaseSequence = checkpoint.C;
    }

    public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease)
    {
        if (revision <= _included)
            return;
        Revision = Math.Max(Revision, revision);
        var array = key.ToArray();
        var old = _records.GetValueOrDefault(array);
        _records[array] = new StoreRecord(array, value, old?.CreateRevision ?? revision, revision, (old?.Version ?? 0) + 1, lease);
    }

    public void Delete(long revision, ReadOnlySpan<byte> key)
    {
        if (revision <= _included)
            return;
        Revision = Math.Max(Revision, revision);
        _records.Remove(key.ToArray());
    }

    public void Restore(StoreRecord record)
    {
        if (_gapOpen)
            _gaps[^1] = (_gaps[^1].After, record.KeyArray);
        _gapOpen = false;
        _lastRestored = record.KeyArray;
        _records[record.KeyArray] = record;
    }

    /// <summary>Part of the checkpoint is lost here: records come in key order, so only those between its neighbours can have been in it.</summary>
    public void BeginGap()
    {
        if (!_gapOpen)
            _gaps.Add((_lastRestored, null));
        _gapOpen = true;
    }

    /// <summary>Fills the gaps of the checkpoint with what an older one says, as far as that goes.</summary>
    public void FillGaps(Salvage older)
    {
        foreach (var record in older._records.Values.Where(r => _gaps.Exists(g => IsWithin(r.KeyArray, g))))
            _records.TryAdd(record.KeyArray, record);
        // The leases stand before all records.
        if (_gaps is not [(null, _), ..])
            return;
        foreach (var (id, ttl) in older._leases)
            _leases.TryAdd(id, ttl);
    }

    private static bool IsWithin(byte[] key, (byte[]? After, byte[]? Before) gap) =>
        (gap.After is null || key.AsSpan().SequenceCompareTo(gap.After) > 0) && (gap.Before is null || key.AsSpan().SequenceCompareTo(gap.Before) < 0);

    public void RestoreLease(long id, long ttlSeconds) => _leases[id] = ttlSeconds;

    // A checkpoint's leases carry the checkpoint's own sequence and belong to it.
    public void GrantLease(long sequence, long id, long ttlSeconds)
    {
        if (sequence < _includedLeases)
            return;
        LeaseSequence = Math.Max(LeaseSequence, sequence);
        _leases[id] = ttlSeconds;
    }

    public void RevokeLease(long sequence, long id)
    {
        if (sequence <= _includedLeases)
            return;
        LeaseSequence = Math.Max(LeaseSequence, sequence);
        _leases.Remove(id);
    }

    public void Compact(long revision)
    {
    }

    public void SetAlarm(StoreAlarm alarm, bool raised) => _ = raised ? _alarms.Add(alarm) : _alarms.Remove(alarm);
}

/// <summary>The first revision a frame of the log speaks of; 0 when it speaks of none.</summary>
internal sealed class FirstRevision : IReplayTarget
{
    public long Revision { get; private set; }

    public static long Of(ReadOnlySpan<byte> payload)
    {
        var first = new FirstRevision();
        LogEntry.Replay(payload, first);
        return first.Revision;
    }

    public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease) => Note(revision);

    public void Delete(long revision, ReadOnlySpan<byte> key) => Note(revision);

    public void Restore(StoreRecord record)
    {
    }

    public void GrantLease(long sequence, long id, long ttlSeconds)
    {
    }

    public void RevokeLease(long sequence, long id)
    {
    }

    public void Compact(long revision)
    {
    }

    public void SetAlarm(StoreAlarm alarm, bool raised)
    {
    }

    public void RestoreLease(long id, long ttlSeconds)
    {
    }

    private void Note(long revision)
    {
        if (Revision == 0)
            Revision = revision;
    }
}
