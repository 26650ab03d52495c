using System.Globalization;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>What the job controller reads from jobs and their pods.</summary>
internal static class JobPods
{
    /// <summary>Whether the job has ended, well or not.</summary>
    public static bool IsFinished(this Job job) => job.Status.Conditions?.Exists(static c => c is { Type: JobConditionType.Complete or JobConditionType.Failed, Status: "True" }) == true;

    /// <summary>The condition of a type when it holds.</summary>
    public static JobCondition? Holding(this Job job, string type) => job.Status.Conditions?.Find(c => c.Type == type && c.Status == "True");

    /// <summary>Whether the job is put on hold.</summary>
    public static bool IsSuspended(this Job job) => job.Spec.Suspend == true;

    /// <summary>Whether each completion has its own number.</summary>
    public static bool IsIndexed(this Job job) => job.Spec.CompletionMode == CompletionMode.Indexed;

    /// <summary>Whether a pod is replaced only once it has ended, not as soon as it begins to go.</summary>
    public static bool ReplacesOnlyFailed(this Job job) => job.Spec.PodReplacementPolicy == PodReplacementPolicy.Failed || job.Spec.PodFailurePolicy is not null;

    /// <summary>Whether the pod still waits to be counted.</summary>
    public static bool IsTracked(this Pod pod) => pod.Metadata.Finalizers?.Contains(BatchLabels.JobTrackingFinalizer) == true;

    /// <summary>Whether the pod counts as failed.</summary>
    public static bool HasFailed(this Pod pod, Job job) =>
        pod.Status.Phase == PodPhase.Failed || (!job.ReplacesOnlyFailed() && pod.Metadata.DeletionTimestamp is not null && pod.Status.Phase != PodPhase.Succeeded);

    /// <summary>Completion index of the pod; -1 when it has none.</summary>
    public static int Index(this Pod pod) => Number(pod, BatchLabels.JobCompletionIndex) ?? -1;

    /// <summary>Failures of the pod's index before this pod.</summary>
    public static int IndexFailures(this Pod pod) => Number(pod, BatchLabels.JobIndexFailureCount) ?? 0;

    /// <summary>When the pod ended; the time it was told to go, if that is not known.</summary>
    public static DateTimeOffset FinishedAt(this Pod pod, DateTimeOffset now)
    {
        var times = (pod.Status.ContainerStatuses ?? []).Select(static s => s.State.Terminated?.FinishedAt).Where(static t => t is not null);
        return times.Max() ?? pod.Metadata.DeletionTimestamp ?? pod.Condition(PodConditionType.Ready)?.LastTransitionTime ?? now;
    }

    private static int? Number(Pod pod, string annotation) =>
        pod.Metadata.Annotations?.TryGetValue(annotation, out var text) == true && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
