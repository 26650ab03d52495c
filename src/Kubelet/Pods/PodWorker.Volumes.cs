using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Pods;

/// <content>Volumes whose content follows a source in the API while the pod runs.</content>
internal sealed partial class PodWorker
{
    private DateTimeOffset _volumesDue;
    private volatile bool _volumesChanged;

    /// <summary>Hears that what the pod's volumes show has changed.</summary>
    public void RefreshVolumes()
    {
        _volumesChanged = true;
        Wake();
    }

    private async Task RefreshVolumesAsync(Pod pod, RuntimePod runtime, CancellationToken cancel)
    {
        var now = _services.Time.GetUtcNow();
        if ((now < _volumesDue && !_volumesChanged) || !VolumeManager.NeedsRefresh(pod)) return;
        _volumesChanged = false;
        _volumesDue = now + _services.Options.SyncFrequency;
        try
        {
            await _services.Volumes.SetUpAsync(_starter.Facts(pod, runtime.Addresses), cancel).ConfigureAwait(false);
        }
        catch (VolumeException e)
        {
            _services.Events.Warning(pod, "FailedMount", e.Message);
        }
    }
}
