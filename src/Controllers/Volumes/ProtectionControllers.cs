using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Keeps claims from going while pods use them (upstream's persistentvolumeclaim-protection-controller).</summary>
internal sealed class ClaimProtectionController : KeyedController
{
    private const string Finalizer = "kubernetes.io/pvc-protection";
    private const string ClaimIndex = "usedClaim";
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly IInformer<Pod> _pods;

    public ClaimProtectionController(ControllerContext context) : base(context, 1)
    {
        _claims = context.Informer<PersistentVolumeClaim>();
        _pods = context.Informer<Pod>();
        _pods.AddIndex(ClaimIndex, static pod => Claims(pod).Select(name => $"{pod.Metadata.Namespace}/{name}"));
        _claims.On(Enqueue, (_, after) => Enqueue(after));
        _pods.On(null, (before, after) =>
        {
            if (after.IsFinished() && !before.IsFinished()) Freed(after);
        }, Freed);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_claims.Get(key) is not { } claim) return Requeue.None;
        var held = claim.Metadata.Finalizers?.Contains(Finalizer) == true;
        if (claim.Metadata.DeletionTimestamp is null == held) return Requeue.None;
        var copy = claim.DeepCopy();
        if (!held)
        {
            (copy.Metadata.Finalizers ??= []).Add(Finalizer);
        }
        else
        {
            if (_pods.ByIndex(ClaimIndex, key.ToString()).Any(Uses)) return Requeue.None;

            // The cache may not know of a pod that has just been scheduled.
            var live = await Client.Resource<Pod>().ListAsync(key.Namespace, ListQuery.All, cancel);
            if (live.Items.Exists(p => Claims(p).Contains(key.Name) && Uses(p))) return Requeue.None;
            copy.Metadata.Finalizers!.Remove(Finalizer);
        }

        try
        {
            await Client.Resource<PersistentVolumeClaim>().UpdateAsync(copy, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }

    /// <summary>A pod that was never scheduled has not touched anything, and one that ended is done.</summary>
    private static bool Uses(Pod pod) => pod.Spec.NodeName.Length > 0 && !pod.IsFinished();

    private static IEnumerable<string> Claims(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } claim) yield return claim.ClaimName;
            else if (volume.Ephemeral is not null) yield return $"{pod.Metadata.Name}-{volume.Name}";
        }
    }

    private void Freed(Pod pod)
    {
        foreach (var name in Claims(pod)) Queue.Add(new(pod.Metadata.Namespace, name));
    }
}

/// <summary>Keeps volumes from going while claims are bound to them (upstream's persistentvolume-protection-controller).</summary>
internal sealed class VolumeProtectionController : KeyedController
{
    private const string Finalizer = "kubernetes.io/pv-protection";
    private readonly IInformer<PersistentVolume> _volumes;

    public VolumeProtectionController(ControllerContext context) : base(context, 1)
    {
        _volumes = context.Informer<PersistentVolume>();
        _volumes.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_volumes.Get(key) is not { } volume) return Requeue.None;
        var held = volume.Metadata.Finalizers?.Contains(Finalizer) == true;
        if (volume.Metadata.DeletionTimestamp is null == held || (held && volume.Status.Phase == PersistentVolumePhase.Bound)) return Requeue.None;
        var copy = volume.DeepCopy();
        if (held) copy.Metadata.Finalizers!.Remove(Finalizer);
        else (copy.Metadata.Finalizers ??= []).Add(Finalizer);
        try
        {
            await Client.Resource<PersistentVolume>().UpdateAsync(copy, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }
}
