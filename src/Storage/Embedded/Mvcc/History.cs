namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>A run of consecutive changes. Slots are filled once, before the state that counts them is published.</summary>
internal sealed class HistoryChunk(long firstRevision)
{
    public const int Capacity = 512;

    /// <summary>A chunk of large values is closed early, so that compaction can let go of them in small steps.</summary>
    public const long ByteCapacity = 1 << 20;

    public readonly StoreRecord[] Records = new StoreRecord[Capacity];

    /// <summary>The revision of the first record.</summary>
    public readonly long FirstRevision = firstRevision;

    /// <summary>Records filled. The writer's; readers may use it for every chunk but the last.</summary>
    public int Count;

    /// <summary>Rough memory of the records; the writer's.</summary>
    public long Bytes;

    public bool IsFull => Count == Capacity || Bytes >= ByteCapacity;
}

/// <summary>
/// Every change since the compacted revision in revision order: what watchers read and what compaction walks. All watchers
/// share it, so a change costs nothing per watcher until one reads it.
/// </summary>
internal readonly struct HistoryView(HistoryChunk[] chunks, int lastCount, long count, long bytes)
{
    public static HistoryView Empty => new([], 0, 0, 0);

    public HistoryChunk[] Chunks => chunks;

    /// <summary>Records in the last chunk as of this view.</summary>
    public int LastCount => lastCount;

    public long Count => count;

    public long Bytes => bytes;

    public int CountOf(int chunk) => chunk == chunks.Length - 1 ? lastCount : chunks[chunk].Count;

    /// <summary>The place of the first change at or after a revision.</summary>
    public (int Chunk, int Index) Seek(long revision)
    {
        // A revision's changes can lie over two chunks, so the search is for the last chunk that begins before it.
        int low = 0, high = chunks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (chunks[middle].FirstRevision < revision)
                low = middle + 1;
            else
                high = middle - 1;
        }
        if (low == 0)
            return (0, 0);
        var chunk = low - 1;
        int first = 0, last = CountOf(chunk) - 1;
        while (first <= last)
        {
            var middle = (first + last) >> 1;
            if (chunks[chunk].Records[middle].ModRevision < revision)
                first = middle + 1;
            else
                last = middle - 1;
        }
        return first == CountOf(chunk) ? (chunk + 1, 0) : (chunk, first);
    }
}

/// <summary>The writer's side of the history.</summary>
internal sealed class History
{
    // Object headers and references of a record and its places; values and keys come on top.
    private const int RecordOverhead = 128;

    private HistoryChunk[] _chunks = [];
    private long _count;

    public long Bytes { get; private set; }

    public HistoryView View => new(_chunks, _chunks.Length == 0 ? 0 : _chunks[^1].Count, _count, Bytes);

    public void Add(StoreRecord record)
    {
        // Readers hold the old array; the last chunk itself is shared and only grows beyond what they count.
        if (_chunks.Length == 0 || _chunks[^1].IsFull)
            _chunks = [.. _chunks, new HistoryChunk(record.ModRevision)];
        var chunk = _chunks[^1];
        var size = SizeOf(record);
        chunk.Records[chunk.Count++] = record;
        chunk.Bytes += size;
        _count++;
        Bytes += size;
    }

    /// <summary>Takes back what was added since a view.</summary>
    public void Restore(HistoryView view)
    {
        _chunks = view.Chunks;
        _count = view.Count;
        Bytes = view.Bytes;
        if (_chunks.Length == 0)
            return;
        var last = _chunks[^1];
        while (last.Count > view.LastCount)
            last.Bytes -= SizeOf(last.Records[--last.Count]);
    }

    /// <summary>Drops the chunks that hold nothing at or after a revision.</summary>
    public void DropBefore(long revision)
    {
        var drop = 0;
        for (; drop < _chunks.Length - 1; drop++)
        {
            var chunk = _chunks[drop];
            if (chunk.Records[chunk.Count - 1].ModRevision >= revision)
                break;
            Bytes -= chunk.Bytes;
            _count -= chunk.Count;
        }
        if (drop > 0)
            _chunks = _chunks[drop..];
    }

    /// <summary>A revision before which about half of the history's bytes lie; 0 when it cannot be divided.</summary>
    public long MiddleRevision()
    {
        long behind = 0;
        for (var i = 0; i < _chunks.Length - 1; i++)
        {
            behind += _chunks[i].Bytes;
            if (behind >= Bytes / 2)
                return _chunks[i + 1].FirstRevision;
        }
        return 0;
    }

    private static long SizeOf(StoreRecord record) => RecordOverhead + record.KeyArray.Length + record.Value.Length;
}
