namespace Tiphys.Storage.Embedded.Log;

/// <summary>What the entries of log and checkpoint say, told to whoever rebuilds the store.</summary>
internal interface IReplayTarget
{
    /// <summary>The last revision rebuilt.</summary>
    long Revision { get; }

    void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease);

    void Delete(long revision, ReadOnlySpan<byte> key);

    void GrantLease(long sequence, long id, long ttlSeconds);

    void RevokeLease(long sequence, long id);

    void Compact(long revision);

    /// <summary>An alarm is raised or disarmed, which it may be already: the log repeats what a checkpoint includes.</summary>
    void SetAlarm(StoreAlarm alarm, bool raised);

    /// <summary>A record of a checkpoint.</summary>
    void Restore(StoreRecord record);

    /// <summary>A lease of a checkpoint.</summary>
    void RestoreLease(long id, long ttlSeconds);
}

/// <summary>The encoding of entries. Kinds are never reused; a reader refuses those it does not know.</summary>
internal static class LogEntry
{
    private const byte PutKind = 1;
    private const byte DeleteKind = 2;
    private const byte GrantKind = 3;
    private const byte RevokeKind = 4;
    private const byte CompactKind = 5;
    private const byte RecordKind = 6;
    private const byte EndKind = 7;
    private const byte AlarmKind = 8;

    public static void Put(ByteWriter writer, StoreRecord record)
    {
        writer.Byte(PutKind);
        writer.Varint(record.ModRevision);
        writer.Varint(record.Lease);
        writer.Bytes(record.KeyArray);
        writer.Bytes(record.Value.Span);
    }

    public static void Delete(ByteWriter writer, StoreRecord record)
    {
        writer.Byte(DeleteKind);
        writer.Varint(record.ModRevision);
        writer.Bytes(record.KeyArray);
    }

    public static void Grant(ByteWriter writer, long sequence, long id, long ttlSeconds)
    {
        writer.Byte(GrantKind);
        writer.Varint(sequence);
        writer.Fixed64(id);
        writer.Varint(ttlSeconds);
    }

    public static void Revoke(ByteWriter writer, long sequence, long id)
    {
        writer.Byte(RevokeKind);
        writer.Varint(sequence);
        writer.Fixed64(id);
    }

    public static void Compact(ByteWriter writer, long revision)
    {
        writer.Byte(CompactKind);
        writer.Varint(revision);
    }

    public static void Alarm(ByteWriter writer, StoreAlarm alarm, bool raised)
    {
        writer.Byte(AlarmKind);
        writer.Varint((long)alarm.Kind);
        writer.Fixed64((long)alarm.Member);
        writer.Byte(raised ? (byte)1 : (byte)0);
    }

    /// <summary>The mark of a clean end: a frame before it that is broken was not torn by a crash.</summary>
    public static void End(ByteWriter writer) => writer.Byte(EndKind);

    /// <summary>Whether a frame is nothing but the mark of a clean end.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> payload) => payload is [EndKind];

    public static void Record(ByteWriter writer, StoreRecord record)
    {
        writer.Byte(RecordKind);
        writer.Varint(record.CreateRevision);
        writer.Varint(record.ModRevision);
        writer.Varint(record.Version);
        writer.Varint(record.Lease);
        writer.Bytes(record.KeyArray);
        writer.Bytes(record.Value.Span);
    }

    /// <summary>Replays a frame's payload. Throws <see cref="InvalidDataException"/> when it makes no sense.</summary>
    public static void Replay(ReadOnlySpan<byte> payload, IReplayTarget target)
    {
        var reader = new ByteReader(payload);
        while (!reader.AtEnd)
        {
            switch (reader.Byte())
            {
                case PutKind:
                    var putRevision = reader.Varint();
                    var putLease = reader.Varint();
                    var putKey = reader.Bytes();
                    target.Put(putRevision, putKey, reader.Bytes().ToArray(), putLease);
                    break;
                case DeleteKind:
                    target.Delete(reader.Varint(), reader.Bytes());
                    break;
                case GrantKind:
                    target.GrantLease(reader.Varint(), reader.Fixed64(), reader.Varint());
                    break;
                case RevokeKind:
                    target.RevokeLease(reader.Varint(), reader.Fixed64());
                    break;
                case CompactKind:
                    target.Compact(reader.Varint());
                    break;
                case RecordKind:
                    var (create, mod, version, lease) = (reader.Varint(), reader.Varint(), reader.Varint(), reader.Varint());
                    var key = reader.Bytes().ToArray();
                    target.Restore(new StoreRecord(key, reader.Bytes().ToArray(), create, mod, version, lease));
                    break;
                case EndKind:
                    break;
                case AlarmKind:
                    var alarm = new StoreAlarm((StoreAlarmKind)reader.Varint(), (ulong)reader.Fixed64());
                    target.SetAlarm(alarm, raised: reader.Byte() != 0);
                    break;
                case var kind:
                    throw new InvalidDataException($"unknown entry kind {kind}");
            }
        }
    }
}
