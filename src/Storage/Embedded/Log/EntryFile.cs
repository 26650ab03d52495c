using System.Security.Cryptography;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// Reads what checkpoints and snapshots have in common: a header that counts the entries, frames of leases, alarms and records, and for a
/// snapshot the SHA-256 of all that.
/// </summary>
internal static class EntryFile
{
    // etcdctl knows that a snapshot closes with a SHA-256 by its size: whole blocks, and that.
    private const int BlockBytes = 512;

    /// <summary>The zeros that follow so many bytes of a snapshot, before its SHA-256.</summary>
    public static int SnapshotPadding(long length) => (int)(-length & (BlockBytes - 1));

    /// <summary>Reads a file as a whole; throws <see cref="StoreDamagedException"/> at anything that is not as it was written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">What kind of file it must be.</param>
    /// <param name="target">Told every entry; to be thrown away when this throws.</param>
    /// <param name="begin">Told the header first.</param>
    /// <param name="hashed">Whether a SHA-256 closes the file.</param>
    /// <param name="observe">Told every frame's payload.</param>
    public static FileHeader Read(
        string path, ulong magic, IReplayTarget target, Action<FileHeader> begin, bool hashed = false, Action<ReadOnlySpan<byte>>? observe = null)
    {
        using var file = File.OpenHandle(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = RandomAccess.GetLength(file) - (hashed ? SHA256.HashSizeInBytes : 0);
        var buffer = new byte[FileHeader.Size];
        var read = ReadFully(file, buffer, 0);
        if (!FileHeader.TryParse(buffer.AsSpan(0, read), magic, out var header))
            throw new StoreDamagedException(path, 0, 0, "the file header is unreadable");
        hash.AppendData(buffer);
        begin(header);
        var counter = new EntryCounter(target);
        long offset = FileHeader.Size;
        while (offset < length)
        {
            // Frame by frame: a checkpoint can be larger than an array.
            read = ReadFully(file, buffer.AsSpan(0, Frame.HeaderSize), offset);
            if (hashed && counter.Entries == header.D && length - offset == SnapshotPadding(offset))
            {
                // Looked at only by the hash.
                var padding = new byte[length - offset];
                hash.AppendData(padding.AsSpan(0, ReadFully(file, padding, offset)));
                offset = length;
                break;
            }
            var size = Frame.HeaderSize + Math.Max((long)Frame.PayloadLength(buffer.AsSpan(0, read)), 0);
            if (size > length - offset)
                throw new StoreDamagedException(path, offset, header.A, "a frame reaches beyond the end of the file");
            if (buffer.Length < size)
                buffer = new byte[size];
            var frame = buffer.AsSpan(0, ReadFully(file, buffer.AsSpan(0, (int)size), offset));
            if (!Frame.TryRead(frame, offset, header.Salt, out var payload))
            {
                throw new StoreDamagedException(path, offset, header.A, "a frame does not match its checksum")
                {
                    Keys = DamagedKeys.Find(frame, header.A),
                };
            }
            try
            {
                LogEntry.Replay(payload, counter);
            }
            catch (InvalidDataException e)
            {
                throw new StoreDamagedException(path, offset, header.A, e.Message);
            }
            observe?.Invoke(payload);
            hash.AppendData(frame);
            offset += frame.Length;
        }
        if (counter.Entries != header.D)
            throw new StoreDamagedException(path, offset, header.A, $"{counter.Entries} entries of {header.D} are there");
        if (hashed && (ReadFully(file, buffer.AsSpan(0, SHA256.HashSizeInBytes), length) < SHA256.HashSizeInBytes
                || !hash.GetHashAndReset().AsSpan().SequenceEqual(buffer.AsSpan(0, SHA256.HashSizeInBytes))))
            throw new StoreDamagedException(path, length, header.A, "the file does not match its SHA-256");
        return header;
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    internal static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var read = 0;
        while (read < buffer.Length && RandomAccess.Read(file, buffer[read..], offset + read) is > 0 and var count)
            read += count;
        return read;
    }

    /// <summary>Counts what a checkpoint or snapshot holds, and refuses what only a log does.</summary>
    internal sealed class EntryCounter(IReplayTarget target) : IReplayTarget
    {
        public long Entries { get; private set; }

        public long Revision => target.Revision;

        public void GrantLease(long sequence, long id, long ttlSeconds)
        {
            Entries++;
            target.RestoreLease(id, ttlSeconds);
        }

        public void RestoreLease(long id, long ttlSeconds) => throw Misplaced();

        public void Restore(StoreRecord record)
        {
            Entries++;
            target.Restore(record);
        }

        public void SetAlarm(StoreAlarm alarm, bool raised)
        {
            Entries++;
            target.SetAlarm(alarm, raised);
        }

        public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease) => throw Misplaced();

        public void Delete(long revision, ReadOnlySpan<byte> key) => throw Misplaced();

        public void RevokeLease(long sequence, long id) => throw Misplaced();

        public void Compact(long revision) => throw Misplaced();

        private static InvalidDataException Misplaced() => new("a log entry in a checkpoint");
    }
}
