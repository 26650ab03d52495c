using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Keeps as many pods of a template as asked for: upstream's replicaset and replicationcontroller controllers.</summary>
/// <typeparam name="T">Kind of the owners.</typeparam>
internal sealed class ReplicaController<T> : KeyedController where T : class, IKubernetesObject<T>
{
    /// <summary>Most pods created or deleted in one go.</summary>
    private const int Burst = 500;

    private readonly IReplicas<T> _kind;
    private readonly IInformer<T> _owners;
    private readonly IInformer<Pod> _pods;
    private readonly Expectations _expectations;
    private readonly PodControl _control;
    private readonly Ownership<T, Pod> _ownership;

    public ReplicaController(ControllerContext context, IReplicas<T> kind) : base(context, 5)
    {
        _kind = kind;
        _owners = context.Informer<T>().WithControllerIndex();
        _pods = context.Informer<Pod>().WithControllerIndex();
        _expectations = new(context.Time);
        _control = new(Client, context.Recorder(kind.Component));
        _ownership = new(Client, _pods);
        _owners.On(Enqueue, (_, after) => Enqueue(after), Removed);
        _pods.On(PodAdded, PodUpdated, PodDeleted);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_owners.Get(key) is not { } owner) return Requeue.None;
        var settled = _expectations.Satisfied(owner.Metadata.Uid);
        var pods = await _ownership.ClaimAsync(owner, _kind.Selector(owner), cancel);
        var active = pods.FindAll(static p => p.IsActive());
        Exception? error = null;
        ReplicaFailure? failure = null;
        if (settled && owner.Metadata.DeletionTimestamp is null)
        {
            var missing = _kind.Wanted(owner) - active.Count;
            if (missing > 0) error = await CreateAsync(owner, Math.Min(missing, Burst), cancel);
            else if (missing < 0) error = await DeleteAsync(owner, active, Math.Min(-missing, Burst), cancel);
            if (error is not null) failure = new(missing > 0 ? "FailedCreate" : "FailedDelete", error.Message);
        }

        var now = Context.Now;
        var minReady = _kind.MinReadySeconds(owner);
        var template = _kind.Template(owner).Metadata.Labels ?? [];
        var counts = new ReplicaCounts(
            active.Count,
            active.Count(p => template.All(l => p.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value)),
            active.Count(static p => p.IsReady()),
            active.Count(p => p.IsAvailable(minReady, now)),
            pods.Count(static p => p.IsTerminating()),
            failure);
        if (_kind.WithStatus(owner, counts, now) is { } changed) await UpdateStatusAsync(changed, cancel);
        if (error is not null and not ApiException { IsNamespaceTerminating: true }) throw error;

        // Pods that are ready but too young become available without anything changing.
        TimeSpan? next = null;
        if (minReady > 0)
        {
            foreach (var pod in active)
                if (pod.AvailableIn(minReady, now) is { } rest && rest > TimeSpan.Zero && (next is null || rest < next)) next = rest;
        }

        return new Requeue(next);
    }

    private async Task UpdateStatusAsync(T changed, CancellationToken cancel)
    {
        try
        {
            await Client.Resource<T>().UpdateStatusAsync(changed, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // It is gone; its pods are the garbage collector's.
        }
    }

    private async Task<Exception?> CreateAsync(T owner, int count, CancellationToken cancel)
    {
        var uid = owner.Metadata.Uid;
        var pod = PodControl.FromTemplate(_kind.Template(owner), owner);
        _expectations.ExpectCreations(uid, count);
        var (succeeded, error) = await SlowStart.RunAsync(count, _ => _control.CreateAsync(pod, owner, cancel));

        // What failed or was never tried will not show up.
        if (succeeded < count) _expectations.CreationObserved(uid, count - succeeded);
        return error is OperationCanceledException ? throw error : error;
    }

    private async Task<Exception?> DeleteAsync(T owner, List<Pod> active, int count, CancellationToken cancel)
    {
        var uid = owner.Metadata.Uid;
        var onNode = count < active.Count ? Neighbours(owner) : [];
        var doomed = DeletionRanking.Choose(active, count, node => onNode.GetValueOrDefault(node), Context.Now);
        _expectations.ExpectDeletions(uid, doomed.Select(static p => p.Metadata.Uid));
        var (_, error) = await SlowStart.AllAsync(doomed.Select(async pod =>
        {
            var deleted = false;
            try
            {
                deleted = await _control.DeleteAsync(pod, owner, cancel);
            }
            finally
            {
                if (!deleted) _expectations.DeletionObserved(uid, pod.Metadata.Uid);
            }
        }));
        return error is OperationCanceledException ? throw error : error;
    }

    /// <summary>Active pods a node has of all owners with the same controller: the replica sets of one deployment count together.</summary>
    private Dictionary<string, int> Neighbours(T owner)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        IEnumerable<T> family = owner.ControllerOf() is { } parent ? _owners.ControlledBy(parent.Uid) : [owner];
        foreach (var member in family)
        {
            foreach (var pod in _pods.ControlledBy(member.Metadata.Uid))
                if (pod.IsActive()) counts[pod.Spec.NodeName] = counts.GetValueOrDefault(pod.Spec.NodeName) + 1;
        }

        return counts;
    }

    private void Removed(T owner)
    {
        _expectations.Forget(owner.Metadata.Uid);
        Enqueue(owner);
    }

    private void PodAdded(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null) PodDeleted(pod);
        else if (Resolve(pod) is not { } reference) EnqueueMatching(pod);
        else
        {
            _expectations.CreationObserved(reference.Uid);
            Queue.Add(new(pod.Metadata.Namespace, reference.Name));
        }
    }

    private void PodUpdated(Pod before, Pod after)
    {
        // A pod that has begun to go counts as gone, long before its deletion is seen.
        if (after.Metadata.DeletionTimestamp is not null && before.Metadata.DeletionTimestamp is null) PodDeleted(after);
        var was = Resolve(before);
        var now = Resolve(after);
        if (was is not null && was.Uid != now?.Uid) Queue.Add(new(before.Metadata.Namespace, was.Name));
        if (now is not null) Queue.Add(new(after.Metadata.Namespace, now.Name));
        else if (was is not null || !Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) EnqueueMatching(after);
    }

    private void PodDeleted(Pod pod)
    {
        if (Resolve(pod) is not { } reference) return;
        _expectations.DeletionObserved(reference.Uid, pod.Metadata.Uid);
        Queue.Add(new(pod.Metadata.Namespace, reference.Name));
    }

    private static OwnerReference? Resolve(Pod pod) => pod.ControllerOf() is { } reference && reference.Kind == T.Info.Kind && GroupVersion.Parse(reference.ApiVersion).Group == T.Info.Group ? reference : null;

    private void EnqueueMatching(Pod pod)
    {
        if (pod.ControllerOf() is not null || pod.Metadata.Labels is null) return;
        foreach (var owner in _owners.List(pod.Metadata.Namespace))
            if (_kind.Selector(owner) is { IsEverything: false } selector && selector.Matches(pod.Metadata.Labels)) Enqueue(owner);
    }
}
