using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Store leases for objects that are kept for a while only (events). One lease serves all objects of a minute, as upstream's
/// lease manager does: thousands of events must not become thousands of leases.
/// </summary>
internal sealed class LeasePool(IStore store, TimeSpan timeToLive, TimeProvider time)
{
    private const int MostObjects = 1000;
    private static readonly TimeSpan Reused = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _lock = new(1);
    private long _lease;
    private long _grantedAt;
    private int _objects;

    /// <summary>The lease for an object written now.</summary>
    public async ValueTask<long> TakeAsync(CancellationToken cancel)
    {
        await _lock.WaitAsync(cancel);
        try
        {
            if (_lease == 0 || _objects >= MostObjects || time.GetElapsedTime(_grantedAt) >= Reused)
            {
                // A little longer than the objects' own time, so that the last one of the minute lives out its full time.
                _lease = (await store.GrantLeaseAsync(timeToLive + Reused, cancellationToken: cancel)).Id;
                _grantedAt = time.GetTimestamp();
                _objects = 0;
            }

            _objects++;
            return _lease;
        }
        finally
        {
            _lock.Release();
        }
    }
}
