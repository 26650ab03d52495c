using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Binds claims to volumes, asks external provisioners for those that are missing, and frees volumes whose claims are gone
/// (upstream's persistentvolume-binder-controller). A binding is written on the volume first: it can only have one claim.
/// </summary>
internal sealed class VolumeBinder : IController
{
    private readonly ControllerContext _context;
    private readonly IInformer<PersistentVolume> _volumes;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly IInformer<StorageClass> _classes;
    private readonly EventRecorder _events;
    private readonly Reconciler<ObjectKey> _claimQueue;
    private readonly Reconciler<ObjectKey> _volumeQueue;

    public VolumeBinder(ControllerContext context)
    {
        _context = context;
        _volumes = context.Informer<PersistentVolume>();
        _claims = context.Informer<PersistentVolumeClaim>();
        _classes = context.Informer<StorageClass>();
        _events = context.Recorder("persistentvolume-controller");
        _claimQueue = context.Reconciler<ObjectKey>(SyncClaimAsync);
        _volumeQueue = context.Reconciler<ObjectKey>(SyncVolumeAsync);
        _claims.OnChange(claim =>
        {
            _claimQueue.Queue.Add(ObjectKey.Of(claim));
            if (claim.Spec.VolumeName.Length > 0) _volumeQueue.Queue.Add(new("", claim.Spec.VolumeName));
        });
        _volumes.OnChange(volume =>
        {
            _volumeQueue.Queue.Add(ObjectKey.Of(volume));
            if (volume.Spec.ClaimRef is { } claim) _claimQueue.Queue.Add(new(claim.Namespace, claim.Name));
            else EnqueuePending();
        });
        _classes.OnChange(_ => EnqueuePending());
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        // One worker each: two claims must not be given the same volume.
        await Task.WhenAll(_claimQueue.RunAsync(1, cancel), _volumeQueue.RunAsync(1, cancel));
        _claimQueue.Dispose();
        _volumeQueue.Dispose();
    }

    private async Task<Requeue> SyncClaimAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_claims.Get(key) is not { Metadata.DeletionTimestamp: null } claim) return Requeue.None;
        if (claim.Metadata.Annotations?.ContainsKey(VolumeMatch.BindCompleted) == true)
        {
            await SyncBoundAsync(claim, cancel);
            return Requeue.None;
        }

        if (claim.Spec.VolumeName.Length > 0)
        {
            // The user, or the scheduler, has chosen.
            var chosen = _volumes.Get("", claim.Spec.VolumeName);
            if (chosen is null || (chosen.Spec.ClaimRef is not null && !VolumeMatch.IsFor(chosen, claim))) await PhaseAsync(claim, PersistentVolumeClaimPhase.Pending, null, cancel);
            else await BindAsync(claim, chosen, cancel);
            return Requeue.None;
        }

        var storageClass = _classes.Get("", VolumeMatch.Class(claim));
        var waits = storageClass?.VolumeBindingMode == VolumeBindingMode.WaitForFirstConsumer && claim.Metadata.Annotations?.ContainsKey(VolumeMatch.SelectedNode) != true;
        var volume = waits ? _volumes.List().FirstOrDefault(v => VolumeMatch.IsFor(v, claim)) : VolumeMatch.Find(claim, _volumes.List());
        if (volume is not null)
        {
            await BindAsync(claim, volume, cancel);
            return Requeue.None;
        }

        await PhaseAsync(claim, PersistentVolumeClaimPhase.Pending, null, cancel);
        if (waits) _events.Normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        else if (VolumeMatch.Class(claim).Length == 0) _events.Normal(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        else if (storageClass is null) _events.Warning(claim, "ProvisioningFailed", $"storageclass.storage.k8s.io \"{VolumeMatch.Class(claim)}\" not found");
        else if (storageClass.Provisioner != "kubernetes.io/no-provisioner") await AskAsync(claim, storageClass, cancel);
        return Requeue.None;
    }

    private async Task SyncBoundAsync(PersistentVolumeClaim claim, CancellationToken cancel)
    {
        if (claim.Spec.VolumeName.Length == 0)
        {
            await LoseAsync(claim, "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!", cancel);
            return;
        }

        if (_volumes.Get("", claim.Spec.VolumeName) is not { } volume) await LoseAsync(claim, "Bound claim has lost its PersistentVolume. Data on the volume is lost!", cancel);
        else if (volume.Spec.ClaimRef is null || VolumeMatch.IsFor(volume, claim)) await BindAsync(claim, volume, cancel);
        else await LoseAsync(claim, "Two claims are bound to the same volume, this one is bound incorrectly", cancel);
    }

    private async Task BindAsync(PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken cancel)
    {
        if (!VolumeMatch.IsFor(volume, claim) || volume.Spec.ClaimRef!.Uid.Length == 0)
        {
            var copy = volume.DeepCopy();
            if (copy.Spec.ClaimRef is null) (copy.Metadata.Annotations ??= [])[VolumeMatch.BoundByController] = "yes";
            copy.Spec.ClaimRef = EventRecorder.Reference(claim);
            volume = await _context.Client.Resource<PersistentVolume>().UpdateAsync(copy, cancel);
        }

        if (volume.Status.Phase != PersistentVolumePhase.Bound) await PhaseAsync(volume, PersistentVolumePhase.Bound, "", cancel);
        if (claim.Spec.VolumeName != volume.Metadata.Name || claim.Metadata.Annotations?.ContainsKey(VolumeMatch.BindCompleted) != true)
        {
            var copy = claim.DeepCopy();
            var annotations = copy.Metadata.Annotations ??= [];
            if (copy.Spec.VolumeName.Length == 0) annotations[VolumeMatch.BoundByController] = "yes";
            annotations[VolumeMatch.BindCompleted] = "yes";
            copy.Spec.VolumeName = volume.Metadata.Name;
            claim = await _context.Client.Resource<PersistentVolumeClaim>().UpdateAsync(copy, cancel);
        }

        await PhaseAsync(claim, PersistentVolumeClaimPhase.Bound, volume, cancel);
    }

    /// <summary>External provisioners look for their name on claims.</summary>
    private async Task AskAsync(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken cancel)
    {
        if (claim.Metadata.Annotations?.GetValueOrDefault(VolumeMatch.StorageProvisioner) != storageClass.Provisioner)
        {
            var copy = claim.DeepCopy();
            var annotations = copy.Metadata.Annotations ??= [];
            annotations[VolumeMatch.StorageProvisioner] = annotations[VolumeMatch.BetaStorageProvisioner] = storageClass.Provisioner;
            claim = await _context.Client.Resource<PersistentVolumeClaim>().UpdateAsync(copy, cancel);
        }

        _events.Normal(claim, "ExternalProvisioning", $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
    }

    private async Task LoseAsync(PersistentVolumeClaim claim, string message, CancellationToken cancel)
    {
        if (claim.Status.Phase == PersistentVolumeClaimPhase.Lost) return;
        _events.Warning(claim, message.StartsWith("Two", StringComparison.Ordinal) ? "ClaimMisbound" : "ClaimLost", message);
        await PhaseAsync(claim, PersistentVolumeClaimPhase.Lost, null, cancel);
    }

    private async Task<Requeue> SyncVolumeAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_volumes.Get(key) is not { } volume) return Requeue.None;
        if (volume.Spec.ClaimRef is not { } reference || reference.Uid.Length == 0)
        {
            // Free, or reserved by someone for a claim that has yet to take it.
            await PhaseAsync(volume, PersistentVolumePhase.Available, "", cancel);
            return Requeue.None;
        }

        var claim = _claims.Get(reference.Namespace, reference.Name);
        if (claim?.Metadata.Uid != reference.Uid) claim = await _context.Client.Resource<PersistentVolumeClaim>().FindAsync(reference.Namespace, reference.Name, cancel);
        if (claim?.Metadata.Uid == reference.Uid) return Requeue.None; // the claim's side sees to it
        await PhaseAsync(volume, PersistentVolumePhase.Released, "", cancel);
        if (volume.Spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.Delete && volume.Spec.HostPath is null && volume.Spec.Csi is null && volume.Spec.Local is null && volume.Metadata.Annotations?.ContainsKey("pv.kubernetes.io/provisioned-by") != true)
            _events.Warning(volume, "VolumeFailedDelete", "error getting deleter volume plugin for volume \"" + key.Name + "\": no deletable volume plugin matched");
        return Requeue.None;
    }

    private async Task PhaseAsync(PersistentVolume volume, string phase, string message, CancellationToken cancel)
    {
        if (volume.Status.Phase == phase) return;
        var copy = volume.DeepCopy();
        copy.Status.Phase = phase;
        copy.Status.Message = message;
        copy.Status.LastPhaseTransitionTime = _context.Now;
        await _context.Client.Resource<PersistentVolume>().UpdateStatusAsync(copy, cancel);
    }

    private async Task PhaseAsync(PersistentVolumeClaim claim, string phase, PersistentVolume? volume, CancellationToken cancel)
    {
        var copy = claim.DeepCopy();
        copy.Status.Phase = phase;
        copy.Status.AccessModes = volume?.Spec.AccessModes;

        // Once bound, what the volume holds is for whoever resizes it to say.
        if (volume is null || claim.Status.Phase != PersistentVolumeClaimPhase.Bound) copy.Status.Capacity = volume?.Spec.Capacity;
        if (ApiJson.Same(copy.Status, claim.Status)) return;
        await _context.Client.Resource<PersistentVolumeClaim>().UpdateStatusAsync(copy, cancel);
    }

    private void EnqueuePending()
    {
        foreach (var claim in _claims.List())
            if (claim.Status.Phase != PersistentVolumeClaimPhase.Bound) _claimQueue.Queue.Add(ObjectKey.Of(claim));
    }
}
