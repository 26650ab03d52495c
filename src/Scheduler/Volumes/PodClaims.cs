using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.Scheduler;

/// <summary>The claims of a pod: those that are bound, and those that will be where the pod goes.</summary>
/// <param name="Bound">They have their volume.</param>
/// <param name="Delayed">Their storage class waits for the first consumer.</param>
/// <param name="Fault">Why the pod can go nowhere, whatever the node, in upstream's words; or null.</param>
internal sealed record PodClaims(IReadOnlyList<PersistentVolumeClaim> Bound, IReadOnlyList<PersistentVolumeClaim> Delayed, string? Fault)
{
    public static bool Has(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
            if (volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null) return true;
        return false;
    }

    /// <summary>Those of the pod that is being scheduled, looked up once for it.</summary>
    public static PodClaims Of(SchedulingContext context, IVolumeView view) => context.Remember(() => Of(context.Pod.Pod, view));

    public static PodClaims Of(Pod pod, IVolumeView view)
    {
        List<PersistentVolumeClaim> bound = [], delayed = [];
        var waitsForBinder = false;
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (NameOf(pod, volume) is not { } name) continue;
            var claim = view.Claim(pod.Metadata.Namespace, name);
            if (FaultOf(pod, volume, name, claim) is { } fault) return new([], [], fault);
            if (VolumeMatch.IsBound(claim!)) bound.Add(claim!);
            else if (claim!.Spec.VolumeName.Length == 0 && view.Class(VolumeMatch.Class(claim))?.VolumeBindingMode == VolumeBindingMode.WaitForFirstConsumer) delayed.Add(claim);
            else waitsForBinder = true;
        }

        return waitsForBinder ? new([], [], "pod has unbound immediate PersistentVolumeClaims") : new(bound, delayed, null);
    }

    private static string? NameOf(Pod pod, Volume volume) =>
        volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}");

    private static string? FaultOf(Pod pod, Volume volume, string name, PersistentVolumeClaim? claim)
    {
        if (claim is null)
        {
            return volume.Ephemeral is null
                ? $"persistentvolumeclaim \"{name}\" not found"
                : $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\"";
        }

        if (claim.Status.Phase == PersistentVolumeClaimPhase.Lost) return $"persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{claim.Spec.VolumeName}\"";
        if (claim.Metadata.DeletionTimestamp is not null) return $"persistentvolumeclaim \"{name}\" is being deleted";
        var isForeign = volume.Ephemeral is not null && claim.Metadata.OwnerReferences?.Exists(o => o.Controller == true && o.Uid == pod.Metadata.Uid) != true;
        return isForeign ? $"PVC {claim.Metadata.Namespace}/{name} was not created for pod {pod.Metadata.Namespace}/{pod.Metadata.Name} (pod is not owner)" : null;
    }
}
