namespace Tiphys.Api.Core.V1;

/// <summary>Whether a volume can serve a claim, and the annotations by which those who bring them together know of each other.</summary>
public static class VolumeMatch
{
    /// <summary>On a claim: it is bound, once and for all.</summary>
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";

    /// <summary>On a claim or volume: the other one was found by the control plane, not named by the user.</summary>
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>On a claim: the node its pod will run on, for which a volume is to be made.</summary>
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <summary>On a claim: who is asked for a volume.</summary>
    public const string StorageProvisioner = "volume.kubernetes.io/storage-provisioner";

    /// <summary>The same, under its older name.</summary>
    public const string BetaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner";

    /// <summary>Whether a claim has its volume for good.</summary>
    public static bool IsBound(PersistentVolumeClaim claim) => claim.Spec.VolumeName.Length > 0 && claim.Metadata.Annotations?.ContainsKey(BindCompleted) == true;

    /// <summary>Storage class of a claim; empty for none.</summary>
    public static string Class(PersistentVolumeClaim claim) => claim.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.BetaStorageClass) ?? claim.Spec.StorageClassName ?? "";

    /// <summary>Storage class of a volume; empty for none.</summary>
    public static string Class(PersistentVolume volume) => volume.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.BetaStorageClass) ?? volume.Spec.StorageClassName;

    /// <summary>Whether the volume is reserved for this claim.</summary>
    public static bool IsFor(PersistentVolume volume, PersistentVolumeClaim claim) =>
        volume.Spec.ClaimRef is { } reference && reference.Namespace == claim.Metadata.Namespace && reference.Name == claim.Metadata.Name && (reference.Uid.Length == 0 || reference.Uid == claim.Metadata.Uid);

    /// <summary>The smallest free volume that fits; one reserved for the claim comes first.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="volumes">What there is.</param>
    /// <param name="usable">Further conditions, or null.</param>
    public static PersistentVolume? Find(PersistentVolumeClaim claim, IEnumerable<PersistentVolume> volumes, Predicate<PersistentVolume>? usable = null)
    {
        var selector = claim.Spec.Selector is null ? LabelQuery.Everything : LabelQuery.Of(claim.Spec.Selector);
        PersistentVolume? best = null;
        foreach (var volume in volumes)
        {
            if (volume.Metadata.DeletionTimestamp is not null || Mode(volume.Spec.VolumeMode) != Mode(claim.Spec.VolumeMode)) continue;
            if (Size(volume) < Size(claim) || !Modes(volume, claim) || usable?.Invoke(volume) == false) continue;
            if (IsFor(volume, claim)) return volume;
            if (volume.Spec.ClaimRef is not null || volume.Status.Phase is not (PersistentVolumePhase.Available or "" or PersistentVolumePhase.Pending) || Class(volume) != Class(claim) || !selector.Matches(volume.Metadata.Labels)) continue;
            if (best is null || Size(volume) < Size(best)) best = volume;
        }

        return best;
    }

    private static bool Modes(PersistentVolume volume, PersistentVolumeClaim claim) => (claim.Spec.AccessModes ?? []).TrueForAll(m => volume.Spec.AccessModes?.Contains(m) == true);

    private static string Mode(string? mode) => mode ?? PersistentVolumeMode.Filesystem;

    private static Quantity Size(PersistentVolume volume) => volume.Spec.Capacity?.GetValueOrDefault("storage") ?? default;

    private static Quantity Size(PersistentVolumeClaim claim) => claim.Spec.Resources.Requests?.GetValueOrDefault("storage") ?? default;
}
