namespace Tiphys.Kubelet.Pods;

/// <summary>What a loop waits on between two looks: it lasts for a time, or until somebody wakes it up.</summary>
internal sealed class WakeSignal(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Ends the wait, or the next one if nobody waits.</summary>
    public void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or the loop has ended.
        }
    }

    /// <summary>Waits; a cancelled wait just ends.</summary>
    /// <param name="pause">How long: zero for not at all, <see cref="Timeout.InfiniteTimeSpan"/> until woken.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        if (pause == TimeSpan.Zero) return;
        // Without an end is a negative span, so that it must not be compared with others.
        using var timer = pause == Timeout.InfiniteTimeSpan ? null : time.CreateTimer(
            static s => ((WakeSignal)s!).Wake(), this, pause < ShortestPause ? ShortestPause : pause, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _wake.Dispose();
}
