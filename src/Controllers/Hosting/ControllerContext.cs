using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>What one controller is given to work with. Informers are shared among all controllers of the manager.</summary>
internal sealed class ControllerContext(string name, ControllerManagerOptions options, KubernetesClient client, InformerFactory informers, TimeProvider time, ILoggerFactory loggers)
{
    private readonly List<Func<CancellationToken, Task>> _syncs = [];
    private readonly List<EventRecorder> _recorders = [];

    /// <summary>Name of the controller as <c>--controllers</c> knows it.</summary>
    public string Name => name;

    /// <summary>The manager's settings.</summary>
    public ControllerManagerOptions Options => options;

    /// <summary>The controller's client.</summary>
    public KubernetesClient Client => client;

    /// <summary>Clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The current time.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Loggers, by component.</summary>
    public ILoggerFactory Loggers => loggers;

    /// <summary>The controller's logger.</summary>
    public ILogger Logger { get; } = loggers.CreateLogger("Tiphys.Controllers." + name);

    /// <summary>Recorders that were made.</summary>
    public IReadOnlyList<EventRecorder> Recorders => _recorders;

    /// <summary>The shared informer of a kind; the controller starts only when it has synced.</summary>
    public IInformer<T> Informer<T>(ListQuery? query = null) where T : class, IKubernetesObject<T>
    {
        var informer = informers.For<T>(query: query);
        _syncs.Add(informer.WaitForSyncAsync);
        return informer;
    }

    /// <summary>A recorder that speaks as this component, for example <c>deployment-controller</c>.</summary>
    public EventRecorder Recorder(string component)
    {
        var recorder = new EventRecorder(client, component, "", time, loggers.CreateLogger("Tiphys.Controllers.Events"));
        _recorders.Add(recorder);
        return recorder;
    }

    /// <summary>A queue with its reconciliation.</summary>
    public Reconciler<TKey> Reconciler<TKey>(Func<TKey, CancellationToken, Task<Requeue>> reconcile) where TKey : notnull => new(name, reconcile, time, Logger);

    /// <summary>Waits until all informers the controller asked for have synced.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel) => Task.WhenAll(_syncs.Select(sync => sync(cancel)));
}
