namespace Tiphys.Server;

/// <summary>
/// Gives memory back that a burst, the start among them, has left behind. The runtime collects when allocations ask for it; a server
/// that has become idle would keep what it no longer needs for hours.
/// </summary>
internal sealed class IdleCollector : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>Below this rate of allocation, in bytes per tick, nobody waits for the server.</summary>
    private const long Idle = 48 << 20;

    /// <summary>What a burst allocates at least, in bytes.</summary>
    private const long Burst = 64 << 20;

    /// <summary>A heap of at most this size, in bytes, is collected whole in the time a request takes.</summary>
    private const long Small = 24 << 20;

    /// <summary>Garbage, in bytes, that is worth a collection of a small heap. The runtime would wait until the processor's cache is full.</summary>
    private const long Worth = 4 << 20;

    /// <summary>
    /// Idle ticks after a burst at which to collect: at once, when watch caches have let go of old changes, and when the store
    /// has forgotten old revisions.
    /// </summary>
    private static readonly int[] s_rounds = [1, 6, 13];

    private readonly ITimer _timer;
    private long _allocated;
    private long _burstAt;
    private long _collectedAt;
    private int _idleTicks;

    public IdleCollector(TimeProvider time) => _timer = time.CreateTimer(_ => Tick(), null, Every, Every);

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var idle = allocated - _allocated < Idle;
        _allocated = allocated;
        if (allocated - _burstAt > Burst)
        {
            _burstAt = allocated;
            _idleTicks = 0;
        }

        if (!idle) return;
        var due = _idleTicks < s_rounds[^1] && s_rounds.Contains(++_idleTicks);
        var small = GC.GetTotalMemory(forceFullCollection: false) < Small;
        if (!due && !(small && allocated - _collectedAt > Worth)) return;
        _collectedAt = allocated;

        // A large heap in the background: whoever asks for something meanwhile does not wait.
        if (small) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        else GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
    }
}
