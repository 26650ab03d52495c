using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Keeps pods that have names and storage of their own (upstream's statefulset controller).</summary>
internal sealed class StatefulSetController : KeyedController
{
    private readonly IInformer<StatefulSet> _sets;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly IInformer<ControllerRevision> _revisions;
    private readonly EventRecorder _events;
    private readonly RevisionHistory _history;
    private readonly Ownership<StatefulSet, Pod> _podOwnership;
    private readonly Ownership<StatefulSet, ControllerRevision> _revisionOwnership;

    public StatefulSetController(ControllerContext context) : base(context, 5)
    {
        _sets = context.Informer<StatefulSet>();
        _pods = context.Informer<Pod>().WithControllerIndex();
        _claims = context.Informer<PersistentVolumeClaim>();
        _revisions = context.Informer<ControllerRevision>().WithControllerIndex();
        _events = context.Recorder("statefulset-controller");
        _history = new(Client);
        _podOwnership = new(Client, _pods);
        _revisionOwnership = new(Client, _revisions);
        _sets.OnChange(Enqueue);
        _pods.On(PodChanged, (before, after) =>
        {
            if (before.ControllerOf()?.Uid != after.ControllerOf()?.Uid) PodChanged(before);
            PodChanged(after);
        }, PodChanged);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Get(key) is not { } set) return Requeue.None;
        var selector = LabelQuery.Of(set.Spec.Selector);
        var revisions = await _revisionOwnership.ClaimAsync(set, selector, cancel);
        var pods = await _podOwnership.ClaimAsync(set, selector, cancel, fits: pod => StatefulPods.Ordinal(set, pod.Metadata.Name) >= 0);
        var (update, collisions) = await _history.CurrentAsync(set, set.Spec.Template, set.Spec.Selector?.MatchLabels, revisions, set.Status.CollisionCount ?? 0, cancel);
        var current = revisions.Find(r => r.Metadata.Name == set.Status.CurrentRevision) ?? update;
        var pass = new StatefulPass(Client, _events, _claims, set, current, update, pods, Context.Now);
        Exception? error = null;
        try
        {
            if (set.Metadata.DeletionTimestamp is null) await pass.RunAsync(cancel);
        }
        catch (ApiException e)
        {
            error = e;
        }

        var status = pass.Status(collisions);
        if (!ApiJson.Same(status, set.Status))
        {
            var copy = set.DeepCopy();
            copy.Status = status;
            await Client.Resource<StatefulSet>().UpdateStatusAsync(copy, cancel);
        }

        var used = pods.Select(static p => p.Metadata.Labels?.GetValueOrDefault(AppsLabels.ControllerRevisionHash) ?? "").Append(current.Metadata.Name).Append(update.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        await _history.TrimAsync(revisions, used, set.Spec.RevisionHistoryLimit ?? 10, cancel);
        if (error is not null and not ApiException { IsNamespaceTerminating: true }) throw error;
        return new Requeue(pass.NextAvailable);
    }

    private void PodChanged(Pod pod)
    {
        if (pod.ControllerOf() is { } owner)
        {
            if (owner.Kind == nameof(StatefulSet)) Queue.Add(new(pod.Metadata.Namespace, owner.Name));
            return;
        }

        foreach (var set in _sets.List(pod.Metadata.Namespace))
            if (StatefulPods.Ordinal(set, pod.Metadata.Name) >= 0 && LabelQuery.Of(set.Spec.Selector) is { IsEverything: false } selector && selector.Matches(pod.Metadata.Labels)) Enqueue(set);
    }
}
