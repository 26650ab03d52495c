using Microsoft.Extensions.Logging;
using Tiphys.Api;

namespace Tiphys.Client;

/// <summary>Something that works until it is cancelled.</summary>
public interface IRunnable
{
    /// <summary>Works until cancelled; returns normally then.</summary>
    Task RunAsync(CancellationToken cancel);
}

/// <summary>
/// Shares informers among the parts of one component: one watch for each kind and selection (client-go's SharedInformerFactory).
/// </summary>
/// <param name="client">The component's client.</param>
/// <param name="time">Clock.</param>
/// <param name="loggers">Where trouble is logged.</param>
public sealed class InformerFactory(KubernetesClient client, TimeProvider time, ILoggerFactory loggers) : IRunnable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Type, string?, ListQuery), IRunnable> _informers = [];
    private readonly List<Task> _running = [];
    private CancellationToken? _started;

    /// <summary>The informer of a kind. One asked for after the start runs at once.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="ns">Only this namespace; null for all.</param>
    /// <param name="query">Only objects that match; null for all.</param>
    public IInformer<T> For<T>(string? ns = null, ListQuery? query = null) where T : class, IKubernetesObject<T>
    {
        lock (_lock)
        {
            var key = (typeof(T), ns, query ?? ListQuery.All);
            if (_informers.TryGetValue(key, out var known)) return (IInformer<T>)known;
            var informer = new Informer<T>(client, ns, key.Item3, time, loggers.CreateLogger("Tiphys.Client.Informer"));
            _informers[key] = informer;
            if (_started is { } cancel) _running.Add(Task.Run(() => informer.RunAsync(cancel), CancellationToken.None));
            return informer;
        }
    }

    /// <summary>Runs all informers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            _started = cancel;
            foreach (var informer in _informers.Values) _running.Add(Task.Run(() => informer.RunAsync(cancel), CancellationToken.None));
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] running;
        lock (_lock) running = [.. _running];
        await Task.WhenAll(running);
    }
}
