namespace Tiphys.ApiServer;

/// <summary>
/// The newest changes of a resource in revision order: a ring that grows with the rate of change, so that watchers can resume,
/// and shrinks again to bound memory. Not thread-safe; the cache locks.
/// </summary>
internal sealed class EventWindow
{
    private const int Smallest = 128;
    private const int Largest = 16 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(75);
    private readonly TimeProvider _time;
    private (CacheEvent Event, long At)[] _ring = new (CacheEvent, long)[Smallest];
    private long _first;
    private long _next;

    public EventWindow(TimeProvider time, long revision)
    {
        _time = time;
        OldestRevision = revision;
    }

    /// <summary>Changes after this revision are all here.</summary>
    public long OldestRevision { get; private set; }

    /// <summary>Position behind the newest change.</summary>
    public long End => _next;

    public CacheEvent this[long position] => _ring[position % _ring.Length].Event;

    /// <summary>Whether a position was overtaken by newer changes.</summary>
    public bool IsGone(long position) => position < _first;

    public void Add(CacheEvent change)
    {
        if (_next - _first == _ring.Length)
        {
            // A full ring grows while its oldest entry is still young; else the oldest makes room.
            if (_ring.Length < Largest && _time.GetElapsedTime(_ring[_first % _ring.Length].At) < Kept) Resize(_ring.Length * 2);
            else DropOldest();
        }

        _ring[_next % _ring.Length] = (change, _time.GetTimestamp());
        _next++;
        if (_ring.Length > Smallest && _next - _first > _ring.Length / 4) Shed();
    }

    /// <summary>Position of the first change after a revision.</summary>
    public long PositionAfter(long revision)
    {
        var low = _first;
        var high = _next;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (this[middle].Revision <= revision) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Lets go of what no watcher may ask for any more, but for the newest few. A window that nothing is added to would keep it for ever.</summary>
    public void Trim()
    {
        while (_next - _first > Smallest && _time.GetElapsedTime(_ring[_first % _ring.Length].At) > Kept) DropOldest();
        var size = _ring.Length;
        while (size > Smallest && _next - _first < size / 4) size /= 2;
        if (size != _ring.Length) Resize(size);
    }

    private void Shed()
    {
        for (var i = 0; i < 2 && _next - _first > Smallest && _time.GetElapsedTime(_ring[_first % _ring.Length].At) > Kept; i++) DropOldest();
        if (_ring.Length > Smallest && _next - _first < _ring.Length / 4) Resize(_ring.Length / 2);
    }

    private void DropOldest()
    {
        OldestRevision = this[_first].Revision;
        _ring[_first % _ring.Length] = default;
        _first++;
    }

    private void Resize(int size)
    {
        var ring = new (CacheEvent, long)[size];
        for (var i = _first; i < _next; i++) ring[i % size] = _ring[i % _ring.Length];
        _ring = ring;
    }
}
