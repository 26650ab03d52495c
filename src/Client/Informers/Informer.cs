using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Lists a resource, then watches it from there on; when the watch is lost it resumes, and when the server no longer keeps
/// that history it lists again and tells handlers only the difference (client-go's Reflector and SharedInformer in one).
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
internal sealed partial class Informer<T> : IInformer<T>, IRunnable where T : class, IKubernetesObject<T>
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);
    private readonly ResourceClient<T> _resource;
    private readonly string? _namespace;
    private readonly ListQuery _query;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ObjectStore<T> _store = new();
    private readonly Lock _dispatch = new();
    private readonly List<IInformerHandler<T>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _revision;

    public Informer(KubernetesClient client, string? ns, ListQuery query, TimeProvider time, ILogger logger)
    {
        _resource = client.Resource<T>();
        _namespace = ns;
        _query = query;
        _time = time;
        _logger = logger;
    }

    public bool HasSynced => _synced.Task.IsCompleted;

    public int Count => _store.Count;

    public Task WaitForSyncAsync(CancellationToken cancel) => _synced.Task.WaitAsync(cancel);

    public T? Get(ObjectKey key) => _store.Get(key);

    public IReadOnlyList<T> List() => _store.List();

    public IReadOnlyList<T> List(string ns) => _store.ByIndex(ObjectStore<T>.NamespaceIndex, ns);

    public IReadOnlyList<T> ByIndex(string index, string value) => _store.ByIndex(index, value);

    public void AddIndex(string index, Func<T, IEnumerable<string>> values) => _store.AddIndex(index, values);

    public void AddHandler(IInformerHandler<T> handler)
    {
        lock (_dispatch)
        {
            foreach (var item in _store.List()) handler.OnAdded(item);
            _handlers.Add(handler);
        }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var backoff = FirstBackoff;
        while (!cancel.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            try
            {
                if (_revision is null) await ListAsync(cancel);
                await WatchAsync(cancel);

                // The server ended the watch in good order: go on from where it ended, unless it keeps doing so at once.
                if (_time.GetElapsedTime(started) > LongestBackoff) backoff = FirstBackoff;
                if (_time.GetElapsedTime(started) > FirstBackoff) continue;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                _revision = null;
                LogExpired(_logger, T.Info.Resource);
                if (_time.GetElapsedTime(started) > LongestBackoff) continue;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(_logger, e, T.Info.Resource);
            }

            // Jitter keeps the clients of a restarted server from coming back all at once.
            await Task.Delay(backoff * (1 + Random.Shared.NextDouble()), _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    private async Task ListAsync(CancellationToken cancel)
    {
        // Any state the server has at hand will do: the watch brings the rest.
        var list = await _resource.ListAsync(_namespace, _query with { ResourceVersion = "0" }, cancel);
        lock (_dispatch)
        {
            var gone = _store.List().ToDictionary(ObjectKey.Of);
            foreach (var item in list.Items)
            {
                gone.Remove(ObjectKey.Of(item));
                Put(item);
            }

            foreach (var item in gone.Values) Remove(item);
        }

        _revision = list.Metadata.ResourceVersion;
        _synced.TrySetResult();
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        // A random end between 5 and 10 minutes, as client-go asks for, spreads reconnects over time.
        var query = _query with { ResourceVersion = _revision, AllowWatchBookmarks = true, TimeoutSeconds = Random.Shared.Next(300, 600) };
        await foreach (var change in _resource.WatchAsync(_namespace, query, cancel))
        {
            lock (_dispatch)
            {
                if (change.Type is WatchEventType.Added or WatchEventType.Modified) Put(change.Object);
                else if (change.Type == WatchEventType.Deleted) Remove(change.Object);
            }

            _revision = change.Object.Metadata.ResourceVersion;
        }
    }

    private void Put(T item)
    {
        var before = _store.Put(ObjectKey.Of(item), item);
        if (before?.Metadata.ResourceVersion == item.Metadata.ResourceVersion && before.Metadata.Uid == item.Metadata.Uid) return;
        foreach (var handler in _handlers)
        {
            if (before is null) handler.OnAdded(item);
            else handler.OnUpdated(before, item);
        }
    }

    private void Remove(T item)
    {
        if (_store.Remove(ObjectKey.Of(item)) is null) return;
        foreach (var handler in _handlers) handler.OnDeleted(item);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the history of {Resource} expired; listing again")]
    private static partial void LogExpired(ILogger logger, string resource);

    [LoggerMessage(Level = LogLevel.Warning, Message = "watching {Resource} failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception error, string resource);
}
