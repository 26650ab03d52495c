namespace Tiphys.Server;

/// <summary>Keeps the heap small while nothing happens, and its collections in the background while something does.</summary>
/// <remarks>
/// The runtime collects when allocations ask for it. A server that has become idle would keep what a burst left behind for hours; and the
/// thread that collects in the background ends when it has had nothing to do for 20 seconds, after which the next collection is likely to
/// stop the process for as long as it takes instead of waiting for a new thread (dotnet/runtime#13238).
/// </remarks>
internal sealed class HeapKeeper : IDisposable
{
    /// <summary>Less than what the background thread waits for.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    /// <summary>By then a server has started; what the start left behind goes at once, whatever its rate was.</summary>
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(2);

    /// <summary>Below this rate of allocation, in bytes per tick, nobody waits for the server.</summary>
    private const long Idle = 24 << 20;

    /// <summary>A heap of at most this size, in bytes, is collected whole in the time a request takes.</summary>
    private const long Small = 24 << 20;

    /// <summary>Garbage, in bytes, that is worth a collection of a small heap. The runtime would wait until the processor's cache is full.</summary>
    private const long Worth = 4 << 20;

    private readonly ITimer _timer;
    private long _allocated;
    private long _allocatedAtCompaction;

    public HeapKeeper(TimeProvider time) => _timer = time.CreateTimer(_ => Tick(), null, s_start, s_every);

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var idle = _allocated == 0 || allocated - _allocated < Idle;
        _allocated = allocated;
        if (GC.GetTotalMemory(forceFullCollection: false) > Small) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
        else if (idle && allocated - _allocatedAtCompaction > Worth) Compact();
        if (idle) NativeHeap.Trim();
    }

    private void Compact()
    {
        _allocatedAtCompaction = _allocated;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
