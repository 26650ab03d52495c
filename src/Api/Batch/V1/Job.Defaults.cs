namespace Tiphys.Api.Batch.V1;

public sealed partial class Job
{
    private const int Retries = 6;

    // These hold for jobs only; a cron job's template stays as it is written.
    partial void OnDefaulting()
    {
        if (Spec.Completions is null && Spec.Parallelism is null) Spec.Completions = 1;
        Spec.Parallelism ??= 1;

        // With a limit per index, only that one is meant to count.
        Spec.BackoffLimit ??= Spec.BackoffLimitPerIndex is null ? Retries : int.MaxValue;
        if (Metadata.Labels is null or { Count: 0 } && Spec.Template.Metadata.Labels is { } labels) Metadata.Labels = new(labels, StringComparer.Ordinal);
        Spec.CompletionMode ??= CompletionMode.NonIndexed;
        Spec.Suspend ??= false;
        Spec.PodReplacementPolicy ??= Spec.PodFailurePolicy is null ? PodReplacementPolicy.TerminatingOrFailed : PodReplacementPolicy.Failed;
        Spec.ManualSelector ??= false;
    }
}
