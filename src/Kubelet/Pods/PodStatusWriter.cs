using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Pods;

/// <summary>Writes one pod's status to the API server: always the newest, at once, and one at a time.</summary>
internal sealed partial class PodStatusWriter(KubernetesClient client, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private (Pod Pod, PodStatus Status)? _pending;
    private PodStatus? _known;
    private ulong _version;
    private Task _writing = Task.CompletedTask;

    /// <summary>Whether the API server says the pod is gone.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Hands over a status to write. It returns at once.</summary>
    public void Write(Pod pod, PodStatus status)
    {
        lock (_lock)
        {
            _pending = (pod, status);
            if (_writing.IsCompleted) _writing = Task.Run(WriteAllAsync);
        }
    }

    /// <summary>Takes note of a newer object, in which others may have changed what is ours to say.</summary>
    public void Observe(Pod pod)
    {
        lock (_lock)
        {
            // Our own writes come back this way too, some of them after newer ones; those say nothing new.
            if (_pending is not null || !_writing.IsCompleted || Version(pod) < _version) return;
            _known = pod.Status;
            _version = Version(pod);
        }
    }

    /// <summary>Waits until everything handed over is written or has become pointless.</summary>
    public Task FlushAsync()
    {
        lock (_lock) return _writing;
    }

    /// <summary>Removes the pod's object, now that nothing of the pod is left here.</summary>
    /// <returns>Whether it is removed, or was already.</returns>
    public async Task<bool> DeleteAsync(Pod pod, CancellationToken cancel)
    {
        try
        {
            var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
            await client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, options, cancel).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogDeleteFailed(logger, e, PodNames.Format(pod));
            return false;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        var pause = TimeSpan.FromMilliseconds(200);
        while (!IsGone && !_stop.IsCancellationRequested)
        {
            Pod pod;
            PodStatus status;
            lock (_lock)
            {
                if (_pending is not { } next)
                {
                    // Marked complete under the lock, so that whoever comes next starts a new round.
                    _writing = Task.CompletedTask;
                    return;
                }
                (pod, status) = next;
                _pending = null;
            }
            try
            {
                await WriteOneAsync(pod, status).ConfigureAwait(false);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                IsGone = true;
            }
            catch (Exception e) when (e is not ObjectDisposedException and not OperationCanceledException)
            {
                LogWriteFailed(logger, e, PodNames.Format(pod));
                lock (_lock) _pending ??= (pod, status);
                await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task WriteOneAsync(Pod pod, PodStatus status)
    {
        if (PodStatusPatch.Build(pod, _known ?? pod.Status, status) is not { } patch) return;
        var answer = await client.Resource<Pod>().PatchAsync(
            pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMerge, patch, "status", _stop.Token).ConfigureAwait(false);
        lock (_lock)
        {
            _known = answer.Status;
            _version = Version(answer);
        }
    }

    private static ulong Version(Pod pod) =>
        ulong.TryParse(pod.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0;

    [LoggerMessage(1, LogLevel.Warning, "The status of pod {Pod} was not written; trying again")]
    private static partial void LogWriteFailed(ILogger logger, Exception error, string pod);

    [LoggerMessage(2, LogLevel.Warning, "Pod {Pod} was not removed from the API")]
    private static partial void LogDeleteFailed(ILogger logger, Exception error, string pod);
}
