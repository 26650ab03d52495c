namespace Tiphys.Storage;

/// <summary>What a store is fit for (etcd's alarms).</summary>
public enum StoreCondition
{
    /// <summary>Reads and writes work.</summary>
    Healthy,

    /// <summary>The disk is full: reads work, writes are refused (etcd's NOSPACE).</summary>
    DiskFull,

    /// <summary>The disk fails otherwise: reads work, writes are refused.</summary>
    DiskFailing,

    /// <summary>No member of the etcd cluster answers, or none has a leader: neither reads nor writes work.</summary>
    Unreachable,
}

/// <summary>A store's state, for health checks.</summary>
/// <param name="Condition">What the store is fit for.</param>
/// <param name="Reason">Why, in one sentence; null when healthy.</param>
/// <param name="Since">When it became so.</param>
public sealed record StoreHealth(StoreCondition Condition, string? Reason, DateTimeOffset Since)
{
    /// <summary>Whether writes can be expected to succeed.</summary>
    public bool IsWritable => Condition == StoreCondition.Healthy;
}
