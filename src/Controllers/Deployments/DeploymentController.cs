using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Rolls pod templates out over replica sets (upstream's deployment controller).</summary>
internal sealed class DeploymentController : KeyedController
{
    private readonly IInformer<Deployment> _deployments;
    private readonly IInformer<ReplicaSet> _sets;
    private readonly IInformer<Pod> _pods;
    private readonly EventRecorder _events;
    private readonly Ownership<Deployment, ReplicaSet> _ownership;

    public DeploymentController(ControllerContext context) : base(context, 5)
    {
        _deployments = context.Informer<Deployment>();
        _sets = context.Informer<ReplicaSet>().WithControllerIndex();
        _pods = context.Informer<Pod>().WithControllerIndex();
        _events = context.Recorder("deployment-controller");
        _ownership = new(Client, _sets);
        _deployments.OnChange(Enqueue);
        _sets.On(SetChanged, SetUpdated, SetChanged);
        _pods.On(null, PodUpdated, PodGone);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_deployments.Get(key) is not { } cached) return Requeue.None;
        var selector = LabelQuery.Of(cached.Spec.Selector);
        if (selector.IsEverything)
        {
            _events.Warning(cached, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
            if (cached.Status.ObservedGeneration >= cached.Metadata.Generation) return Requeue.None;
            var observed = cached.DeepCopy();
            observed.Status.ObservedGeneration = observed.Metadata.Generation;
            await Client.Resource<Deployment>().UpdateStatusAsync(observed, cancel);
            return Requeue.None;
        }

        var sets = await _ownership.ClaimAsync(cached, selector, cancel);
        var rollout = new Rollout(Client, _events, cached, sets, HasOldPods, Context.Now);
        try
        {
            return await rollout.RunAsync(cancel);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating || e.IsNotFound)
        {
            return Requeue.None; // all of it is about to go
        }
    }

    /// <summary>Whether pods run that do not belong to this replica set (or to any that is given).</summary>
    private bool HasOldPods(IEnumerable<ReplicaSet> old) => old.Any(s => _pods.ControlledBy(s.Metadata.Uid).Any(static p => !p.IsFinished()));

    private void SetUpdated(ReplicaSet before, ReplicaSet after)
    {
        if (before.ControllerOf()?.Uid != after.ControllerOf()?.Uid) SetChanged(before);
        SetChanged(after);
    }

    private void SetChanged(ReplicaSet set)
    {
        if (set.ControllerOf() is { } owner)
        {
            if (owner.Kind == nameof(Deployment)) Queue.Add(new(set.Metadata.Namespace, owner.Name));
            return;
        }

        foreach (var deployment in _deployments.List(set.Metadata.Namespace))
            if (LabelQuery.Of(deployment.Spec.Selector) is { IsEverything: false } selector && selector.Matches(set.Metadata.Labels)) Enqueue(deployment);
    }

    private void PodUpdated(Pod before, Pod after)
    {
        if (after.IsFinished() && !before.IsFinished()) PodGone(after);
    }

    /// <summary>A deployment that recreates waits for the last of its old pods.</summary>
    private void PodGone(Pod pod)
    {
        if (pod.ControllerOf() is not { Kind: nameof(ReplicaSet) } reference || _sets.Get(pod.Metadata.Namespace, reference.Name) is not { } set || set.Metadata.Uid != reference.Uid) return;
        if (set.ControllerOf() is { } owner && _deployments.Get(pod.Metadata.Namespace, owner.Name) is { Spec.Strategy.Type: DeploymentStrategyType.Recreate } deployment) Enqueue(deployment);
    }
}
