using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Tiphys.Storage.Bolt;
using Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Embedded.Snapshots.Etcd;

/// <summary>
/// Writes a snapshot as etcd does: its database, and behind it the SHA-256 of that. It is the database of an etcd that has compacted
/// everything before the snapshot's revision.
/// </summary>
internal static class EtcdSnapshotWriter
{
    /// <summary>Writes one and returns its size in bytes.</summary>
    public static long Write(StoreContent content, Stream output, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new HashedStream(output, hash, cancel);
        var size = BoltWriter.Write(hashed,
        [
            new BoltBucket(EtcdSchema.Keys, new Changes(content)),
            new BoltBucket(EtcdSchema.Leases, new BoltItems(content.Leases.Select(Lease))),
            new BoltBucket(EtcdSchema.Alarms, new BoltItems(content.Alarms.Select(Alarm))),
            new BoltBucket(EtcdSchema.Meta, new BoltItems(Meta(content.Revision))),
            .. EtcdSchema.Others.Select(static name => new BoltBucket(name, new BoltItems([]))),
        ]);
        output.Write(hash.GetHashAndReset());
        output.Flush();
        return size + SHA256.HashSizeInBytes;
    }

    private static (byte[] Key, byte[] Value) Lease((long Id, long TtlSeconds) lease)
    {
        var key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, lease.Id);
        return (key, new StoredLease { ID = lease.Id, TTL = lease.TtlSeconds }.ToByteArray());
    }

    private static (byte[] Key, byte[] Value) Alarm(StoreAlarm alarm) =>
        (new AlarmMember { MemberID = alarm.Member, Alarm = (AlarmType)alarm.Kind }.ToByteArray(), []);

    // That the term is not 0 tells etcd 3.6 that the layout is 3.5's; etcdutl puts in its own when it restores.
    private static IEnumerable<(byte[] Key, byte[] Value)> Meta(long revision)
    {
        var compacted = new byte[EtcdSchema.RevisionBytes];
        EtcdSchema.WriteRevision(compacted, revision, 0, deleted: false);
        yield return (EtcdSchema.FinishedCompaction.ToArray(), compacted);
        yield return (EtcdSchema.ScheduledCompaction.ToArray(), compacted);
        yield return (EtcdSchema.ConsistentIndex.ToArray(), Number(revision));
        yield return (EtcdSchema.Term.ToArray(), Number(1));
    }

    private static byte[] Number(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>The records by revision; those of one transaction are told apart by a second number.</summary>
    private sealed class Changes : IBoltItems
    {
        private readonly StoreRecord[] _records;
        private readonly int[] _numbers;
        private readonly int[] _sizes;

        public Changes(StoreContent content)
        {
            _records = [.. content.Records.Concat(content.Deleted).OrderBy(static r => r.ModRevision)];
            _numbers = new int[_records.Length];
            _sizes = Array.ConvertAll(_records, static r => EtcdSchema.Stored(r).CalculateSize());
            for (var i = 1; i < _records.Length; i++) _numbers[i] = _records[i].ModRevision == _records[i - 1].ModRevision ? _numbers[i - 1] + 1 : 0;
        }

        public int Count => _records.Length;

        public int KeyBytes(int index) => EtcdSchema.RevisionBytes + (_records[index].IsDeletion ? 1 : 0);

        public int ValueBytes(int index) => _sizes[index];

        public void WriteKey(int index, Span<byte> target) => EtcdSchema.WriteRevision(target, _records[index].ModRevision, _numbers[index], _records[index].IsDeletion);

        public void WriteValue(int index, Span<byte> target) => EtcdSchema.Stored(_records[index]).WriteTo(target);
    }

    private sealed class HashedStream(Stream inner, IncrementalHash hash, CancellationToken cancel) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
