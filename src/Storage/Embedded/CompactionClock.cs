using Tiphys.Storage.Embedded.Mvcc;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded;

/// <summary>
/// Compacts by age: notes now and then which revision the store is at, and compacts to a noted one once it is old enough. The
/// history so reaches back one window at least, and a fifth more at most.
/// </summary>
internal sealed class CompactionClock : IDisposable
{
    private const int MarksPerWindow = 5;

    private readonly TimeSpan _window;
    private readonly TimeProvider _time;
    private readonly MvccIndex _index;
    private readonly WriterLoop _loop;
    private readonly Queue<(long Timestamp, long Revision)> _marks = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;

    public CompactionClock(TimeSpan window, TimeProvider time, MvccIndex index, WriterLoop loop)
    {
        (_window, _time, _index, _loop) = (window, time, index, loop);
        _marks.Enqueue((time.GetTimestamp(), index.Published.Revision));
        var period = window / MarksPerWindow;
        _timer = time.CreateTimer(static clock => ((CompactionClock)clock!).Tick(), this, period, period);
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            long reached = 0;
            while (_marks.TryPeek(out var mark) && _time.GetElapsedTime(mark.Timestamp, now) >= _window)
                reached = _marks.Dequeue().Revision;
            _marks.Enqueue((now, _index.Published.Revision));
            if (reached > _index.CompactedRevision)
                _loop.Post(w => WriterLoop.CompactIfNewer(w, reached));
        }
    }
}
