namespace Tiphys.Api.Core.V1;

public sealed partial class PersistentVolume
{
    // On the kind and not on its spec: the same spec inside a VolumeAttachment gets no defaults.
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(Status.Phase)) Status.Phase = PersistentVolumePhase.Pending;
        if (string.IsNullOrEmpty(Spec.PersistentVolumeReclaimPolicy)) Spec.PersistentVolumeReclaimPolicy = PersistentVolumeReclaimPolicy.Retain;
        Spec.VolumeMode ??= PersistentVolumeMode.Filesystem;
        ResourceRounding.RoundUp(Spec.Capacity);
    }
}

public sealed partial class PersistentVolumeClaim
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(Status.Phase)) Status.Phase = PersistentVolumeClaimPhase.Pending;
    }
}
