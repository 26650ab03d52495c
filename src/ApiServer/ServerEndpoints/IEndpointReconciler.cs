namespace Tiphys.ApiServer;

/// <summary>Keeps this server among the endpoints of the <c>kubernetes</c> Service.</summary>
internal interface IEndpointReconciler
{
    /// <summary>Brings the endpoints up to date, this server among them.</summary>
    /// <param name="ports">The ports are put right too, not the addresses alone.</param>
    /// <param name="cancel">Ends it.</param>
    Task ReconcileAsync(bool ports, CancellationToken cancel);

    /// <summary>Takes this server out of the endpoints.</summary>
    Task RemoveAsync(CancellationToken cancel);

    /// <summary>Completes when a server has come or gone and the endpoints should be reconciled early.</summary>
    Task WaitForChangeAsync(CancellationToken cancel);
}

/// <summary>Leaves the endpoints alone (<c>--endpoint-reconciler-type=none</c>).</summary>
internal sealed class NoEndpointReconciler : IEndpointReconciler
{
    public Task ReconcileAsync(bool ports, CancellationToken cancel) => Task.CompletedTask;

    public Task RemoveAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task WaitForChangeAsync(CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);
}
