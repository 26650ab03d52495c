using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Makes the claims behind pods' generic ephemeral volumes (upstream's ephemeral-volume-controller); they go with their pod.</summary>
internal sealed class EphemeralVolumeController : KeyedController
{
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly EventRecorder _events;

    public EphemeralVolumeController(ControllerContext context) : base(context, 5)
    {
        _pods = context.Informer<Pod>();
        _claims = context.Informer<PersistentVolumeClaim>();
        _events = context.Recorder("ephemeral_volume");
        _pods.On(pod =>
        {
            if (pod.Spec.Volumes?.Exists(static v => v.Ephemeral is not null) == true) Enqueue(pod);
        });
        _claims.On(deleted: claim =>
        {
            if (claim.ControllerOf() is { Kind: nameof(Pod) } owner) Queue.Add(new(claim.Metadata.Namespace, owner.Name));
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_pods.Get(key) is not { Metadata.DeletionTimestamp: null } pod || pod.IsFinished()) return Requeue.None;
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.Ephemeral?.VolumeClaimTemplate is not { } template) continue;
            var name = $"{pod.Metadata.Name}-{volume.Name}";
            if (_claims.Get(key.Namespace, name) is { } there)
            {
                if (!there.IsControlledBy(pod)) throw new InvalidOperationException($"PVC \"{key.Namespace}/{name}\" was not created for pod \"{key}\" (pod is not owner)");
                continue;
            }

            var copy = template.DeepCopy();
            var claim = new PersistentVolumeClaim
            {
                Metadata = new() { Name = name, Namespace = key.Namespace, Labels = copy.Metadata.Labels, Annotations = copy.Metadata.Annotations, OwnerReferences = [Pods.ControllerReference(pod)] },
                Spec = copy.Spec,
            };
            try
            {
                await Client.Resource<PersistentVolumeClaim>().CreateAsync(claim, cancel);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // The cache did not show it yet; should it be another's, the next look will tell.
            }
            catch (ApiException e)
            {
                _events.Warning(pod, "EphemeralVolumeProvisioning", $"ephemeral volume {volume.Name}: create PVC {name}: {e.Message}");
                throw;
            }
        }

        return Requeue.None;
    }
}
