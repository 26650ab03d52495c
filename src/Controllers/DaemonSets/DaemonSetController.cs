using System.Collections.Concurrent;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Runs one pod on every node that fits (upstream's daemonset controller).</summary>
internal sealed class DaemonSetController : KeyedController
{
    private const int Burst = 250;
    private readonly IInformer<DaemonSet> _sets;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<Node> _nodes;
    private readonly IInformer<ControllerRevision> _revisions;
    private readonly EventRecorder _events;
    private readonly PodControl _control;
    private readonly Expectations _expectations;
    private readonly RevisionHistory _history;
    private readonly Ownership<DaemonSet, Pod> _podOwnership;
    private readonly Ownership<DaemonSet, ControllerRevision> _revisionOwnership;
    private readonly ConcurrentDictionary<(string Uid, string Node), (int Failures, DateTimeOffset Last)> _failed = [];

    public DaemonSetController(ControllerContext context) : base(context, 2)
    {
        _sets = context.Informer<DaemonSet>();
        _pods = context.Informer<Pod>().WithControllerIndex();
        _nodes = context.Informer<Node>();
        _revisions = context.Informer<ControllerRevision>().WithControllerIndex();
        _events = context.Recorder("daemonset-controller");
        _control = new(Client, _events);
        _expectations = new(context.Time);
        _history = new(Client);
        _podOwnership = new(Client, _pods);
        _revisionOwnership = new(Client, _revisions);
        _sets.On(Enqueue, (_, after) => Enqueue(after), set => _expectations.Forget(set.Metadata.Uid));
        _pods.On(PodAdded, PodUpdated, PodDeleted);
        _revisions.OnChange(revision =>
        {
            if (revision.ControllerOf() is { Kind: nameof(DaemonSet) } owner) Queue.Add(new(revision.Metadata.Namespace, owner.Name));
        });
        _nodes.On(node => NodeChanged(null, node), NodeChanged, node => NodeChanged(null, node));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Get(key) is not { Metadata.DeletionTimestamp: null } set) return Requeue.None;
        var selector = LabelQuery.Of(set.Spec.Selector);
        if (selector.IsEverything)
        {
            _events.Warning(set, "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return Requeue.None;
        }

        var settled = _expectations.Satisfied(set.Metadata.Uid);
        var revisions = await _revisionOwnership.ClaimAsync(set, selector, cancel);
        var (revision, collisions) = await _history.CurrentAsync(set, set.Spec.Template, set.Spec.Template.Metadata.Labels, revisions, set.Status.CollisionCount ?? 0, cancel);
        var hash = RevisionHistory.HashOf(revision);
        var pods = await _podOwnership.ClaimAsync(set, selector, cancel);
        var plan = new DaemonPlan(set, hash, _nodes.List(), pods, Context.Now);
        Exception? error = null;
        TimeSpan? next = null;
        if (settled)
        {
            plan.Place();
            next = Judge(set, plan);
            if (plan.IsEmpty && set.Spec.UpdateStrategy.Type != DaemonSetUpdateStrategyType.OnDelete) plan.Roll();
            error = await CarryOutAsync(set, plan, hash, cancel);
        }

        if (await TrimAsync(set, revisions, revision, pods, cancel) is { } late) error ??= late;
        var status = plan.Status(collisions);
        if (!ApiJson.Same(status, set.Status))
        {
            var copy = set.DeepCopy();
            copy.Status = status;
            await Client.Resource<DaemonSet>().UpdateStatusAsync(copy, cancel);
        }

        if (error is not null and not ApiException { IsNamespaceTerminating: true }) throw error;
        return new Requeue(Earlier(next, plan.NextAvailable));
    }

    /// <summary>Pods that ended by themselves are replaced, but not in a mad loop.</summary>
    private TimeSpan? Judge(DaemonSet set, DaemonPlan plan)
    {
        TimeSpan? next = null;
        foreach (var (node, pod) in plan.Ended)
        {
            if (pod.Status.Phase == PodPhase.Succeeded)
            {
                _events.Normal(set, "SucceededDaemonPod", $"Found succeeded daemon pod {ObjectKey.Of(pod)} on node {node}, will try to delete it");
                plan.Delete.Add(pod);
                continue;
            }

            var now = Context.Now;
            var (failures, last) = _failed.GetValueOrDefault((set.Metadata.Uid, node));
            if (now - last > TimeSpan.FromMinutes(30)) failures = 0;
            var rest = failures == 0 ? TimeSpan.Zero : last + TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), 900)) - now;
            if (rest > TimeSpan.Zero)
            {
                next = Earlier(next, rest);
                continue;
            }

            _failed[(set.Metadata.Uid, node)] = (failures + 1, now);
            _events.Warning(set, "FailedDaemonPod", $"Found failed daemon pod {ObjectKey.Of(pod)} on node {node}, will try to kill it");
            plan.Delete.Add(pod);
        }

        return next;
    }

    private async Task<Exception?> CarryOutAsync(DaemonSet set, DaemonPlan plan, string hash, CancellationToken cancel)
    {
        var uid = set.Metadata.Uid;
        var delete = plan.Delete.Take(Burst).ToList();
        var create = plan.Create.Take(Burst).ToList();
        if (delete.Count == 0 && create.Count == 0) return null;
        _expectations.ExpectCreations(uid, create.Count);
        if (delete.Count > 0) _expectations.AlsoExpectDeletions(uid, delete.Select(static p => p.Metadata.Uid));
        var (created, error) = await SlowStart.RunAsync(create.Count, i => _control.CreateAsync(NewPod(set, create[i], hash), set, cancel));
        if (created < create.Count) _expectations.CreationObserved(uid, create.Count - created);
        var (_, late) = await SlowStart.AllAsync(delete.Select(async pod =>
        {
            var deleted = false;
            try
            {
                deleted = await _control.DeleteAsync(pod, set, cancel);
            }
            finally
            {
                if (!deleted) _expectations.DeletionObserved(uid, pod.Metadata.Uid);
            }
        }));
        return error ?? late;
    }

    private static Pod NewPod(DaemonSet set, string node, string hash)
    {
        var pod = PodControl.FromTemplate(set.Spec.Template, set);
        (pod.Metadata.Labels ??= [])[AppsLabels.ControllerRevisionHash] = hash;
        if (set.Metadata.Annotations?.GetValueOrDefault(AppsLabels.DeprecatedTemplateGeneration) is { } generation) pod.Metadata.Labels["pod-template-generation"] = generation;
        NodeFit.Pin(pod.Spec, node);
        var tolerations = pod.Spec.Tolerations ??= [];
        foreach (var toleration in NodeFit.Tolerations(pod.Spec))
            if (!tolerations.Exists(t => t.Key == toleration.Key && t.Operator == toleration.Operator && t.Effect == toleration.Effect)) tolerations.Add(toleration.DeepCopy());
        return pod;
    }

    private async Task<Exception?> TrimAsync(DaemonSet set, IReadOnlyList<ControllerRevision> revisions, ControllerRevision current, List<Pod> pods, CancellationToken cancel)
    {
        var limit = set.Spec.RevisionHistoryLimit ?? 10;
        if (revisions.Count <= limit) return null;
        var hashes = pods.Select(static p => p.Metadata.Labels?.GetValueOrDefault(AppsLabels.ControllerRevisionHash)).ToHashSet();
        var used = revisions.Where(r => hashes.Contains(RevisionHistory.HashOf(r))).Select(static r => r.Metadata.Name).Append(current.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        try
        {
            await _history.TrimAsync(revisions, used, limit, cancel);
            return null;
        }
        catch (ApiException e)
        {
            return e;
        }
    }

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b ?? a : a;

    private void NodeChanged(Node? before, Node after)
    {
        foreach (var set in _sets.List())
            if (before is null || NodeFit.Of(set, before) != NodeFit.Of(set, after)) Enqueue(set);
    }

    private void PodAdded(Pod pod)
    {
        if (Owner(pod) is { } owner)
        {
            if (pod.Metadata.DeletionTimestamp is null) _expectations.CreationObserved(owner.Uid);
            Queue.Add(new(pod.Metadata.Namespace, owner.Name));
        }
        else if (pod.ControllerOf() is null)
        {
            EnqueueMatching(pod);
        }
    }

    private void PodUpdated(Pod before, Pod after)
    {
        if (after.Metadata.DeletionTimestamp is not null && before.Metadata.DeletionTimestamp is null && Owner(after) is { } going) _expectations.DeletionObserved(going.Uid, after.Metadata.Uid);
        var was = Owner(before);
        var now = Owner(after);
        if (was is not null && was.Uid != now?.Uid) Queue.Add(new(before.Metadata.Namespace, was.Name));
        if (now is not null) Queue.Add(new(after.Metadata.Namespace, now.Name));
        else if (after.ControllerOf() is null && !Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) EnqueueMatching(after);
    }

    private void PodDeleted(Pod pod)
    {
        if (Owner(pod) is not { } owner) return;
        _expectations.DeletionObserved(owner.Uid, pod.Metadata.Uid);
        Queue.Add(new(pod.Metadata.Namespace, owner.Name));
    }

    private void EnqueueMatching(Pod pod)
    {
        foreach (var set in _sets.List(pod.Metadata.Namespace))
            if (LabelQuery.Of(set.Spec.Selector) is { IsEverything: false } selector && selector.Matches(pod.Metadata.Labels)) Enqueue(set);
    }

    private static Api.Meta.V1.OwnerReference? Owner(Pod pod) => pod.ControllerOf() is { Kind: nameof(DaemonSet) } owner ? owner : null;
}
