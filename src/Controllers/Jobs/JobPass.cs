using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// One pass over one job. Ended pods are counted in two steps, so that none is missed and none counted twice: their uids go
/// into the status, then their finalizers come off, then uids become numbers.
/// </summary>
internal sealed partial class JobPass
{
    private const int Burst = 500;
    private const int MostUncounted = 500;
    private readonly KubernetesClient _client;
    private readonly EventRecorder _events;
    private readonly PodControl _control;
    private readonly JobMemory _memory;
    private readonly Job _cached;
    private readonly List<Pod> _pods;
    private readonly List<Pod> _active;
    private readonly bool _settled;
    private readonly DateTimeOffset _now;
    private readonly UncountedTerminatedPods _uncounted;
    private readonly bool _indexed;
    private readonly int _completions;
    private readonly Dictionary<int, Pod> _awaitingReplacement = [];
    private Job _job;
    private int _activeCount;
    private int _ready;
    private int _terminating;
    private int _succeeded;
    private int _failed;
    private IndexSet _done = new();
    private IndexSet? _failedIndexes;
    private JobCondition? _finished;
    private BackoffRecord _backoff = BackoffRecord.None;
    private TimeSpan? _next;

    public JobPass(KubernetesClient client, EventRecorder events, PodControl control, JobMemory memory, Job cached, List<Pod> pods, bool settled, DateTimeOffset now)
    {
        _client = client;
        _events = events;
        _control = control;
        _memory = memory;
        _cached = cached;
        _job = cached.DeepCopy();
        _pods = pods;
        _settled = settled;
        _now = now;
        _active = pods.FindAll(static p => p.IsActive());
        _activeCount = _active.Count;
        _ready = _active.Count(static p => p.IsReady());
        _terminating = pods.Count(static p => p.IsTerminating());
        _uncounted = _job.Status.UncountedTerminatedPods ??= new();
        _indexed = _job.IsIndexed();
        _completions = _job.Spec.Completions ?? int.MaxValue;
    }

    private string Uid => _job.Metadata.Uid;

    public async Task<Requeue> RunAsync(CancellationToken cancel)
    {
        Count();
        if (_job.Status.StartTime is null && !_job.IsSuspended()) _job.Status.StartTime = _now;
        Judge();
        Exception? error = null;
        if (_finished is not null) error = await EndAsync(cancel);
        else error = await WorkAsync(cancel);
        _job.Status.Active = _activeCount;
        _job.Status.Ready = _ready;
        _job.Status.Terminating = _terminating;
        await TrackAsync(cancel);
        if (error is not null and not ApiException { IsNamespaceTerminating: true }) throw error;
        return new Requeue(_next);
    }

    /// <summary>Counts what has ended, whether it is in the books already or not.</summary>
    private void Count()
    {
        var succeeded = Fresh(_uncounted.Succeeded, static p => p.Status.Phase == PodPhase.Succeeded);
        var failed = Fresh(_uncounted.Failed, p => p.HasFailed(_job));
        _succeeded = _job.Status.Succeeded + succeeded.Count + (_uncounted.Succeeded?.Count ?? 0);
        _failed = _job.Status.Failed + failed.Count(p => FailurePolicy.Judge(_job.Spec.PodFailurePolicy, p).Counts) + (_uncounted.Failed?.Count ?? 0);
        _backoff = _memory.Backoff(Uid).With(succeeded, failed, _now);
        if (!_indexed) return;
        _done = IndexSet.Parse(_job.Status.CompletedIndexes, _completions);
        foreach (var pod in _pods)
            if (pod.IsTracked() && pod.Status.Phase == PodPhase.Succeeded && pod.Index() is >= 0 and var index && index < _completions) _done.Add(index);
        _succeeded = _done.Count;
        if (_job.Spec.BackoffLimitPerIndex is { } limit) CountIndexes(limit);
    }

    /// <summary>With limits per index: which have failed for good, and which pods wait to be replaced.</summary>
    private void CountIndexes(int limit)
    {
        _failedIndexes = IndexSet.Parse(_job.Status.FailedIndexes, _completions);
        var running = _active.Select(static p => p.Index()).ToHashSet();
        foreach (var pod in _pods)
        {
            var index = pod.Index();
            if (!pod.IsTracked() || !pod.HasFailed(_job) || index < 0 || index >= _completions || _done.Has(index)) continue;
            var verdict = FailurePolicy.Judge(_job.Spec.PodFailurePolicy, pod);
            if (verdict.Action == PodFailurePolicyAction.FailIndex || (verdict.Counts && pod.IndexFailures() >= limit)) _failedIndexes.Add(index);
            else if (!running.Contains(index) && (!_awaitingReplacement.TryGetValue(index, out var other) || other.IndexFailures() < pod.IndexFailures())) _awaitingReplacement[index] = pod;
        }

        foreach (var index in _failedIndexes.All) _awaitingReplacement.Remove(index);
    }

    private List<Pod> Fresh(List<string>? uncounted, Func<Pod, bool> ended) => _pods.FindAll(p =>
        p.IsTracked() && !_memory.IsReleasing(p.Metadata.Uid) && uncounted?.Contains(p.Metadata.Uid) != true && (!_indexed || (p.Index() is >= 0 and var i && i < _completions)) && ended(p));

    /// <summary>Decides whether the job is over.</summary>
    private void Judge()
    {
        if (_job.Holding(JobConditionType.SuccessCriteriaMet) is { } met)
        {
            _finished = met;
            return;
        }

        if (_job.Holding(JobConditionType.FailureTarget) is { } target)
        {
            _finished = New(JobConditionType.Failed, target.Reason, target.Message);
            return;
        }

        var limit = _job.Spec.BackoffLimit ?? 6;
        if (_pods.Where(p => p.HasFailed(_job)).Select(p => FailurePolicy.Judge(_job.Spec.PodFailurePolicy, p)).FirstOrDefault(static v => v.Action == PodFailurePolicyAction.FailJob) is { Action: not null } verdict)
            _finished = New(JobConditionType.FailureTarget, JobReason.PodFailurePolicy, verdict.Message);
        else if (_failed > limit || RestartsExceed(limit))
            _finished = New(JobConditionType.FailureTarget, JobReason.BackoffLimitExceeded, "Job has reached the specified backoff limit");
        else if (_job.Spec.ActiveDeadlineSeconds is { } seconds && !_job.IsSuspended() && _job.Status.StartTime is { } start)
        {
            var rest = start.AddSeconds(seconds) - _now;
            if (rest <= TimeSpan.Zero) _finished = New(JobConditionType.FailureTarget, JobReason.DeadlineExceeded, "Job was active longer than specified deadline");
            else Again(rest);
        }

        if (_finished is null && _failedIndexes is { Count: > 0 } failed)
        {
            if (_job.Spec.MaxFailedIndexes is { } most && failed.Count > most) _finished = New(JobConditionType.FailureTarget, JobReason.MaxFailedIndexesExceeded, "Job has exceeded the specified maximal number of failed indexes");
            else if (failed.Count + _done.Count >= _completions) _finished = New(JobConditionType.FailureTarget, JobReason.FailedIndexes, "Job has failed indexes");
        }

        if (_finished is null && _indexed && MatchesSuccessPolicy() is { } message) _finished = New(JobConditionType.SuccessCriteriaMet, JobReason.SuccessPolicy, message);
    }

    private bool RestartsExceed(int limit)
    {
        if (_job.Spec.Template.Spec.RestartPolicy != RestartPolicy.OnFailure) return false;
        var restarts = _pods.Where(static p => p.Status.Phase is PodPhase.Running or PodPhase.Pending)
            .Sum(static p => (p.Status.InitContainerStatuses ?? []).Sum(static s => s.RestartCount) + (p.Status.ContainerStatuses ?? []).Sum(static s => s.RestartCount));
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private string? MatchesSuccessPolicy()
    {
        var rules = _job.Spec.SuccessPolicy?.Rules ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            var wanted = rules[i].SucceededIndexes is { } text ? IndexSet.Parse(text, _completions) : null;
            var have = wanted is null ? _done.Count : wanted.All.Count(_done.Has);
            if (have >= (rules[i].SucceededCount ?? wanted?.Count ?? _completions)) return $"Matched rules at index {i}";
        }

        return null;
    }

    /// <summary>The job is over: what still runs is ended.</summary>
    private async Task<Exception?> EndAsync(CancellationToken cancel)
    {
        var (deleted, error) = await SlowStart.AllAsync(_active.Select(p => _control.DeleteAsync(p, _cached, cancel)));
        if (deleted != _active.Count || !_settled) _finished = null; // there may be more than we know of: not yet
        _activeCount -= deleted;
        _terminating += deleted;
        _ready = Math.Max(0, _ready - _active.Count(static p => p.IsReady()));
        return error;
    }

    private async Task<Exception?> WorkAsync(CancellationToken cancel)
    {
        Exception? error = null;
        var managed = _settled && _job.Metadata.DeletionTimestamp is null;
        if (managed) error = await ManageAsync(cancel);
        if (_job.Spec.Completions is null ? _succeeded > 0 && _activeCount == 0 : _succeeded >= _completions && _activeCount == 0)
        {
            _finished = New(JobConditionType.SuccessCriteriaMet, JobReason.CompletionsReached, "Reached expected number of succeeded pods");
            return error;
        }

        if (!managed) return error;
        if (_job.IsSuspended())
        {
            if (!Set(JobConditionType.Suspended, ConditionStatus.True, "JobSuspended", "Job suspended")) return error;
            _events.Normal(_cached, "Suspended", "Job suspended");
            _job.Status.StartTime = null;
        }
        else if (Set(JobConditionType.Suspended, ConditionStatus.False, "JobResumed", "Job resumed"))
        {
            _events.Normal(_cached, "Resumed", "Job resumed");
            _job.Status.StartTime = _now;
        }

        return error;
    }

    private JobCondition New(string type, string reason, string message) =>
        new() { Type = type, Status = ConditionStatus.True, Reason = reason, Message = message, LastProbeTime = _now, LastTransitionTime = _now };

    /// <summary>Sets a condition; one that is not there is not added as False.</summary>
    private bool Set(string type, string status, string reason, string message)
    {
        var current = _job.Status.Conditions?.Find(c => c.Type == type);
        if (current is null && status == ConditionStatus.False) return false;
        if (current is not null && current.Status == status && current.Reason == reason && current.Message == message) return false;
        if (current is null) (_job.Status.Conditions ??= []).Add(current = new() { Type = type });
        (current.Status, current.Reason, current.Message, current.LastProbeTime, current.LastTransitionTime) = (status, reason, message, _now, _now);
        return true;
    }

    private void Again(TimeSpan delay)
    {
        if (_next is null || delay < _next) _next = delay;
    }
}
