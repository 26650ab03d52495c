using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Watching;

/// <summary>All open watches.</summary>
internal sealed class WatchHub(MvccIndex index, TimeProvider time, TimeSpan progressInterval)
{
    private readonly Lock _gate = new();
    private readonly List<StoreRecord> _fresh = [];
    private EmbeddedWatch[] _watches = [];
    private bool _closed;

    public TimeProvider Time => time;

    public int Count => Volatile.Read(ref _watches).Length;

    public EmbeddedWatch Open(in WatchRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(IStore));
            // Registered within the gate and after the cursor is set: a publication in between only wakes it needlessly.
            var watch = new EmbeddedWatch(this, index, request, progressInterval);
            Volatile.Write(ref _watches, [.. _watches, watch]);
            return watch;
        }
    }

    public void Remove(EmbeddedWatch watch)
    {
        lock (_gate)
            Volatile.Write(ref _watches, Array.FindAll(_watches, w => !ReferenceEquals(w, watch)));
    }

    /// <summary>Tells the watches what a publication made visible. Called by the writer loop only.</summary>
    public void Published(StoreState before, StoreState after)
    {
        var watches = Volatile.Read(ref _watches);
        if (watches.Length == 0 || before.Revision == after.Revision)
            return;
        _fresh.Clear();
        var view = after.History;
        var (chunk, at) = view.Seek(before.Revision + 1);
        for (; chunk < view.Chunks.Length; chunk++, at = 0)
            _fresh.AddRange(view.Chunks[chunk].Records.AsSpan(at, view.CountOf(chunk) - at));
        var records = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_fresh);
        foreach (var watch in watches)
            watch.Published(before.Revision, after.Revision, records);
    }

    public void Close()
    {
        EmbeddedWatch[] watches;
        lock (_gate)
        {
            _closed = true;
            watches = _watches;
            Volatile.Write(ref _watches, []);
        }
        foreach (var watch in watches)
            watch.Close();
    }
}
