using Tiphys.Kubelet.Containers;
using Tiphys.Grpc;
using Tiphys.Kubelet.Events;

namespace Tiphys.Kubelet.Pods;

/// <content>How a pod ends: its containers are stopped, then its traces removed.</content>
internal sealed partial class PodWorker
{
    private async Task<TimeSpan> TerminateAsync(CancellationToken cancel)
    {
        var pod = _pod;
        var runtime = await ReadAsync(cancel).ConfigureAwait(false);
        _services.Probes.Sync(pod, runtime, Address(pod, runtime), isTerminating: true, Wake);
        if (runtime.IsActive)
        {
            Publish(runtime, isTerminal: false);
            try
            {
                await _stopper.StopAsync(pod, runtime, _verdict?.Grace ?? ContainerKiller.Grace(pod), cancel).ConfigureAwait(false);
            }
            catch (GrpcException e)
            {
                _services.Events.Warning(pod, "FailedKillPod", $"error killing pod: {e.Message}");
                return NextPause();
            }
            runtime = await ReadAsync(cancel).ConfigureAwait(false);
            if (runtime.IsActive) return NextPause();
        }
        _services.Probes.Forget(pod.Metadata.Uid);
        Publish(runtime, isTerminal: true);
        Stage = PodStage.Terminated;
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> FinishAsync(CancellationToken cancel)
    {
        var pod = _pod;
        var uid = pod.Metadata.Uid;
        if (!_cleaned)
        {
            // In this order, for a crash in between must leave the directory, by which leftovers are found.
            if (_services.Cgroups?.Remove(uid) is false) return TimeSpan.FromMilliseconds(50);
            _services.Volumes.TearDown(uid);
            _cleaned = true;
        }
        if (_removed || _writer.IsGone)
        {
            await _stopper.RemoveAsync(await ReadAsync(cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
            foreach (var logs in _services.Directories.LogsByUid(uid)) Directory.Delete(logs, recursive: true);
            _services.ImageManager.Forget(uid);
            _services.RestartBackOff.Forget(uid + "/");
            Stage = PodStage.Gone;
            return TimeSpan.Zero;
        }
        await _writer.FlushAsync().WaitAsync(cancel).ConfigureAwait(false);
        if (pod.Metadata.DeletionTimestamp is null) return Timeout.InfiniteTimeSpan;
        // The last finalizer may take its time; the object going away wakes us.
        return await _writer.DeleteAsync(pod, cancel).ConfigureAwait(false) ? TimeSpan.FromMinutes(1) : NextPause();
    }
}
