using System.Collections.Concurrent;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Policy.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Works out how many pods of each budget may be disrupted (upstream's disruption controller); evictions spend it.</summary>
internal sealed class DisruptionController : KeyedController
{
    /// <summary>How long an evicted pod may take until its deletion shows.</summary>
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    private readonly IInformer<PodDisruptionBudget> _budgets;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<ReplicaSet> _sets;
    private readonly IInformer<Deployment> _deployments;
    private readonly IInformer<StatefulSet> _stateful;
    private readonly IInformer<ReplicationController> _controllers;
    private readonly EventRecorder _events;
    private readonly Reconciler<ObjectKey> _stale;
    private readonly ConcurrentDictionary<(string, string), (ServedResource? Resource, long At)> _scales = [];

    public DisruptionController(ControllerContext context) : base(context, 4)
    {
        _budgets = context.Informer<PodDisruptionBudget>();
        _pods = context.Informer<Pod>();
        _sets = context.Informer<ReplicaSet>();
        _deployments = context.Informer<Deployment>();
        _stateful = context.Informer<StatefulSet>();
        _controllers = context.Informer<ReplicationController>();
        _events = context.Recorder("controllermanager");
        _stale = context.Reconciler<ObjectKey>(ClearStaleAsync);
        _budgets.On(Enqueue, (_, after) => Enqueue(after));
        _pods.On(PodChanged, (before, after) =>
        {
            if (!Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) PodChanged(before);
            PodChanged(after);
        }, PodChanged);
        _deployments.On(updated: (before, after) => Rescaled(before.Spec.Replicas, after.Spec.Replicas, after));
        _sets.On(updated: (before, after) => Rescaled(before.Spec.Replicas, after.Spec.Replicas, after));
        _stateful.On(updated: (before, after) => Rescaled(before.Spec.Replicas, after.Spec.Replicas, after));
        _controllers.On(updated: (before, after) => Rescaled(before.Spec.Replicas, after.Spec.Replicas, after));
    }

    public override async Task RunAsync(CancellationToken cancel)
    {
        await Task.WhenAll(base.RunAsync(cancel), _stale.RunAsync(1, cancel));
        _stale.Dispose();
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_budgets.Get(key) is not { } budget) return Requeue.None;
        var selector = LabelQuery.Of(budget.Spec.Selector);
        var pods = _pods.List(key.Namespace).Where(p => selector.Matches(p.Metadata.Labels)).ToList();
        if (pods.Count == 0) _events.Normal(budget, "NoPods", "No matching pods found");
        var copy = budget.DeepCopy();
        var now = Context.Now;
        TimeSpan? next = null;
        try
        {
            var (expected, desired) = await ExpectedAsync(budget, pods, cancel);
            var disrupted = StillDisrupted(budget, pods, now, ref next);
            var healthy = pods.Count(p => p.Metadata.DeletionTimestamp is null && !disrupted.ContainsKey(p.Metadata.Name) && p.IsReady());
            copy.Status.ObservedGeneration = budget.Metadata.Generation;
            copy.Status.ExpectedPods = expected;
            copy.Status.DesiredHealthy = desired;
            copy.Status.CurrentHealthy = healthy;
            copy.Status.DisruptionsAllowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
            copy.Status.DisruptedPods = disrupted.Count > 0 ? disrupted : null;
            if (copy.Status.DisruptionsAllowed > 0) SetCondition(copy.Status, ConditionStatus.True, "SufficientPods", "", now);
            else SetCondition(copy.Status, ConditionStatus.False, "InsufficientPods", "", now);
        }
        catch (Exception e) when (e is ApiException or InvalidOperationException or FormatException)
        {
            // When in doubt nothing may be disrupted.
            _events.Warning(budget, "CalculateExpectedPodCountFailed", $"Failed to calculate the number of expected pods: {e.Message}");
            copy.Status.DisruptionsAllowed = 0;
            SetCondition(copy.Status, ConditionStatus.False, "SyncFailed", e.Message, now);
        }

        if (!ApiJson.Same(copy.Status, budget.Status)) await Client.Resource<PodDisruptionBudget>().UpdateStatusAsync(copy, cancel);
        return new Requeue(next);
    }

    private async Task<(int Expected, int Desired)> ExpectedAsync(PodDisruptionBudget budget, List<Pod> pods, CancellationToken cancel)
    {
        if (budget.Spec.MaxUnavailable is { } most)
        {
            var scale = await ScaleAsync(budget, pods, cancel);
            return (scale, Math.Max(0, scale - most.Scale(scale, roundUp: true)));
        }

        if (budget.Spec.MinAvailable is not { } least) return (0, 0);
        if (!least.IsString) return (pods.Count, least.IntValue);
        var expected = await ScaleAsync(budget, pods, cancel);
        return (expected, least.Scale(expected, roundUp: true));
    }

    /// <summary>How many pods the owners of these pods want.</summary>
    private async Task<int> ScaleAsync(PodDisruptionBudget budget, List<Pod> pods, CancellationToken cancel)
    {
        var scales = new Dictionary<string, int>(StringComparer.Ordinal);
        var unmanaged = false;
        foreach (var pod in pods)
        {
            if (pod.ControllerOf() is not { } owner)
            {
                unmanaged = true;
                continue;
            }

            if (scales.ContainsKey(owner.Uid)) continue;
            var (uid, scale) = await OwnerScaleAsync(pod.Metadata.Namespace, owner, cancel) ?? throw new InvalidOperationException($"found no controllers for pod \"{pod.Metadata.Name}\"");
            scales[owner.Uid] = 0;
            scales[uid] = scale;
        }

        if (unmanaged)
        {
            _events.Warning(budget, "UnmanagedPods", $"Pods selected by this PodDisruptionBudget (selector: {LabelQuery.Of(budget.Spec.Selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.");
        }

        return scales.Values.Sum();
    }

    private async Task<(string Uid, int Scale)?> OwnerScaleAsync(string ns, OwnerReference owner, CancellationToken cancel)
    {
        switch (owner.Kind)
        {
            case nameof(ReplicaSet) when _sets.Get(ns, owner.Name) is { } set && set.Metadata.Uid == owner.Uid:
                if (set.ControllerOf() is { Kind: nameof(Deployment) } parent && _deployments.Get(ns, parent.Name) is { } deployment && deployment.Metadata.Uid == parent.Uid) return (parent.Uid, deployment.Spec.Replicas ?? 1);
                return (owner.Uid, set.Spec.Replicas ?? 1);
            case nameof(StatefulSet) when _stateful.Get(ns, owner.Name) is { } stateful && stateful.Metadata.Uid == owner.Uid:
                return (owner.Uid, stateful.Spec.Replicas ?? 1);
            case nameof(ReplicationController) when _controllers.Get(ns, owner.Name) is { } controller && controller.Metadata.Uid == owner.Uid:
                return (owner.Uid, controller.Spec.Replicas ?? 1);
        }

        // Anything else that can be scaled says so itself.
        if (await ResourceAsync(owner, cancel) is not { } resource) return null;
        try
        {
            var scale = await Client.SendAsync<Scale>(HttpMethod.Get, resource.Path(ns, owner.Name) + "/scale", null, cancel);
            return scale.Metadata.Uid == owner.Uid ? (owner.Uid, scale.Spec.Replicas) : null;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task<ServedResource?> ResourceAsync(OwnerReference owner, CancellationToken cancel)
    {
        var key = (GroupVersion.Parse(owner.ApiVersion).Group, owner.Kind);
        if (_scales.TryGetValue(key, out var known) && Context.Time.GetElapsedTime(known.At) < TimeSpan.FromSeconds(30)) return known.Resource;
        var found = (await ServedResources.FetchAsync(Client, cancel)).FirstOrDefault(r => r.Group == key.Group && r.Kind == key.Kind);
        _scales[key] = (found, Context.Time.GetTimestamp());
        return found;
    }

    private Dictionary<string, DateTimeOffset> StillDisrupted(PodDisruptionBudget budget, List<Pod> pods, DateTimeOffset now, ref TimeSpan? next)
    {
        var still = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (pod.Metadata.DeletionTimestamp is not null || budget.Status.DisruptedPods?.TryGetValue(pod.Metadata.Name, out var since) != true) continue;
            var rest = since + DeletionTimeout - now;
            if (rest <= TimeSpan.Zero)
            {
                _events.Warning(pod, "NotDeleted", $"Pod was expected by PDB {budget.Metadata.Namespace}/{budget.Metadata.Name} to be deleted but it wasn't");
                continue;
            }

            still[pod.Metadata.Name] = since;
            if (next is null || rest < next) next = rest;
        }

        return still;
    }

    private static void SetCondition(PodDisruptionBudgetStatus status, string value, string reason, string message, DateTimeOffset now)
    {
        var condition = status.Conditions?.Find(static c => c.Type == "DisruptionAllowed");
        if (condition is null) (status.Conditions ??= []).Add(condition = new() { Type = "DisruptionAllowed" });
        if (condition.Status != value) condition.LastTransitionTime = now;
        (condition.Status, condition.Reason, condition.Message, condition.ObservedGeneration) = (value, reason, message, status.ObservedGeneration);
    }

    private void Rescaled(int? before, int? after, IKubernetesObject owner)
    {
        if (before == after) return;
        foreach (var budget in _budgets.List(owner.Metadata.Namespace)) Enqueue(budget);
    }

    /// <summary>A pod that was to be disrupted, but was not, is no longer about to be.</summary>
    private async Task<Requeue> ClearStaleAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_pods.Get(key) is not { } pod || !IsMarked(pod)) return Requeue.None;
        var due = (pod.Condition(PodConditionType.DisruptionTarget)!.LastTransitionTime ?? Context.Now) + DeletionTimeout;
        if (due > Context.Now) return Requeue.In(due - Context.Now);
        await PodPatches.ClearDisruptionAsync(Client, pod, Context.Now, cancel);
        return Requeue.None;
    }

    private static bool IsMarked(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && !pod.IsFinished() && pod.Condition(PodConditionType.DisruptionTarget) is { Status: "True", Reason: not PodReason.TerminationByKubelet };

    private void PodChanged(Pod pod)
    {
        if (IsMarked(pod)) _stale.Queue.Add(ObjectKey.Of(pod));
        foreach (var budget in _budgets.List(pod.Metadata.Namespace))
            if (LabelQuery.Of(budget.Spec.Selector).Matches(pod.Metadata.Labels)) Enqueue(budget);
    }
}
