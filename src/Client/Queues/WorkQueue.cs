namespace Tiphys.Client;

/// <summary>
/// A queue of keys for level-triggered controllers (client-go's rate limiting workqueue): a key waits at most once, is never
/// worked on twice at a time, and one added while it is worked on comes again afterwards.
/// </summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Queue<TKey> _ready = new();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _processing = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly PriorityQueue<TKey, long> _waiting = new();
    private readonly Dictionary<TKey, long> _waitingUntil = [];
    private readonly SemaphoreSlim _available = new(0);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly TimeSpan _firstDelay;
    private readonly TimeSpan _longestDelay;
    private bool _closed;

    /// <summary>Makes a queue.</summary>
    /// <param name="time">Clock for delays.</param>
    /// <param name="firstDelay">Delay after a key's first failure; doubled after each more (default 5 ms).</param>
    /// <param name="longestDelay">Longest delay (default 1000 s).</param>
    public WorkQueue(TimeProvider time, TimeSpan? firstDelay = null, TimeSpan? longestDelay = null)
    {
        _time = time;
        _firstDelay = firstDelay ?? TimeSpan.FromMilliseconds(5);
        _longestDelay = longestDelay ?? TimeSpan.FromSeconds(1000);
        _timer = time.CreateTimer(static self => ((WorkQueue<TKey>)self!).MoveDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that are ready but not yet taken.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _ready.Count;
        }
    }

    /// <summary>Marks a key for work now.</summary>
    public void Add(TKey key)
    {
        lock (_lock) AddLocked(key);
    }

    /// <summary>Marks a key for work after a delay; the earliest of several delays counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_lock)
        {
            if (_closed) return;
            var due = _time.GetUtcNow().UtcTicks + delay.Ticks;
            if (_waitingUntil.TryGetValue(key, out var earlier) && earlier <= due) return;
            _waitingUntil[key] = due;
            _waiting.Enqueue(key, due);
            Arm();
        }
    }

    /// <summary>Marks a key for work after its back-off: it failed once more.</summary>
    public void AddRateLimited(TKey key)
    {
        TimeSpan delay;
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var seconds = _firstDelay.TotalSeconds * Math.Pow(2, Math.Min(failures, 60));
            delay = seconds >= _longestDelay.TotalSeconds ? _longestDelay : TimeSpan.FromSeconds(seconds);
        }

        AddAfter(key, delay);
    }

    /// <summary>How often a key failed since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_lock) return _failures.GetValueOrDefault(key);
    }

    /// <summary>Ends a key's back-off: it succeeded.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _failures.Remove(key);
    }

    /// <summary>Takes the next key; give it back with <see cref="Done"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the queue was disposed.</exception>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancel)
    {
        await _available.WaitAsync(cancel);
        lock (_lock)
        {
            if (_closed)
            {
                _available.Release();
                throw new OperationCanceledException("the work queue is closed");
            }

            var key = _ready.Dequeue();
            _dirty.Remove(key);
            _processing.Add(key);
            return key;
        }
    }

    /// <summary>Work on a key has ended.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            _processing.Remove(key);
            if (_dirty.Contains(key)) MakeReady(key);
        }
    }

    /// <summary>Wakes all takers; nothing more is handed out.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
        }

        _timer.Dispose();
        _available.Release();
    }

    private void AddLocked(TKey key)
    {
        if (_closed || !_dirty.Add(key)) return;
        if (!_processing.Contains(key)) MakeReady(key);
    }

    private void MakeReady(TKey key)
    {
        _ready.Enqueue(key);
        _available.Release();
    }

    private void MoveDue()
    {
        lock (_lock)
        {
            if (_closed) return;
            var now = _time.GetUtcNow().UtcTicks;
            while (_waiting.TryPeek(out var key, out var due) && due <= now)
            {
                _waiting.Dequeue();
                if (!_waitingUntil.TryGetValue(key, out var wanted) || wanted != due) continue; // superseded by an earlier one
                _waitingUntil.Remove(key);
                AddLocked(key);
            }

            Arm();
        }
    }

    private void Arm()
    {
        if (!_waiting.TryPeek(out _, out var due)) return;
        var delay = TimeSpan.FromTicks(Math.Max(0, due - _time.GetUtcNow().UtcTicks));
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }
}
