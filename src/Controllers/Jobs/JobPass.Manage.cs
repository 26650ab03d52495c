using System.Globalization;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>Starting and ending pods, so that as many run as should.</summary>
internal sealed partial class JobPass
{
    private async Task<Exception?> ManageAsync(CancellationToken cancel)
    {
        if (_job.IsSuspended()) return await StopAsync(_active, cancel);
        var parallelism = _job.Spec.Parallelism ?? 1;
        var wanted = _job.Spec.Completions is null ? (_succeeded > 0 ? _activeCount : parallelism) : Math.Clamp(_completions - _succeeded - (_failedIndexes?.Count ?? 0), 0, Math.Max(0, parallelism));
        var surplus = Surplus(Math.Max(0, _activeCount - wanted));
        if (surplus.Count > 0) return await StopAsync(surplus, cancel);
        var missing = Math.Min(wanted - _activeCount - (_job.ReplacesOnlyFailed() ? _terminating : 0), Burst);
        return missing > 0 ? await StartAsync(missing, cancel) : null;
    }

    /// <summary>Pods to end: second ones of an index, then those that matter least.</summary>
    private List<Pod> Surplus(int least)
    {
        var surplus = new List<Pod>();
        if (_indexed)
        {
            foreach (var same in _active.GroupBy(static p => p.Index()))
            {
                if (same.Key < 0 || same.Key >= _completions) surplus.AddRange(same);
                else surplus.AddRange(DeletionRanking.Choose([.. same], same.Count() - 1, static _ => 0, _now));
            }
        }

        if (surplus.Count < least) surplus.AddRange(DeletionRanking.Choose([.. _active.Except(surplus)], least - surplus.Count, static _ => 0, _now));
        return surplus.Count > Burst ? surplus[..Burst] : surplus;
    }

    private async Task<Exception?> StopAsync(List<Pod> pods, CancellationToken cancel)
    {
        _memory.Expectations.ExpectDeletions(Uid, pods.Select(static p => p.Metadata.Uid));
        var (stopped, error) = await SlowStart.AllAsync(pods.Select(async pod =>
        {
            var deleted = false;
            try
            {
                // These do not count: they are not failures, they are not wanted.
                await ReleaseAsync(_client, pod, cancel);
                deleted = await _control.DeleteAsync(pod, _cached, cancel);
            }
            finally
            {
                if (!deleted) _memory.Expectations.DeletionObserved(Uid, pod.Metadata.Uid);
            }
        }));
        _activeCount -= stopped;
        _terminating += stopped;
        _ready = Math.Max(0, _ready - pods.Count(static p => p.IsReady()));
        return error;
    }

    private async Task<Exception?> StartAsync(int missing, CancellationToken cancel)
    {
        List<int> indexes = [];
        if (_job.Spec.BackoffLimitPerIndex is null && _backoff.Remaining(_now) is var rest && rest > TimeSpan.Zero)
        {
            Again(rest);
            return null;
        }

        if (_indexed)
        {
            indexes = [.. PendingIndexes().Take(missing)];
            if (_job.Spec.BackoffLimitPerIndex is not null) indexes.RemoveAll(WaitsForBackoff);
            missing = indexes.Count;
            if (missing == 0) return null;
        }

        _memory.Expectations.ExpectCreations(Uid, missing);
        var (started, error) = await SlowStart.RunAsync(missing, i => _control.CreateAsync(NewPod(_indexed ? indexes[i] : -1), _cached, cancel));
        if (started < missing) _memory.Expectations.CreationObserved(Uid, missing - started);
        _activeCount += started;
        return error;
    }

    private IEnumerable<int> PendingIndexes()
    {
        var taken = _active.Select(static p => p.Index()).ToHashSet();
        if (_job.ReplacesOnlyFailed()) taken.UnionWith(_pods.Where(static p => p.IsTerminating()).Select(static p => p.Index()));
        for (var i = 0; i < _completions; i++)
            if (!_done.Has(i) && _failedIndexes?.Has(i) != true && !taken.Contains(i)) yield return i;
    }

    private bool WaitsForBackoff(int index)
    {
        if (!_awaitingReplacement.TryGetValue(index, out var failed)) return false;
        var rest = BackoffRecord.Delay(failed.IndexFailures() + 1, failed.FinishedAt(_now), _now);
        if (rest <= TimeSpan.Zero) return false;
        Again(rest);
        return true;
    }

    private Pod NewPod(int index)
    {
        var pod = PodControl.FromTemplate(_job.Spec.Template, _cached);
        (pod.Metadata.Finalizers ??= []).Remove(BatchLabels.JobTrackingFinalizer);
        pod.Metadata.Finalizers.Add(BatchLabels.JobTrackingFinalizer);
        if (index < 0) return pod;
        var number = index.ToString(CultureInfo.InvariantCulture);
        (pod.Metadata.Annotations ??= [])[BatchLabels.JobCompletionIndex] = number;
        (pod.Metadata.Labels ??= [])[BatchLabels.JobCompletionIndex] = number;
        pod.Metadata.GenerateName = $"{_job.Metadata.Name}-{number}-";
        pod.Spec.Hostname = $"{_job.Metadata.Name}-{number}";
        if (_job.Spec.BackoffLimitPerIndex is not null)
        {
            var failures = 0;
            if (_awaitingReplacement.TryGetValue(index, out var failed)) failures = failed.IndexFailures() + (FailurePolicy.Judge(_job.Spec.PodFailurePolicy, failed).Counts ? 1 : 0);
            pod.Metadata.Annotations[BatchLabels.JobIndexFailureCount] = failures.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
        {
            if (container.Env?.Exists(static e => e.Name == "JOB_COMPLETION_INDEX") == true) continue;
            (container.Env ??= []).Add(new() { Name = "JOB_COMPLETION_INDEX", ValueFrom = new() { FieldRef = new() { FieldPath = $"metadata.labels['{BatchLabels.JobCompletionIndex}']" } } });
        }

        return pod;
    }
}
