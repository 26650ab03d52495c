using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>What a deployment reports: counts, availability, and whether the rollout moves on.</summary>
internal sealed partial class Rollout
{
    private DeploymentStatus Status()
    {
        var available = All.Sum(static s => s.Status.AvailableReplicas);
        var status = new DeploymentStatus
        {
            ObservedGeneration = _deployment.Metadata.Generation,
            Replicas = All.Sum(static s => s.Status.Replicas),
            UpdatedReplicas = _new?.Status.Replicas ?? 0,
            ReadyReplicas = All.Sum(static s => s.Status.ReadyReplicas),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, All.Sum(Size) - available),
            TerminatingReplicas = Terminating(),
            CollisionCount = _deployment.Status.CollisionCount,
            Conditions = _deployment.Status.Conditions?.ConvertAll(static c => c.DeepCopy()),
        };
        status.Set(available >= _deployment.Wanted() - _deployment.MaxUnavailable()
            ? DeploymentConditions.New(DeploymentConditionType.Available, ConditionStatus.True, DeploymentConditions.MinimumReplicasAvailable, "Deployment has minimum availability.", _now)
            : DeploymentConditions.New(DeploymentConditionType.Available, ConditionStatus.False, DeploymentConditions.MinimumReplicasUnavailable, "Deployment does not have minimum availability.", _now));
        return status;
    }

    /// <summary>Pods on their way out; unknown as long as one replica set has not said.</summary>
    private int? Terminating()
    {
        var total = 0;
        foreach (var set in All)
        {
            if (set.Status.TerminatingReplicas is { } terminating) total += terminating;
            else if (set.Status.ObservedGeneration != 0) return null;
        }

        return total;
    }

    /// <summary>Judges the progress since the status was last written.</summary>
    private DeploymentStatus Progress(DeploymentStatus status)
    {
        var before = _deployment.Status;
        var condition = before.Get(DeploymentConditionType.Progressing);
        if (!_deployment.HasDeadline()) status.Remove(DeploymentConditionType.Progressing);
        else if (status.Replicas != status.UpdatedReplicas || condition?.Reason != DeploymentConditions.NewReplicaSetAvailable) Judge(status, before, condition);

        var failure = (_new?.Status.Conditions ?? []).Concat(_old.SelectMany(static s => s.Status.Conditions ?? [])).FirstOrDefault(static c => c.Type == ReplicaSetConditionType.ReplicaFailure);
        if (failure is null)
        {
            status.Remove(DeploymentConditionType.ReplicaFailure);
        }
        else
        {
            status.Set(new()
            {
                Type = DeploymentConditionType.ReplicaFailure,
                Status = failure.Status,
                Reason = failure.Reason,
                Message = failure.Message,
                LastUpdateTime = failure.LastTransitionTime,
                LastTransitionTime = failure.LastTransitionTime,
            });
        }

        return status;
    }

    private void Judge(DeploymentStatus status, DeploymentStatus before, DeploymentCondition? condition)
    {
        var what = _new is null ? $"Deployment \"{_deployment.Metadata.Name}\"" : $"ReplicaSet \"{_new.Metadata.Name}\"";
        if (_deployment.IsComplete(status))
        {
            Set(ConditionStatus.True, DeploymentConditions.NewReplicaSetAvailable, $"{what} has successfully progressed.");
        }
        else if (HasProgressed(before, status))
        {
            // The time of the last progress counts for the deadline, so this one is renewed though it says the same.
            var progressing = DeploymentConditions.New(DeploymentConditionType.Progressing, ConditionStatus.True, DeploymentConditions.ReplicaSetUpdated, $"{what} is progressing.", _now);
            if (condition?.Status == ConditionStatus.True) progressing.LastTransitionTime = condition.LastTransitionTime;
            status.Remove(DeploymentConditionType.Progressing);
            status.Set(progressing);
        }
        else if (condition is not null && IsLate(condition))
        {
            Set(ConditionStatus.False, DeploymentConditions.ProgressDeadlineExceeded, $"{what} has timed out progressing.");
        }

        void Set(string value, string reason, string message) => status.Set(DeploymentConditions.New(DeploymentConditionType.Progressing, value, reason, message, _now));
    }

    private static bool HasProgressed(DeploymentStatus before, DeploymentStatus after) =>
        after.UpdatedReplicas > before.UpdatedReplicas || after.Replicas - after.UpdatedReplicas < before.Replicas - before.UpdatedReplicas
        || after.ReadyReplicas > before.ReadyReplicas || after.AvailableReplicas > before.AvailableReplicas;

    private bool IsLate(DeploymentCondition condition) =>
        condition.Reason != DeploymentConditions.NewReplicaSetAvailable
        && (condition.Reason == DeploymentConditions.ProgressDeadlineExceeded || condition.LastUpdateTime?.AddSeconds(_deployment.Spec.ProgressDeadlineSeconds!.Value) < _now);

    private void CheckPaused()
    {
        if (!_deployment.HasDeadline()) return;
        var condition = _deployment.Status.Get(DeploymentConditionType.Progressing);
        if (condition?.Reason == DeploymentConditions.ProgressDeadlineExceeded) return;
        var paused = condition?.Reason == DeploymentConditions.DeploymentPaused;
        if (_deployment.Spec.Paused && !paused) SetProgressing(ConditionStatus.Unknown, DeploymentConditions.DeploymentPaused, "Deployment is paused");
        else if (!_deployment.Spec.Paused && paused) SetProgressing(ConditionStatus.Unknown, DeploymentConditions.DeploymentResumed, "Deployment is resumed");
    }

    private async Task<Requeue> WriteAsync(DeploymentStatus status, CancellationToken cancel)
    {
        var condition = _deployment.Status.Get(DeploymentConditionType.Progressing);
        var complete = _deployment.IsComplete(status);
        _deployment.Status = status;
        if (!ApiJson.Same(status, _cached.Status) || !Pods.SameLabels(_deployment.Metadata.Annotations, _cached.Metadata.Annotations))
        {
            await _client.Resource<Deployment>().UpdateStatusAsync(_deployment, cancel);
            return Requeue.None; // the write brings the deployment back here
        }

        // Nothing may ever change again if the rollout is stuck; someone has to notice.
        if (complete || !_deployment.HasDeadline() || condition is null || condition.Reason == DeploymentConditions.ProgressDeadlineExceeded || _deployment.Spec.Paused || condition.LastUpdateTime is not { } since) return Requeue.None;
        var after = since.AddSeconds(_deployment.Spec.ProgressDeadlineSeconds!.Value + 1) - _now;
        return Requeue.In(after > TimeSpan.FromSeconds(1) ? after : TimeSpan.FromSeconds(1));
    }
}
