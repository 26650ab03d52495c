using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>
/// Reads a closed store as opening does, but goes on behind whatever is damaged or missing, and notes it. Changes nothing.
/// </summary>
internal sealed class StoreScan
{
    private readonly string _directory;
    private readonly Salvage _salvage = new();
    private readonly List<StoreDamage> _damages = [];
    private readonly LogEnd? _durable;
    private long? _checkpoint;

    private StoreScan(string directory)
    {
        _directory = directory;
        _durable = DurableEnd.Read(directory);
    }

    /// <summary>
    /// What can be saved, and what is damaged. Throws <see cref="StoreOpenException"/> when there is no store, or one of a newer format.
    /// </summary>
    public static (Salvage Salvage, IReadOnlyList<StoreDamage> Damages) Of(string directory)
    {
        var scan = new StoreScan(directory);
        scan.ReadFormat();
        scan.ReadCheckpoints();
        scan.ReadLog();
        if (scan._damages.Count == 0)
            scan.TryOpening();
        return (scan._salvage, scan._damages);
    }

    private void ReadFormat()
    {
        var (version, problem) = DataDirectory.FormatOf(_directory);
        if (problem is not null)
            Note(_directory, 0, 0, 0, problem);
        else if (version is null && _durable is null)
            throw new StoreOpenException($"there is no store in {_directory}");
    }

    // The newest checkpoint that can be read at all is the base; of what is damaged in it the older ones may know something.
    private void ReadCheckpoints()
    {
        foreach (var (revision, path) in Enumerable.Reverse(Checkpoint.List(_directory)))
        {
            var bytes = File.ReadAllBytes(path);
            if (!TryHeader(path, bytes, FileHeader.CheckpointMagic, out var header) || header.A != revision)
            {
                // Without the salt in it no frame of the file can be told from garbage.
                Note(path, 0, bytes.Length, 0, "the file header is unreadable");
                continue;
            }
            var damaged = _damages.Count;
            if (_checkpoint is null)
            {
                _checkpoint = header.A;
                ReadCheckpoint(path, bytes, header, _salvage, _damages);
                if (_damages.Count == damaged)
                    return;
                continue;
            }
            // What is damaged in this one is not needed by itself.
            var (older, ignored) = (new Salvage(), new List<StoreDamage>());
            ReadCheckpoint(path, bytes, header, older, ignored);
            _salvage.FillGaps(older);
        }
    }

    private static void ReadCheckpoint(string path, byte[] bytes, FileHeader header, Salvage salvage, List<StoreDamage> damages)
    {
        salvage.Begin(header);
        var counter = new EntryFile.EntryCounter(salvage);
        var known = damages.Count;
        var reader = new FrameReader(path, bytes, bytes.Length, header, counter, salvage, damages, salvage.BeginGap);
        _ = reader.Read(mayBeTorn: false);
        if (damages.Count > known || counter.Entries == header.D)
            return;
        salvage.BeginGap();
        damages.Add(new StoreDamage(path, bytes.Length, 0, header.A, 0, [], $"{counter.Entries} entries of {header.D} are there"));
    }

    private void ReadLog()
    {
        var files = LogRecovery.List(_directory).ConvertAll(f => new SegmentFile(f.Sequence, f.Path, Header(f.Sequence, f.Path)));
        // A crash while the newest was being created: it never held anything.
        if (files is [.., { Header: null } newest] && new FileInfo(newest.Path).Length <= FileHeader.Size && !(_durable?.Segment >= newest.Sequence))
            files.RemoveAt(files.Count - 1);
        foreach (var file in files.Where(static f => f.Header is null))
            Note(file.Path, 0, new FileInfo(file.Path).Length, 0, "the segment header is unreadable");
        if (files.Count == 0)
        {
            if (_checkpoint is not null || _durable is not null)
                Note(_directory, 0, 0, 0, LogRecovery.MissingLog(_durable));
            return;
        }
        DropLeftovers(files);
        for (var i = 0; i < files.Count; i++)
        {
            if (i > 0 && files[i].Sequence != files[i - 1].Sequence + 1)
                Note(_directory, 0, 0, (files[i].Header?.B + 1) ?? 0, Missing(files[i - 1].Sequence + 1, files[i].Sequence - 1));
            if (files[i].Header is { } header)
                ReadSegment(files, i, header);
        }
        if (files[^1].Sequence < _durable?.Segment)
            Note(_directory, 0, 0, 0, $"{Missing(files[^1].Sequence + 1, _durable.Value.Segment)}: the log was whole up to revision {_durable.Value.Revision}");
    }

    private void ReadSegment(List<SegmentFile> files, int at, FileHeader header)
    {
        var (path, known) = (files[at].Path, _damages.Count);
        if (at == 0 && (header.B > _salvage.Revision || (_checkpoint is null && header.A != 1)))
            Note(_directory, 0, 0, header.B + 1, $"the log begins at revision {header.B}; what came before is missing");
        else if (at > 0 && header.B > _salvage.Revision && known == 0)
            Note(path, 0, 0, header.B + 1, $"the segment continues revision {header.B}");
        var isLast = at == files.Count - 1;
        var next = !isLast && files[at + 1].Sequence == header.A + 1 ? files[at + 1].Header : null;
        var bytes = File.ReadAllBytes(path);
        // What is behind the end that the next segment knows was never acknowledged.
        var length = (int)Math.Min(next?.C ?? bytes.Length, bytes.Length);
        var reader = new FrameReader(path, bytes, length, header, _salvage, _salvage, _damages, static () => { });
        var end = reader.Read(mayBeTorn: isLast);
        if (next?.C > bytes.Length)
            Note(path, bytes.Length, next.Value.C - bytes.Length, next.Value.B + 1, $"the segment is cut short; it ended at {next.Value.C}");
        if (isLast && _durable is { } durable && durable.Segment == header.A && durable.IsBeyond(header.A, end))
        {
            _damages.Add(new StoreDamage(
                path, end, durable.Length - end, _salvage.Revision, 0, DamagedKeys.Find(bytes.AsSpan(end), _salvage.Revision), durable.Missing(header.A, end)));
        }
    }

    // Before a hole that the checkpoint spans nothing is needed, and alarms there are out of date.
    private void DropLeftovers(List<SegmentFile> files)
    {
        var first = files.Count - 1;
        while (first > 0 && files[first - 1].Sequence + 1 == files[first].Sequence)
            first--;
        if (_checkpoint is { } revision && files[first].Header?.B <= revision)
            files.RemoveRange(0, first);
    }

    private static FileHeader? Header(long sequence, string path)
    {
        var bytes = new byte[FileHeader.Size];
        int read;
        using (var file = File.OpenHandle(path))
            read = EntryFile.ReadFully(file, bytes, 0);
        return TryHeader(path, bytes.AsSpan(0, read), FileHeader.SegmentMagic, out var header) && header.A == sequence ? header : null;
    }

    private static bool TryHeader(string path, ReadOnlySpan<byte> bytes, ulong magic, out FileHeader header) =>
        FileHeader.NewerVersion(bytes, magic) is { } version
            ? throw DataDirectory.Newer(Path.GetDirectoryName(path)!, version)
            : FileHeader.TryParse(bytes, magic, out header);

    // Whatever else opening finds, such as frames that are whole and make no sense together: nothing that refuses to open is called whole.
    private void TryOpening()
    {
        var index = new MvccIndex(revision: 1);
        var recovery = new StoreRecovery(index, new LeaseTable(TimeProvider.System), new AlarmTable());
        try
        {
            var checkpoint = Checkpoint.Restore(_directory, recovery, recovery.Begin);
            using var log = LogRecovery.Open(_directory, DryDisk.Instance, long.MaxValue, recovery, checkpoint is not null);
            recovery.Finish(_directory);
        }
        catch (StoreDamagedException e)
        {
            _damages.Add(new StoreDamage(e.File, e.Offset, 0, e.Revision, 0, e.Keys, e.Reason));
        }
    }

    private void Note(string file, long offset, long length, long before, string reason) =>
        _damages.Add(new StoreDamage(file, offset, length, _salvage.Revision, before, [], reason));

    private static string Missing(long first, long last) =>
        first == last ? $"log segment {first} is missing" : $"log segments {first} to {last} are missing";

    private sealed record SegmentFile(long Sequence, string Path, FileHeader? Header);
}
