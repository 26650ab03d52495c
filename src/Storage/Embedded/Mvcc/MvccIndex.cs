namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>
/// The multi-version index in memory. One writer changes it; any number of readers use what was last published. Changes that
/// are not published yet carry revisions above the published one, which is how readers pass over them.
/// </summary>
internal sealed class MvccIndex
{
    private readonly KeyTree _tree = new();
    private readonly History _history = new();
    private StoreState _published;
    private long _compacted;
    private long _cut;

    public MvccIndex(long revision)
    {
        Revision = revision;
        _published = new StoreState(_tree.Publish(), 0, revision, HistoryView.Empty);
    }

    /// <summary>The writer's revision: includes what is not published.</summary>
    public long Revision { get; set; }

    public StoreState Published => Volatile.Read(ref _published);

    /// <summary>Revisions below this one cannot be read.</summary>
    public long CompactedRevision => Volatile.Read(ref _compacted);

    public long HistoryBytes => _history.Bytes;

    /// <summary>Whether compaction has yet to free what lies before the compacted revision.</summary>
    public bool HasUncut => _cut < _compacted;

    public TreeSlot Find(ReadOnlySpan<byte> key) => _tree.Find(key);

    /// <summary>The key's record in the writer's view, or null when it does not exist.</summary>
    public StoreRecord? Current(ReadOnlySpan<byte> key) => _tree.Find(key).Record is { IsDeletion: false } record ? record : null;

    /// <summary>Reads a range in the writer's view.</summary>
    public RangeResult ReadWorking(in RangeRequest request, long headerRevision) =>
        RangeReader.Read(_tree.Root, request, request.Revision > 0 ? request.Revision : long.MaxValue, headerRevision);

    /// <summary>Writes a key; <paramref name="slot"/> is where <see cref="Find"/> found it.</summary>
    public StoreRecord Put(in TreeSlot slot, ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value, long lease, long revision)
    {
        var newest = slot.Record;
        var live = newest is { IsDeletion: false };
        var record = new StoreRecord(
            newest?.KeyArray ?? key.ToArray(), value, live ? newest!.CreateRevision : revision, revision, live ? newest!.Version + 1 : 1, lease)
        {
            Older = newest,
        };
        if (newest is null)
            _tree.Insert(record);
        else
            slot.Set(record);
        _history.Add(record);
        return record;
    }

    /// <summary>Deletes a key that exists.</summary>
    public StoreRecord Delete(StoreRecord current, long revision)
    {
        var record = new StoreRecord(current.KeyArray, default, 0, revision, 0, 0) { Older = current };
        _tree.Find(current.KeyArray).Set(record);
        _history.Add(record);
        return record;
    }

    /// <summary>
    /// Puts a checkpoint's record into the index. It is not a change, so history knows nothing of it; unless it was made at the
    /// compacted revision itself, which can be watched from (only a restored snapshot holds such records).
    /// </summary>
    public void Load(StoreRecord record)
    {
        _tree.Insert(record);
        if (record.ModRevision >= _compacted && _compacted > 0)
            _history.Add(record);
    }

    /// <summary>Shows readers everything written so far.</summary>
    public StoreState Publish()
    {
        var state = new StoreState(_tree.Publish(), _tree.Count, Revision, _history.View);
        Volatile.Write(ref _published, state);
        return state;
    }

    /// <summary>Forgets everything that was written since the last publication.</summary>
    public void RollBack()
    {
        var state = _published;
        var written = _history.View;
        var (chunk, index) = written.Seek(state.Revision + 1);
        var undone = new List<StoreRecord>();
        for (; chunk < written.Chunks.Length; chunk++, index = 0)
        {
            for (; index < written.CountOf(chunk); index++)
                undone.Add(written.Chunks[chunk].Records[index]);
        }

        _tree.Restore(state.Root, state.KeyCount);
        _history.Restore(state.History);
        Revision = state.Revision;
        foreach (var record in undone)
        {
            // Keys that are new with the undone writes are not in the restored shape.
            var slot = _tree.Find(record.KeyArray);
            if (slot.Leaf is not null && slot.Record!.ModRevision > state.Revision)
                slot.Set(slot.Record.AsOf(state.Revision)!);
        }
    }

    /// <summary>Makes revisions before <paramref name="revision"/> unreadable; <see cref="Cut"/> frees their memory.</summary>
    public void Compact(long revision) => Volatile.Write(ref _compacted, revision);

    /// <summary>
    /// Frees superseded versions and forgotten keys, at most so many steps at once. Call only with nothing unpublished.
    /// Readers that still walk there find out afterwards from the compacted revision, which was raised first.
    /// </summary>
    public void Cut(int steps)
    {
        var target = _compacted;
        var view = _history.View;
        var (chunk, index) = view.Seek(_cut);
        for (; chunk < view.Chunks.Length; chunk++, index = 0)
        {
            for (; index < view.CountOf(chunk); index++)
            {
                var record = view.Chunks[chunk].Records[index];
                if (record.ModRevision >= target)
                {
                    Finish(target);
                    return;
                }
                if (steps-- <= 0)
                {
                    Finish(record.ModRevision);
                    return;
                }
                // The record itself stays: it is the state between its revision and its successor's.
                record.Older = null;
                if (record.IsDeletion && ReferenceEquals(_tree.Find(record.KeyArray).Record, record))
                    _tree.Remove(record.KeyArray);
            }
        }
        Finish(target);

        void Finish(long reached)
        {
            _cut = reached;
            _history.DropBefore(reached);
            Publish();
        }
    }

    /// <summary>A revision to compact to when history takes too much memory; 0 when there is none.</summary>
    public long MiddleRevision() => _history.MiddleRevision();
}
