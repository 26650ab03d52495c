using Microsoft.Extensions.Logging;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Follows one resource's metadata: lists, then watches, and lists again when the server no longer keeps that history.</summary>
internal sealed partial class MetadataMonitor(MetadataClient client, ServedResource resource, Action<ObjectMeta> observed, Action<string> removed, TimeProvider time, ILogger logger)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _revision;

    /// <summary>Completes once the first list is in.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var backoff = TimeSpan.FromMilliseconds(800);
        while (!cancel.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            try
            {
                if (_revision is null) await ListAsync(cancel);
                await WatchAsync(cancel);
                if (time.GetElapsedTime(started) > TimeSpan.FromSeconds(1))
                {
                    backoff = TimeSpan.FromMilliseconds(800);
                    continue;
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                _revision = null;
            }
            catch (Exception e)
            {
                LogFailed(logger, e, resource.Group, resource.Resource);
            }

            await Task.Delay(backoff * (1 + Random.Shared.NextDouble()), time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < TimeSpan.FromSeconds(30) ? backoff * 2 : TimeSpan.FromSeconds(30);
        }
    }

    /// <summary>The resource is served no more: its objects are out of sight.</summary>
    public void Clear()
    {
        foreach (var uid in _known) removed(uid);
        _known.Clear();
    }

    private async Task ListAsync(CancellationToken cancel)
    {
        var list = await client.ListAsync(resource.Path(""), new() { ResourceVersion = "0" }, cancel);
        var gone = new HashSet<string>(_known, StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            gone.Remove(item.Metadata.Uid);
            Put(item.Metadata);
        }

        foreach (var uid in gone) Remove(uid);
        _revision = list.Metadata.ResourceVersion;
        _synced.TrySetResult();
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        var query = new ListQuery { ResourceVersion = _revision, AllowWatchBookmarks = true, TimeoutSeconds = Random.Shared.Next(300, 600) };
        await foreach (var change in client.WatchAsync(resource.Path(""), query, cancel))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified) Put(change.Object.Metadata);
            else if (change.Type == WatchEventType.Deleted) Remove(change.Object.Metadata.Uid);
            _revision = change.Object.Metadata.ResourceVersion;
        }
    }

    private void Put(ObjectMeta item)
    {
        _known.Add(item.Uid);
        observed(item);
    }

    private void Remove(string uid)
    {
        _known.Remove(uid);
        removed(uid);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "watching {Resource}.{Group} for the garbage collector failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception error, string group, string resource);
}
