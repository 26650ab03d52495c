using System.Buffers.Binary;
using Google.Protobuf;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Embedded.Snapshots.Etcd;

/// <summary>How etcd 3.5 lays out its database: buckets, and the form of their keys.</summary>
internal static class EtcdSchema
{
    public const string Keys = "key";
    public const string Leases = "lease";
    public const string Meta = "meta";
    public const string Alarms = "alarm";

    /// <summary>Bytes of a revision; one more for that of a deletion.</summary>
    public const int RevisionBytes = 17;

    private const byte Separator = (byte)'_';
    private const byte Tombstone = (byte)'t';

    /// <summary>The buckets that hold nothing of ours.</summary>
    public static readonly string[] Others = ["auth", "authRoles", "authUsers", "cluster", "members", "members_removed"];

    public static ReadOnlySpan<byte> KeysBucket => "key"u8;

    public static ReadOnlySpan<byte> FinishedCompaction => "finishedCompactRev"u8;

    public static ReadOnlySpan<byte> ScheduledCompaction => "scheduledCompactRev"u8;

    public static ReadOnlySpan<byte> ConsistentIndex => "consistent_index"u8;

    public static ReadOnlySpan<byte> Term => "term"u8;

    public static ReadOnlySpan<byte> StorageVersion => "storageVersion"u8;

    /// <summary>Writes a revision and the number of the change in it.</summary>
    public static void WriteRevision(Span<byte> target, long revision, long change, bool deleted)
    {
        BinaryPrimitives.WriteInt64BigEndian(target, revision);
        target[8] = Separator;
        BinaryPrimitives.WriteInt64BigEndian(target[9..], change);
        if (deleted) target[RevisionBytes] = Tombstone;
    }

    /// <summary>What stands under a revision: of a deletion the key alone.</summary>
    public static KeyValue Stored(StoreRecord record) =>
        record.IsDeletion ? new KeyValue { Key = UnsafeByteOperations.UnsafeWrap(record.Key) } : Records.ToWire(record);

    public static bool TryReadRevision(ReadOnlySpan<byte> bytes, out long revision, out bool deleted)
    {
        (revision, deleted) = (0, bytes.Length == RevisionBytes + 1);
        if (bytes.Length is not (RevisionBytes or RevisionBytes + 1) || bytes[8] != Separator || (deleted && bytes[RevisionBytes] != Tombstone)) return false;
        revision = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return revision >= 0;
    }
}
