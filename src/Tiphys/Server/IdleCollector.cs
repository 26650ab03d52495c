namespace Tiphys.Server;

/// <summary>
/// Gives memory back after a burst. The runtime collects its old generation only when allocations ask for it; a server that has
/// become idle would keep what a burst left behind for hours.
/// </summary>
internal sealed class IdleCollector : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>Below this rate of allocation, in bytes per tick, nobody waits for the server.</summary>
    private const long Idle = 48 << 20;

    /// <summary>What a burst allocates at least, in bytes.</summary>
    private const long Burst = 64 << 20;

    /// <summary>
    /// Idle ticks after a burst at which to collect: at once, when watch caches have let go of old changes, and when the store
    /// has forgotten old revisions.
    /// </summary>
    private static readonly int[] s_rounds = [1, 6, 13];

    private readonly ITimer _timer;
    private long _allocated;
    private long _burstAt;
    private int _idleTicks = int.MaxValue;

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

        // In the background: whoever asks for something meanwhile does not wait.
        if (idle && _idleTicks < s_rounds[^1] && s_rounds.Contains(++_idleTicks)) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
    }
}
