using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// One pass over one stateful set: pods come in order of their numbers, go in reverse, and are replaced from the highest down.
/// </summary>
internal sealed class StatefulPass(KubernetesClient client, EventRecorder events, IInformer<PersistentVolumeClaim> claims, StatefulSet set, ControllerRevision current, ControllerRevision update, List<Pod> pods, DateTimeOffset now)
{
    private readonly Dictionary<int, Pod> _pods = pods.ToDictionary(p => StatefulPods.Ordinal(set, p.Metadata.Name));
    private readonly int _start = StatefulPods.Start(set);
    private readonly int _wanted = set.Spec.Replicas ?? 1;
    private readonly bool _ordered = set.Spec.PodManagementPolicy != PodManagementPolicyType.Parallel;

    /// <summary>Time until a ready pod counts as available, or null.</summary>
    public TimeSpan? NextAvailable { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        for (var ordinal = _start; ordinal < _start + _wanted; ordinal++)
            if (await KeepAsync(ordinal, cancel)) return;
        if (await ShrinkAsync(cancel)) return;
        if (set.Spec.UpdateStrategy.Type != StatefulSetUpdateStrategyType.OnDelete) await RollAsync(cancel);
    }

    /// <summary>The counts and revisions to report.</summary>
    public StatefulSetStatus Status(int collisions)
    {
        var status = new StatefulSetStatus
        {
            ObservedGeneration = set.Metadata.Generation,
            CurrentRevision = current.Metadata.Name,
            UpdateRevision = update.Metadata.Name,
            CollisionCount = collisions,
            Conditions = set.Status.Conditions,
        };
        foreach (var pod in _pods.Values)
        {
            status.Replicas++;
            if (pod.Status.Phase == PodPhase.Running && pod.IsReady())
            {
                status.ReadyReplicas++;
                var rest = pod.AvailableIn(set.Spec.MinReadySeconds, now);
                if (rest == TimeSpan.Zero) status.AvailableReplicas++;
                else if (NextAvailable is null || rest < NextAvailable) NextAvailable = rest;
            }

            if (pod.Metadata.DeletionTimestamp is not null) continue;
            if (RevisionOf(pod) == status.CurrentRevision) status.CurrentReplicas++;
            if (RevisionOf(pod) == status.UpdateRevision) status.UpdatedReplicas++;
        }

        // Once all pods are of the new revision, it is the current one.
        if (set.Spec.UpdateStrategy.Type == StatefulSetUpdateStrategyType.OnDelete || status.UpdatedReplicas != status.Replicas || status.ReadyReplicas != status.Replicas || status.Replicas != _wanted) return status;
        status.CurrentRevision = status.UpdateRevision;
        status.CurrentReplicas = status.UpdatedReplicas;
        return status;
    }

    /// <summary>Sees to one pod; true when those after it have to wait.</summary>
    private async Task<bool> KeepAsync(int ordinal, CancellationToken cancel)
    {
        if (!_pods.TryGetValue(ordinal, out var pod))
        {
            await CreateAsync(ordinal, cancel);
            return _ordered;
        }

        if (pod.IsFinished())
        {
            if (pod.Metadata.DeletionTimestamp is null) await DeleteAsync(pod, cancel);
            return true;
        }

        if (pod.Status.Phase is PodPhase.Pending or "") await EnsureClaimsAsync(pod.Metadata.Name, ordinal, cancel);
        if (_ordered && (pod.Metadata.DeletionTimestamp is not null || !IsAvailable(pod))) return true;
        if (StatefulPods.HasIdentity(set, pod, ordinal)) return false;
        var copy = pod.DeepCopy();
        StatefulPods.SetIdentity(set, copy, ordinal);
        await EnsureClaimsAsync(pod.Metadata.Name, ordinal, cancel);
        _pods[ordinal] = await client.Resource<Pod>().UpdateAsync(copy, cancel);
        return false;
    }

    /// <summary>Ends pods beyond the wanted number, the highest first; true when the rest has to wait.</summary>
    private async Task<bool> ShrinkAsync(CancellationToken cancel)
    {
        var condemned = _pods.Where(p => p.Key < _start || p.Key >= _start + _wanted).OrderByDescending(static p => p.Key).ToList();
        var sick = _pods.OrderBy(static p => p.Key).FirstOrDefault(p => !IsAvailable(p.Value) || p.Value.Metadata.DeletionTimestamp is not null).Value;
        foreach (var (_, pod) in condemned)
        {
            if (pod.Metadata.DeletionTimestamp is not null)
            {
                if (_ordered) return true;
                continue;
            }

            if (_ordered && !IsAvailable(pod) && !ReferenceEquals(pod, sick)) return true;
            await DeleteAsync(pod, cancel);
            if (_ordered) return true;
        }

        return false;
    }

    private async Task RollAsync(CancellationToken cancel)
    {
        var rolling = set.Spec.UpdateStrategy.RollingUpdate;
        var most = Math.Max(1, (rolling?.MaxUnavailable ?? new IntOrString(1)).Scale(_wanted, roundUp: true));
        var budget = most - Enumerable.Range(_start, _wanted).Count(o => !_pods.TryGetValue(o, out var p) || p.Metadata.DeletionTimestamp is not null || !IsAvailable(p));
        for (var ordinal = _start + _wanted - 1; ordinal >= _start + (rolling?.Partition ?? 0); ordinal--)
        {
            if (!_pods.TryGetValue(ordinal, out var pod) || RevisionOf(pod) == update.Metadata.Name || pod.Metadata.DeletionTimestamp is not null) continue;

            // A pod that is down anyway costs nothing to replace.
            if (budget <= 0 && IsAvailable(pod)) return;
            await DeleteAsync(pod, cancel);
            budget--;
        }
    }

    private async Task CreateAsync(int ordinal, CancellationToken cancel)
    {
        // While a rollout is under way, pods below its partition come back as they were.
        var rolling = set.Spec.UpdateStrategy.Type != StatefulSetUpdateStrategyType.OnDelete;
        var old = rolling && set.Spec.UpdateStrategy.RollingUpdate is { } strategy ? ordinal < _start + (strategy.Partition ?? 0) : rolling && ordinal < _start + set.Status.CurrentReplicas;
        var revision = old ? current : update;
        var pod = StatefulPods.New(set, old ? RevisionHistory.TemplateOf(current) : set.Spec.Template, revision.Metadata.Name, ordinal);
        try
        {
            await EnsureClaimsAsync(pod.Metadata.Name, ordinal, cancel);
            _pods[ordinal] = await client.Resource<Pod>().CreateAsync(pod, cancel);
            events.Normal(set, "SuccessfulCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // The cache is behind: the pod will show up, or vanish, and bring us back here.
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating)
        {
            events.Warning(set, "FailedCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
            throw;
        }
    }

    private async Task EnsureClaimsAsync(string pod, int ordinal, CancellationToken cancel)
    {
        foreach (var claim in StatefulPods.Claims(set, ordinal))
        {
            if (claims.Get(claim.Metadata.Namespace, claim.Metadata.Name) is not null) continue;
            if (set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == PersistentVolumeClaimRetentionPolicyType.Delete) claim.Metadata.OwnerReferences = [Pods.ControllerReference(set)];
            try
            {
                await client.Resource<PersistentVolumeClaim>().CreateAsync(claim, cancel);
                events.Normal(set, "SuccessfulCreate", $"create Claim {claim.Metadata.Name} Pod {pod} in StatefulSet {set.Metadata.Name} success");
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // The cache did not show it yet.
            }
        }
    }

    private async Task DeleteAsync(Pod pod, CancellationToken cancel)
    {
        try
        {
            await RetainClaimsAsync(pod, cancel);
            await client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, new() { Preconditions = new() { Uid = pod.Metadata.Uid } }, cancel);
            events.Normal(set, "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }
        catch (ApiException e)
        {
            events.Warning(set, "FailedDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
            throw;
        }
    }

    /// <summary>Claims of pods that go for good go with them, if the set wants that.</summary>
    private async Task RetainClaimsAsync(Pod pod, CancellationToken cancel)
    {
        var ordinal = StatefulPods.Ordinal(set, pod.Metadata.Name);
        if ((ordinal >= _start && ordinal < _start + _wanted) || set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled != PersistentVolumeClaimRetentionPolicyType.Delete) return;
        foreach (var template in set.Spec.VolumeClaimTemplates ?? [])
        {
            if (claims.Get(set.Metadata.Namespace, StatefulPods.ClaimName(set, template, ordinal)) is not { } claim || claim.Metadata.OwnerReferences?.Exists(o => o.Uid == pod.Metadata.Uid) == true) continue;
            var copy = claim.DeepCopy();
            copy.Metadata.OwnerReferences = [.. (copy.Metadata.OwnerReferences ?? []).Where(static o => o.Kind is not (nameof(Pod) or nameof(StatefulSet))), new() { ApiVersion = "v1", Kind = nameof(Pod), Name = pod.Metadata.Name, Uid = pod.Metadata.Uid }];
            await client.Resource<PersistentVolumeClaim>().UpdateAsync(copy, cancel);
        }
    }

    private bool IsAvailable(Pod pod) => pod.Status.Phase == PodPhase.Running && pod.IsAvailable(set.Spec.MinReadySeconds, now);

    private static string RevisionOf(Pod pod) => pod.Metadata.Labels?.GetValueOrDefault(AppsLabels.ControllerRevisionHash) ?? "";
}
