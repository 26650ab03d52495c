using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// One pass over one deployment: takes the next step its strategy allows and reports where it is. Steps are taken on the
/// cached replica sets under their resource versions, so a pass over an outdated cache fails instead of stepping twice.
/// The deployment itself is written once, at the end.
/// </summary>
internal sealed partial class Rollout
{
    private readonly KubernetesClient _client;
    private readonly EventRecorder _events;
    private readonly Deployment _cached;
    private readonly Deployment _deployment;
    private readonly List<ReplicaSet> _old;
    private readonly Func<IEnumerable<ReplicaSet>, bool> _havePods;
    private readonly DateTimeOffset _now;
    private ReplicaSet? _new;

    public Rollout(KubernetesClient client, EventRecorder events, Deployment cached, List<ReplicaSet> sets, Func<IEnumerable<ReplicaSet>, bool> havePods, DateTimeOffset now)
    {
        _client = client;
        _events = events;
        _cached = cached;
        _deployment = cached.DeepCopy();
        _havePods = havePods;
        _now = now;
        sets.Sort(ByAge);
        var template = Bare(_deployment.Spec.Template);
        _new = sets.Find(s => Bare(s.Spec.Template).AsSpan().SequenceEqual(template));
        _old = sets.FindAll(s => !ReferenceEquals(s, _new));
    }

    private IEnumerable<ReplicaSet> All => _new is null ? _old : _old.Append(_new);

    public async Task<Requeue> RunAsync(CancellationToken cancel)
    {
        if (_deployment.Metadata.DeletionTimestamp is not null)
        {
            await AdoptNewAsync(create: false, cancel);
            return await WriteAsync(Status(), cancel);
        }

        CheckPaused();
        if (_deployment.Spec.Paused || WasScaled())
        {
            await AdoptNewAsync(create: false, cancel);
            await ScaleAsync(cancel);
            if (_deployment.Spec.Paused) await CleanUpAsync(cancel);
            return await WriteAsync(Status(), cancel);
        }

        if (_deployment.IsRolling()) await RollAsync(cancel);
        else await RecreateAsync(cancel);
        return await WriteAsync(Progress(Status()), cancel);
    }

    private async Task RollAsync(CancellationToken cancel)
    {
        await AdoptNewAsync(create: true, cancel);
        if (await GrowNewAsync(cancel) || await ShrinkOldAsync(cancel)) return;
        if (_deployment.IsComplete(_deployment.Status)) await CleanUpAsync(cancel);
    }

    private async Task RecreateAsync(CancellationToken cancel)
    {
        await AdoptNewAsync(create: false, cancel);
        var shrunk = false;
        for (var i = 0; i < _old.Count; i++)
        {
            if (Size(_old[i]) == 0) continue;
            _old[i] = await ResizeAsync(_old[i], 0, cancel);
            shrunk = true;
        }

        if (shrunk || _old.Sum(static s => s.Status.Replicas) > 0 || _havePods(_old)) return;
        if (_new is null) await AdoptNewAsync(create: true, cancel);
        if (Size(_new!) != _deployment.Wanted()) _new = await ResizeAsync(_new!, _deployment.Wanted(), cancel);
        if (_deployment.IsComplete(_deployment.Status)) await CleanUpAsync(cancel);
    }

    /// <summary>Grows (or trims) the current replica set as far as the surge allows.</summary>
    private async Task<bool> GrowNewAsync(CancellationToken cancel)
    {
        var size = Size(_new!);
        var target = size > _deployment.Wanted() ? _deployment.Wanted() : NewSize(size);
        if (target == size) return false;
        _new = await ResizeAsync(_new!, target, cancel);
        return true;
    }

    private int NewSize(int size)
    {
        if (!_deployment.IsRolling()) return _deployment.Wanted();
        var room = _deployment.Wanted() + _deployment.MaxSurge() - All.Sum(Size);
        return room <= 0 ? size : size + Math.Max(0, Math.Min(room, _deployment.Wanted() - size));
    }

    /// <summary>Shrinks old replica sets as far as availability allows, pods that are of no use first.</summary>
    private async Task<bool> ShrinkOldAsync(CancellationToken cancel)
    {
        if (_old.Sum(Size) == 0) return false;
        var least = _deployment.Wanted() - _deployment.MaxUnavailable();

        // Pods of the new template that are not available yet may never be: they must not make room for deletions.
        var unavailable = Size(_new!) - _new!.Status.AvailableReplicas;
        var allowed = All.Sum(Size) - least - unavailable;
        if (allowed <= 0) return false;
        var useless = await ShrinkAsync(allowed, static s => Size(s) - Math.Min(Size(s), s.Status.AvailableReplicas), cancel);

        // A replica set that was just told to shrink still reports the pods it is about to lose, hence the bounds:
        // by its size, and by what the sizes as a whole allow.
        var available = All.Sum(static s => Math.Min(Size(s), s.Status.AvailableReplicas));
        var rest = Math.Min(available - least, allowed - useless);
        return useless + await ShrinkAsync(rest, Size, cancel) > 0;
    }

    private async Task<int> ShrinkAsync(int most, Func<ReplicaSet, int> share, CancellationToken cancel)
    {
        var total = 0;
        for (var i = 0; i < _old.Count && total < most; i++)
        {
            var less = Math.Min(most - total, share(_old[i]));
            if (less <= 0) continue;
            _old[i] = await ResizeAsync(_old[i], Size(_old[i]) - less, cancel);
            total += less;
        }

        return total;
    }

    /// <summary>Sets a replica set's size, and records that on the deployment.</summary>
    private async Task<ReplicaSet> ResizeAsync(ReplicaSet set, int size, CancellationToken cancel)
    {
        var before = Size(set);
        var copy = set.DeepCopy();
        copy.Spec.Replicas = size;
        if (!Revisions.StampReplicas(_deployment, copy) && before == size) return set;
        var updated = await _client.Resource<ReplicaSet>().UpdateAsync(copy, cancel);
        if (before != size) _events.Normal(_cached, "ScalingReplicaSet", $"Scaled {(before < size ? "up" : "down")} replica set {set.Metadata.Name} from {before} to {size}");
        return updated;
    }

    /// <summary>Deletes the oldest replica sets beyond those kept for rollbacks.</summary>
    private async Task CleanUpAsync(CancellationToken cancel)
    {
        if (_deployment.Spec.RevisionHistoryLimit is null or int.MaxValue) return;
        var kept = _old.FindAll(static s => s.Metadata.DeletionTimestamp is null);
        var surplus = kept.Count - _deployment.Spec.RevisionHistoryLimit.Value;
        foreach (var set in kept.OrderBy(static s => Revisions.Of(s) ?? 0).ThenBy(static s => s.Metadata.CreationTimestamp).Take(Math.Max(0, surplus)))
        {
            if (set.Status.Replicas != 0 || Size(set) != 0 || set.Metadata.Generation > set.Status.ObservedGeneration) continue;
            try
            {
                await _client.Resource<ReplicaSet>().DeleteAsync(set.Metadata.Namespace, set.Metadata.Name, null, cancel);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // already gone
            }
        }
    }

    private static int Size(ReplicaSet set) => set.Spec.Replicas ?? 1;

    private static int ByAge(ReplicaSet a, ReplicaSet b)
    {
        var order = Nullable.Compare(a.Metadata.CreationTimestamp, b.Metadata.CreationTimestamp);
        return order != 0 ? order : string.CompareOrdinal(a.Metadata.Name, b.Metadata.Name);
    }

    /// <summary>A template's bytes without the hash label that replica sets add.</summary>
    private static byte[] Bare(Api.Core.V1.PodTemplateSpec template)
    {
        if (template.Metadata.Labels?.ContainsKey(AppsLabels.PodTemplateHash) == true)
        {
            template = template.DeepCopy();
            template.Metadata.Labels!.Remove(AppsLabels.PodTemplateHash);
        }

        return ApiJson.Encode(template);
    }
}
