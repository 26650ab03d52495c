namespace Tiphys.Storage;

/// <summary>
/// One version of one key (etcd's KeyValue). Immutable, and shared between readers, watchers and the store itself.
/// </summary>
public sealed class StoreRecord
{
    // The version this one replaced. Cut (set to null) once compaction has passed this record.
    private StoreRecord? _older;

    /// <summary>Creates a record; the arrays are kept, not copied.</summary>
    public StoreRecord(byte[] key, ReadOnlyMemory<byte> value, long createRevision, long modRevision, long version, long lease)
    {
        KeyArray = key;
        Value = value;
        CreateRevision = createRevision;
        ModRevision = modRevision;
        Version = version;
        Lease = lease;
    }

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key => KeyArray;

    /// <summary>The value; empty for a deletion.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The revision of the put that brought the key into being; 0 for a deletion.</summary>
    public long CreateRevision { get; }

    /// <summary>The revision of this very change.</summary>
    public long ModRevision { get; }

    /// <summary>How many puts the key has seen since its creation, counting from 1; 0 for a deletion.</summary>
    public long Version { get; }

    /// <summary>The lease that owns the key, or 0.</summary>
    public long Lease { get; }

    /// <summary>True when this record says that the key was deleted.</summary>
    public bool IsDeletion => Version == 0;

    /// <summary>
    /// The value is not stored as it would be now (under an older key of encryption, say): a write that would change nothing else
    /// is worth making.
    /// </summary>
    public bool IsStale { get; init; }

    internal byte[] KeyArray { get; }

    internal StoreRecord? Older
    {
        get => Volatile.Read(ref _older);
        set => Volatile.Write(ref _older, value);
    }

    /// <summary>The newest version that already existed at a revision, deletions included.</summary>
    internal StoreRecord? AsOf(long revision)
    {
        var record = this;
        while (record is not null && record.ModRevision > revision)
            record = record.Older;
        return record;
    }
}
