using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>A controller with one queue of objects' keys, which most are.</summary>
internal abstract class KeyedController : IController
{
    private readonly Reconciler<ObjectKey> _reconciler;
    private readonly int _workers;

    /// <summary>Makes the queue; a subclass's constructor adds indexes and handlers.</summary>
    protected KeyedController(ControllerContext context, int workers)
    {
        Context = context;
        _workers = context.Options.ConcurrentSyncs.GetValueOrDefault(context.Name, workers);
        _reconciler = context.Reconciler<ObjectKey>(ReconcileAsync);
    }

    /// <summary>What the controller works with.</summary>
    protected ControllerContext Context { get; }

    /// <summary>The controller's client.</summary>
    protected KubernetesClient Client => Context.Client;

    /// <summary>The queue.</summary>
    protected WorkQueue<ObjectKey> Queue => _reconciler.Queue;

    /// <inheritdoc/>
    public virtual async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await _reconciler.RunAsync(_workers, cancel);
        }
        finally
        {
            _reconciler.Dispose();
        }
    }

    /// <summary>Brings one object's world to what it should be.</summary>
    protected abstract Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel);

    /// <summary>Puts an object on the queue.</summary>
    protected void Enqueue(IKubernetesObject item) => Queue.Add(ObjectKey.Of(item));
}
