using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// Hands out what objects of a kind need from the cluster before they are stored: cluster addresses and node ports of Services.
/// </summary>
public interface IResourceAllocator
{
    /// <summary>
    /// Allocates for a write and sets the results in the object. Whatever was allocated is given back unless the returned
    /// allocation is committed.
    /// </summary>
    /// <param name="item">The object about to be stored; null when it is being removed.</param>
    /// <param name="old">The object before; null when it is new.</param>
    /// <param name="dryRun">Nothing will be stored.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StatusException">422: what was asked for cannot be had.</exception>
    ValueTask<IAllocation> AllocateAsync(IKubernetesObject? item, IKubernetesObject? old, bool dryRun, CancellationToken cancel);
}

/// <summary>Allocations made for one write; disposing gives back what was not committed.</summary>
public interface IAllocation : IAsyncDisposable
{
    /// <summary>The write was stored: keep what was allocated, give back what the old object had and the new one has not.</summary>
    ValueTask CommitAsync();

    /// <summary>
    /// Nobody knows whether the write was stored: neither what was allocated nor what the old object had is given back, for either may
    /// be in use.
    /// </summary>
    void Leave();
}
