namespace Tiphys.Storage.Embedded.Leases;

/// <summary>A granted lease. Times are timestamps of the store's clock.</summary>
internal sealed class Lease(long id, long ttlSeconds)
{
    public long Id => id;

    public long TtlSeconds => ttlSeconds;

    /// <summary>When it ends.</summary>
    public long Deadline { get; set; }

    /// <summary>Its keys. All versions of a key share one array, so the reference identifies the key.</summary>
    public HashSet<byte[]> Keys { get; } = new(ReferenceEqualityComparer.Instance);
}

/// <summary>
/// All leases and what they own. Owned by the writer loop. Changes are noted so that a batch that could not be made durable
/// can be taken back.
/// </summary>
internal sealed class LeaseTable(TimeProvider time)
{
    private readonly Dictionary<long, Lease> _leases = [];
    private readonly PriorityQueue<Lease, long> _deadlines = new();
    private readonly List<(Change Change, Lease Lease, byte[]? Key)> _undo = [];

    private enum Change
    {
        Granted,
        Revoked,
        Attached,
        Detached,
    }

    /// <summary>Counts grants and revocations; a checkpoint notes how many it includes.</summary>
    public long Sequence { get; set; }

    public IReadOnlyCollection<Lease> All => _leases.Values;

    /// <summary>All leases as a checkpoint or snapshot notes them.</summary>
    public IReadOnlyList<(long Id, long TtlSeconds)> Image() => [.. _leases.Values.Select(static l => (l.Id, l.TtlSeconds))];

    public Lease Get(long id) => _leases.TryGetValue(id, out var lease) ? lease : throw new LeaseNotFoundException(id);

    public bool Contains(long id) => _leases.ContainsKey(id);

    public void Grant(long id, long ttlSeconds)
    {
        var lease = new Lease(id, ttlSeconds);
        _leases.Add(id, lease);
        Sequence++;
        Renew(lease);
        _deadlines.Enqueue(lease, lease.Deadline);
        _undo.Add((Change.Granted, lease, null));
    }

    public void Revoke(Lease lease)
    {
        _leases.Remove(lease.Id);
        Sequence++;
        _undo.Add((Change.Revoked, lease, null));
    }

    /// <summary>Starts the time to live anew.</summary>
    public void Renew(Lease lease)
    {
        var now = time.GetTimestamp();
        var frequency = time.TimestampFrequency;
        // The longest times to live etcd allows do not fit the clock's ticks: such a lease never ends.
        lease.Deadline = lease.TtlSeconds > (long.MaxValue - now) / frequency ? long.MaxValue : now + lease.TtlSeconds * frequency;
    }

    public TimeSpan Remaining(Lease lease)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), lease.Deadline);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Moves a key from its previous record's lease to its new one's.</summary>
    public void Move(byte[] key, long from, long to)
    {
        if (from == to)
            return;
        if (from != 0 && _leases.TryGetValue(from, out var old) && old.Keys.Remove(key))
            _undo.Add((Change.Detached, old, key));
        if (to != 0 && _leases.TryGetValue(to, out var lease) && lease.Keys.Add(key))
            _undo.Add((Change.Attached, lease, key));
    }

    /// <summary>What has been done so far is durable.</summary>
    public void Commit() => _undo.Clear();

    /// <summary>Takes back everything since the last <see cref="Commit"/>.</summary>
    public void RollBack()
    {
        var revoked = false;
        for (var i = _undo.Count - 1; i >= 0; i--)
        {
            var (change, lease, key) = _undo[i];
            switch (change)
            {
                case Change.Granted:
                    _leases.Remove(lease.Id);
                    Sequence--;
                    break;
                case Change.Revoked:
                    _leases.Add(lease.Id, lease);
                    revoked = true;
                    Sequence--;
                    break;
                case Change.Attached:
                    lease.Keys.Remove(key!);
                    break;
                case Change.Detached:
                    lease.Keys.Add(key!);
                    break;
            }
        }
        _undo.Clear();
        if (!revoked)
            return;
        _deadlines.Clear();
        foreach (var lease in _leases.Values)
            _deadlines.Enqueue(lease, lease.Deadline);
    }

    /// <summary>The leases whose time is over, each reported until it is revoked.</summary>
    public List<Lease> Expired()
    {
        var now = time.GetTimestamp();
        var expired = new List<Lease>();
        Settle();
        while (_deadlines.TryPeek(out var lease, out var deadline) && deadline <= now)
        {
            _deadlines.Dequeue();
            expired.Add(lease);
            Settle();
        }
        // Should the revocation fail, the next look must find them again.
        foreach (var lease in expired)
            _deadlines.Enqueue(lease, lease.Deadline);
        return expired;
    }

    /// <summary>How long until the next lease ends; null when there is none.</summary>
    public TimeSpan? UntilNext()
    {
        Settle();
        return _deadlines.TryPeek(out var lease, out _) ? Remaining(lease) : null;
    }

    /// <summary>Starts every lease's time anew: while the store was closed nobody could keep one alive.</summary>
    public void RenewAll()
    {
        foreach (var lease in _leases.Values)
            Renew(lease);
    }

    // Renewing does not touch the queue: an entry is put right when it comes up.
    private void Settle()
    {
        while (_deadlines.TryPeek(out var lease, out var deadline))
        {
            if (!_leases.TryGetValue(lease.Id, out var live) || !ReferenceEquals(live, lease))
                _deadlines.Dequeue();
            else if (deadline != lease.Deadline)
                _deadlines.DequeueEnqueue(lease, lease.Deadline);
            else
                return;
        }
    }
}
