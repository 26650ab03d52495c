using Tiphys.Api;
using Tiphys.Api.Batch.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Jobs.</summary>
internal sealed class JobDescriber : Describer<Job>
{
    private const int LongestIndexes = 50;

    protected override void Write(Job item, DescriptionWriter writer)
    {
        var (spec, status) = (item.Spec, item.Status);
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Selector", LabelQuery.Of(spec.Selector));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        if (Texts.Controller(item.Metadata) is { Length: > 0 } controller) writer.Field("Controlled By", controller);
        if (spec.Parallelism is { } parallelism) writer.Field("Parallelism", parallelism);
        writer.Field("Completions", spec.Completions is { } completions ? completions : Texts.Unset);
        if (spec.CompletionMode is { } mode) writer.Field("Completion Mode", mode);
        if (spec.Suspend is { } suspend) writer.Field("Suspend", Texts.Bool(suspend));
        if (spec.BackoffLimit is { } limit) writer.Field("Backoff Limit", limit);
        if (spec.TtlSecondsAfterFinished is { } ttl) writer.Field("TTL Seconds After Finished", ttl);
        if (status.StartTime is { } start) writer.Field("Start Time", Texts.Time(start));
        if (status.CompletionTime is { } completed) writer.Field("Completed At", Texts.Time(completed));
        if (status.StartTime is { } from && status.CompletionTime is { } to) writer.Field("Duration", HumanDuration.Format(to - from));
        if (spec.ActiveDeadlineSeconds is { } deadline) writer.Field("Active Deadline Seconds", $"{deadline}s");
        writer.Field("Pods Statuses", $"{status.Active} Active{(status.Ready is { } ready ? $" ({ready} Ready)" : "")} / {status.Succeeded} Succeeded / {status.Failed} Failed");
        if (spec.CompletionMode == "Indexed") writer.Field("Completed Indexes", Indexes(status.CompletedIndexes));
        PodTemplateDescription.Write(spec.Template, writer);
    }

    private static string Indexes(string indexes)
    {
        if (indexes.Length == 0) return Texts.None;
        var end = indexes.Length > LongestIndexes ? indexes.IndexOf(',', LongestIndexes) : -1;
        return end < 0 ? indexes : indexes[..(end + 1)] + "...";
    }
}

/// <summary>Cron jobs.</summary>
internal sealed class CronJobDescriber : Describer<CronJob>
{
    protected override void Write(CronJob item, DescriptionWriter writer)
    {
        var spec = item.Spec;
        writer.Header(item.Metadata);
        writer.Field("Schedule", spec.Schedule);
        writer.Field("Concurrency Policy", spec.ConcurrencyPolicy);
        writer.Field("Suspend", spec.Suspend is { } suspend ? Texts.TrueFalse(suspend) : Texts.Unset);
        writer.Field("Time Zone", spec.TimeZone ?? Texts.Unset);
        writer.Field("Successful Job History Limit", spec.SuccessfulJobsHistoryLimit is { } successful ? successful : Texts.Unset);
        writer.Field("Failed Job History Limit", spec.FailedJobsHistoryLimit is { } failed ? failed : Texts.Unset);
        writer.Field("Starting Deadline Seconds", spec.StartingDeadlineSeconds is { } deadline ? $"{deadline}s" : Texts.Unset);
        var job = spec.JobTemplate.Spec;
        writer.Field("Selector", job.Selector is { } selector ? LabelQuery.Of(selector) : Texts.Unset);
        writer.Field("Parallelism", job.Parallelism is { } parallelism ? parallelism : Texts.Unset);
        writer.Field("Completions", job.Completions is { } completions ? completions : Texts.Unset);
        if (job.ActiveDeadlineSeconds is { } active) writer.Field("Active Deadline Seconds", $"{active}s");
        PodTemplateDescription.Write(job.Template, writer);
        writer.Field("Last Schedule Time", item.Status.LastScheduleTime is { } last ? Texts.Time(last) : Texts.Unset);
        writer.Field("Active Jobs", Texts.Or(string.Join(", ", item.Status.Active?.Select(static j => j.Name) ?? []), Texts.None));
    }
}
