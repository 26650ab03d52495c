using System.Security.Cryptography;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Writes a snapshot: the layout of a checkpoint, padded with zeros and closed by the SHA-256 of everything before it.</summary>
internal sealed class SnapshotWriter
{
    private readonly IReadOnlyList<StoreRecord> _records;
    private readonly StoreImage _image;

    /// <summary>Notes the records of an image, which is not needed afterwards.</summary>
    public SnapshotWriter(StoreImage image)
    {
        _records = SnapshotContent.Of(image).Records;
        _image = image;
    }

    public SnapshotInfo Write(Stream output, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        using var file = new SequentialFile(output, hash);
        file.Write(
            new FileHeader(
                FileHeader.SnapshotMagic, salt, _image.Revision, _image.CompactedRevision, _image.LeaseSequence, _records.Count + _image.Leases.Count + _image.Alarms.Count).ToBytes(),
            0);
        var frames = new FrameSequence(file, salt, paced: false, cancel);
        foreach (var (id, ttl) in _image.Leases.OrderBy(static l => l.Id))
            LogEntry.Grant(frames.Entry(), _image.LeaseSequence, id, ttl);
        foreach (var alarm in _image.Alarms)
            LogEntry.Alarm(frames.Entry(), alarm, raised: true);
        foreach (var record in _records)
            LogEntry.Record(frames.Entry(), record);
        frames.Flush();
        var padding = new byte[EntryFile.SnapshotPadding(frames.Offset)];
        hash.AppendData(padding);
        output.Write(padding);
        output.Write(hash.GetHashAndReset());
        output.Flush();
        return new SnapshotInfo(
            frames.ContentHash, _image.Revision, _records.Count, frames.Offset + padding.Length + SHA256.HashSizeInBytes, SnapshotFile.VersionOf(DataDirectory.FormatVersion));
    }

    // The frames come in order, so that a stream does; whoever gave it makes it durable.
    private sealed class SequentialFile(Stream output, IncrementalHash hash) : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            hash.AppendData(bytes);
            output.Write(bytes);
        }

        public void SetLength(long length) => throw new NotSupportedException();

        public void Sync()
        {
        }

        public void Dispose()
        {
        }
    }
}
