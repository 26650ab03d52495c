using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>The books: ended pods become numbers in the status, and the job's end is declared once all are.</summary>
internal sealed partial class JobPass
{
    /// <summary>Takes the tracking finalizer off a pod.</summary>
    public static async Task ReleaseAsync(KubernetesClient client, Pod pod, CancellationToken cancel)
    {
        if (!pod.IsTracked()) return;
        var patch = $"{{\"metadata\":{{\"uid\":\"{pod.Metadata.Uid}\",\"$deleteFromPrimitiveList/finalizers\":[\"{BatchLabels.JobTrackingFinalizer}\"]}}}}";
        try
        {
            await client.Resource<Pod>().PatchAsync(pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // The pod is gone, and another of its name is not ours to touch.
        }
    }

    private async Task TrackAsync(CancellationToken cancel)
    {
        var held = _pods.Where(p => p.IsTracked() && !_memory.IsReleasing(p.Metadata.Uid)).Select(static p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        Settle(held);
        var release = new List<Pod>();
        var full = false;
        var booked = IndexSet.Parse(_cached.Status.CompletedIndexes, _completions);
        foreach (var pod in _pods)
        {
            if (!held.Contains(pod.Metadata.Uid) || !MayRelease(pod)) continue;
            release.Add(pod);
            Book(pod, booked);
            if ((_uncounted.Succeeded?.Count ?? 0) + (_uncounted.Failed?.Count ?? 0) < MostUncounted) continue;
            full = true;
            break;
        }

        if (_indexed)
        {
            _job.Status.CompletedIndexes = booked.ToString();
            _job.Status.Succeeded = booked.Count;
            _job.Status.FailedIndexes = _failedIndexes?.ToString();
        }

        DeclareTarget();
        await FlushAsync(cancel);
        _memory.SetBackoff(Uid, _backoff);

        foreach (var pod in release) _memory.Releasing(pod.Metadata.Uid);
        var (_, error) = await SlowStart.AllAsync(release.Select(async pod =>
        {
            try
            {
                await ReleaseAsync(_client, pod, cancel);
                lock (held) held.Remove(pod.Metadata.Uid);
            }
            catch
            {
                _memory.Released(pod.Metadata.Uid);
                throw;
            }
        }));
        Settle(held);
        var finished = error is null && !full && Finish();
        await FlushAsync(cancel);
        if (finished) Announce();
        if (error is not null) throw error;
    }

    private bool MayRelease(Pod pod)
    {
        if (_job.Metadata.DeletionTimestamp is not null || _finished is not null || pod.Status.Phase == PodPhase.Succeeded) return true;
        if (!pod.HasFailed(_job)) return false;

        // The pod that carries an index's count of failures stays until its successor has taken that over.
        return !(_awaitingReplacement.TryGetValue(pod.Index(), out var waiting) && waiting.Metadata.Uid == pod.Metadata.Uid);
    }

    private void Book(Pod pod, IndexSet booked)
    {
        var uid = pod.Metadata.Uid;
        var index = pod.Index();
        var fits = !_indexed || (index >= 0 && index < _completions);
        if (pod.Status.Phase == PodPhase.Succeeded && _uncounted.Failed?.Contains(uid) != true)
        {
            if (_indexed && fits) booked.Add(index);
            else if (!_indexed && _uncounted.Succeeded?.Contains(uid) != true) (_uncounted.Succeeded ??= []).Add(uid);
        }
        else if (pod.HasFailed(_job) || (_finished is not null && _finished.Type is not (JobConditionType.SuccessCriteriaMet or JobConditionType.Complete)))
        {
            if (fits && _uncounted.Failed?.Contains(uid) != true && FailurePolicy.Judge(_job.Spec.PodFailurePolicy, pod).Counts) (_uncounted.Failed ??= []).Add(uid);
        }
    }

    /// <summary>Turns uids whose pods no longer wait into numbers.</summary>
    private void Settle(HashSet<string> held)
    {
        if (!_indexed) _job.Status.Succeeded += _uncounted.Succeeded?.RemoveAll(u => !held.Contains(u)) ?? 0;
        else _uncounted.Succeeded?.RemoveAll(u => !held.Contains(u));
        _job.Status.Failed += _uncounted.Failed?.RemoveAll(u => !held.Contains(u)) ?? 0;
        if (_uncounted.Succeeded?.Count == 0) _uncounted.Succeeded = null;
        if (_uncounted.Failed?.Count == 0) _uncounted.Failed = null;
        _job.Status.UncountedTerminatedPods = _uncounted;
    }

    /// <summary>Says how the job will end, while its last pods are still on their way out.</summary>
    private void DeclareTarget()
    {
        if (_finished?.Type == JobConditionType.FailureTarget)
        {
            (_job.Status.Conditions ??= []).Add(_finished);
            _finished = New(JobConditionType.Failed, _finished.Reason, _finished.Message);
        }
        else if (_finished?.Type == JobConditionType.SuccessCriteriaMet)
        {
            if (_job.Holding(JobConditionType.SuccessCriteriaMet) is null) (_job.Status.Conditions ??= []).Add(_finished);
            _finished = New(JobConditionType.Complete, _finished.Reason, _finished.Message);
        }
    }

    private bool Finish()
    {
        if (_finished is null || _uncounted.Succeeded is { Count: > 0 } || _uncounted.Failed is { Count: > 0 } || _terminating > 0) return false;
        Set(_finished.Type, ConditionStatus.True, _finished.Reason, _finished.Message);
        if (_finished.Type == JobConditionType.Complete) _job.Status.CompletionTime = _now;
        return true;
    }

    private void Announce()
    {
        if (_finished!.Type == JobConditionType.Failed)
        {
            _events.Warning(_cached, _finished.Reason, _finished.Message);
            return;
        }

        if (_job.Spec.Completions is { } wanted && _job.Status.Succeeded > wanted) _events.Warning(_cached, "TooManySucceededPods", "Too many succeeded pods running after completion count reached");
        _events.Normal(_cached, "Completed", "Job completed");
    }

    private JobStatus? _flushed;

    private async Task FlushAsync(CancellationToken cancel)
    {
        if (ApiJson.Same(_job.Status, _flushed ?? _cached.Status)) return;
        var status = _job.Status.DeepCopy();
        var written = await _client.Resource<Job>().UpdateStatusAsync(_job, cancel);
        _memory.Wrote(written);
        _job.Metadata = written.Metadata;
        _flushed = status;
    }
}
