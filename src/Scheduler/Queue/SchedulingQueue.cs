using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>
/// Pods that wait for a node: ready ones by priority and age, failed ones after a back-off, and those that fit nowhere until
/// something changes that may help (upstream's activeQ, backoffQ and unschedulablePods).
/// </summary>
internal sealed class SchedulingQueue : IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);

    /// <summary>Nothing waits longer than this without another try, should a change that helps have been missed.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<QueuedPod, (int Priority, long Order)> _ready = new();
    private readonly PriorityQueue<QueuedPod, long> _backingOff = new();
    private readonly Dictionary<string, QueuedPod> _pods = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _available = new(0);
    private long _order;
    private long _moves;

    public SchedulingQueue(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static self => ((SchedulingQueue)self!).Tick(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Adds a pod, or takes note of its newer state.</summary>
    public void Put(PodInfo pod, bool mayHelp)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod.Uid, out var known))
            {
                known.Pod = pod;
                if (mayHelp && known.State == PodState.Unschedulable) MoveLocked(known);
                return;
            }

            var queued = new QueuedPod(pod);
            _pods[pod.Uid] = queued;
            MakeReady(queued);
        }
    }

    /// <summary>Forgets a pod: it is bound, gone, or somebody else's.</summary>
    public void Remove(string uid)
    {
        lock (_lock)
            if (_pods.Remove(uid, out var pod)) pod.State = PodState.Gone;
    }

    /// <summary>Takes the next pod.</summary>
    public async ValueTask<QueuedPod> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _available.WaitAsync(cancel);
            lock (_lock)
            {
                if (!_ready.TryDequeue(out var pod, out _) || pod.State != PodState.Ready) continue;
                pod.State = PodState.Scheduling;
                pod.Attempts++;
                pod.MovesSeen = _moves;
                return pod;
            }
        }
    }

    /// <summary>The pod fits nowhere. Should something have changed while it was tried, it is tried again after its back-off.</summary>
    public void Unschedulable(QueuedPod pod)
    {
        lock (_lock)
        {
            if (pod.State == PodState.Gone) return;
            pod.Since = _time.GetUtcNow().UtcTicks;
            if (pod.MovesSeen != _moves) BackOff(pod);
            else pod.State = PodState.Unschedulable;
        }
    }

    /// <summary>Something went wrong that will pass; the pod is tried again after its back-off.</summary>
    public void Retry(QueuedPod pod)
    {
        lock (_lock)
            if (pod.State != PodState.Gone) BackOff(pod);
    }

    /// <summary>Something changed that may help pods that fit nowhere.</summary>
    public void Move()
    {
        lock (_lock)
        {
            _moves++;
            foreach (var pod in _pods.Values)
                if (pod.State == PodState.Unschedulable) MoveLocked(pod);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void MoveLocked(QueuedPod pod)
    {
        if (_time.GetUtcNow().UtcTicks >= pod.Since + Backoff(pod).Ticks) MakeReady(pod);
        else BackOff(pod);
    }

    private void BackOff(QueuedPod pod)
    {
        pod.State = PodState.BackingOff;
        var from = pod.Since > 0 ? pod.Since : _time.GetUtcNow().UtcTicks;
        _backingOff.Enqueue(pod, from + Backoff(pod).Ticks);
        pod.Since = 0;
    }

    private void MakeReady(QueuedPod pod)
    {
        pod.State = PodState.Ready;
        _ready.Enqueue(pod, (-pod.Pod.Priority, _order++));
        _available.Release();
    }

    private void Tick()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow().UtcTicks;
            while (_backingOff.TryPeek(out var pod, out var due) && due <= now)
            {
                _backingOff.Dequeue();
                if (pod.State == PodState.BackingOff) MakeReady(pod);
            }

            foreach (var pod in _pods.Values)
                if (pod.State == PodState.Unschedulable && now - pod.Since > LongestWait.Ticks) MakeReady(pod);
        }
    }

    private static TimeSpan Backoff(QueuedPod pod)
    {
        var wait = FirstBackoff * Math.Pow(2, Math.Clamp(pod.Attempts - 1, 0, 10));
        return wait < LongestBackoff ? wait : LongestBackoff;
    }
}

/// <summary>A pod in the queue.</summary>
internal sealed class QueuedPod(PodInfo pod)
{
    /// <summary>The newest state known.</summary>
    public PodInfo Pod { get; set; } = pod;

    public PodState State { get; set; }

    public int Attempts { get; set; }

    /// <summary>When it was found to fit nowhere, in ticks.</summary>
    public long Since { get; set; }

    /// <summary>How many helpful changes there had been when it was taken.</summary>
    public long MovesSeen { get; set; }
}

/// <summary>Where a queued pod is.</summary>
internal enum PodState
{
    Ready,
    Scheduling,
    BackingOff,
    Unschedulable,
    Gone,
}
