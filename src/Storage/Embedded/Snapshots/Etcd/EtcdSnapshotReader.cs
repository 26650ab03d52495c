using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Tiphys.Storage.Bolt;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Embedded.Snapshots.Etcd;

/// <summary>Reads a snapshot of etcd: the newest version of each key, the leases and the alarms. Users and members are etcd's own and left out.</summary>
internal static class EtcdSnapshotReader
{
    // etcd's own rule for whether a file closes with a SHA-256, which a copy of the database does not.
    private const int BlockBytes = 512;
    private const int ChunkBytes = 1 << 20;

    /// <summary>Whether a file looks like etcd's.</summary>
    public static bool Recognizes(string path)
    {
        Span<byte> start = stackalloc byte[BoltPage.HeaderBytes + sizeof(uint)];
        using var file = File.OpenHandle(path);
        return RandomAccess.Read(file, start, 0) == start.Length && BoltMeta.LooksLike(start);
    }

    /// <summary>Verifies and reads one.</summary>
    /// <exception cref="StoreDamagedException">It is not as etcd wrote it.</exception>
    /// <exception cref="StoreOpenException">It has no checksum.</exception>
    public static (SnapshotInfo Info, Salvage Content) Read(string path)
    {
        VerifyChecksum(path);
        var content = new Salvage();
        var (crc, compacted, revision, version) = (uint.MaxValue, 0L, 1L, "3.5");
        using (var reader = new BoltReader(path))
        {
            reader.Visit(name =>
            {
                crc = Crc32C.Append(crc, name);
                var visit = Encoding.ASCII.GetString(name) switch
                {
                    EtcdSchema.Keys => Change,
                    EtcdSchema.Leases => (key, value) =>
                    {
                        var lease = Parse(StoredLease.Parser, value);
                        content.RestoreLease(lease.ID, lease.TTL);
                    },
                    EtcdSchema.Alarms => (key, _) =>
                    {
                        var alarm = Parse(AlarmMember.Parser, key);
                        content.SetAlarm(new StoreAlarm((StoreAlarmKind)alarm.Alarm, alarm.MemberID), raised: true);
                    },
                    EtcdSchema.Meta => Meta,
                    _ => (BoltReader.ItemVisitor)(static (_, _) => { }),
                };
                return (key, value) =>
                {
                    crc = Crc32C.Append(Crc32C.Append(crc, key), value);
                    visit(key, value);
                };
            });
        }

        revision = Math.Max(revision, compacted);
        return (new SnapshotInfo(~crc, revision, content.Keys, new FileInfo(path).Length, $"etcd {version}"), content);

        void Change(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (!EtcdSchema.TryReadRevision(key, out revision, out var deleted)) throw new StoreDamagedException(path, 0, 0, "a key of the database is no revision");
            var stored = Parse(KeyValue.Parser, value);
            if (deleted) content.Delete(revision, stored.Key.Span);
            else content.Restore(new StoreRecord(stored.Key.ToByteArray(), stored.Value.Memory, stored.CreateRevision, stored.ModRevision, stored.Version, stored.Lease));
        }

        void Meta(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (key.SequenceEqual(EtcdSchema.FinishedCompaction) && EtcdSchema.TryReadRevision(value, out var finished, out _)) compacted = finished;
            else if (key.SequenceEqual(EtcdSchema.StorageVersion)) version = Encoding.ASCII.GetString(value);
        }

        T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> value)
            where T : IMessage<T>
        {
            try
            {
                return parser.ParseFrom(value);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new StoreDamagedException(path, 0, revision, $"a value of the database cannot be read: {e.Message}");
            }
        }
    }

    private static void VerifyChecksum(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var length = file.Length - SHA256.HashSizeInBytes;
        if (length < 0 || length % BlockBytes != 0) throw new StoreOpenException($"{path} is a database of etcd without the checksum of a snapshot: it was copied instead of saved; save one with `etcdctl snapshot save`");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkBytes];
        while (length > 0)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, length));
            if (read == 0) throw new StoreDamagedException(path, file.Position, 0, "the file ends too early");
            hash.AppendData(buffer.AsSpan(0, read));
            length -= read;
        }

        var expected = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(expected);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected)) throw new StoreDamagedException(path, file.Length - expected.Length, 0, "the file does not match its SHA-256");
    }
}
