namespace Tiphys.Api.Batch.V1;

/// <summary>Labels, annotations and finalizers of jobs.</summary>
public static class BatchLabels
{
    /// <summary>Annotation: time for which a cron job made the job.</summary>
    public const string CronJobScheduledTimestamp = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    /// <summary>Index of a pod, as label and annotation.</summary>
    public const string JobCompletionIndex = "batch.kubernetes.io/job-completion-index";

    /// <summary>Finalizer of pods that are not counted yet.</summary>
    public const string JobTrackingFinalizer = "batch.kubernetes.io/job-tracking";

    /// <summary>Name of a pod's job.</summary>
    public const string JobName = "batch.kubernetes.io/job-name";

    /// <summary>Identity of a pod's job.</summary>
    public const string ControllerUid = "batch.kubernetes.io/controller-uid";

    /// <summary>Older form of the job's name.</summary>
    public const string LegacyJobName = "job-name";

    /// <summary>Older form of the job's identity.</summary>
    public const string LegacyControllerUid = "controller-uid";

    /// <summary>Annotation: counted failures of a pod's index.</summary>
    public const string JobIndexFailureCount = "batch.kubernetes.io/job-index-failure-count";

    /// <summary>Annotation: ignored failures of a pod's index.</summary>
    public const string JobIndexIgnoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count";

    /// <summary>The built-in controller, as managedBy names it.</summary>
    public const string JobControllerName = "kubernetes.io/job-controller";
}
