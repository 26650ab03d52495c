using System.Text.RegularExpressions;
using Tiphys.Api;
using Tiphys.Api.Batch.V1;

namespace Tiphys.ApiServer;

/// <summary>CronJobs.</summary>
internal sealed partial class CronJobStrategy : SpecStatusStrategy<CronJob>
{
    // A job is called like its cron job, with a dash and the ten digits of its minute.
    private const int MostName = 63 - 11;
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_policies = ["Allow", "Forbid", "Replace"];

    protected override IApiMessage SpecOf(CronJob item) => item.Spec;

    protected override void TakeSpec(CronJob item, CronJob from) => item.Spec = from.Spec;

    protected override void TakeStatus(CronJob item, CronJob from) => item.Status = from.Status;

    public override IEnumerable<string> Warnings(CronJob item, CronJob? old) =>
    [
        .. old is null ? PodWarnings.HostName(item.Metadata.Name) : [],
        .. old is null || item.Metadata.Generation != old.Metadata.Generation ? JobWarnings.Of(item.Spec.JobTemplate.Spec, Spec["jobTemplate"]["spec"]) : [],
        .. old is not null && item.Spec.Schedule.Contains("TZ", StringComparison.Ordinal)
            ? (string[])["cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"]
            : [],
    ];

    public override void Validate(CronJob item, FieldErrors errors)
    {
        Validate(item.Spec, null, errors);
        if (item.Metadata.Name.Length > MostName) errors.Invalid(FieldPath.Of("metadata")["name"], item.Metadata.Name, $"must be no more than {MostName} characters");
    }

    public override void ValidateUpdate(CronJob item, CronJob old, FieldErrors errors) => Validate(item.Spec, old.Spec, errors);

    private static void Validate(CronJobSpec spec, CronJobSpec? old, FieldErrors errors)
    {
        if (spec.Schedule.Length == 0) errors.Required(Spec["schedule"]);
        else Schedule(spec, old?.Schedule.Contains("TZ", StringComparison.Ordinal) == true, errors);
        FieldRules.NotNegative(spec.StartingDeadlineSeconds, Spec["startingDeadlineSeconds"], errors);
        if (spec.TimeZone is { } zone && (old is null || old.TimeZone != zone)) TimeZone(zone, Spec["timeZone"], errors);
        FieldRules.OneOf(spec.ConcurrencyPolicy, s_policies, Spec["concurrencyPolicy"], errors);
        var job = Spec["jobTemplate"]["spec"];
        JobValidation.Spec(spec.JobTemplate.Spec, job, errors);
        if (spec.JobTemplate.Spec.Selector is { } selector) errors.Invalid(job["selector"], selector, "`selector` will be auto-generated");
        if (spec.JobTemplate.Spec.ManualSelector == true) errors.NotSupported(job["manualSelector"], true, ["nil", "false"]);
        FieldRules.NotNegative(spec.SuccessfulJobsHistoryLimit, Spec["successfulJobsHistoryLimit"], errors);
        FieldRules.NotNegative(spec.FailedJobsHistoryLimit, Spec["failedJobsHistoryLimit"], errors);
    }

    private static void Schedule(CronJobSpec spec, bool hadZone, FieldErrors errors)
    {
        var path = Spec["schedule"];
        var text = spec.Schedule;
        if (ZonePrefix().Match(text) is { Success: true } prefix) text = text[prefix.Length..];
        try
        {
            CronSchedule.Parse(text, TimeZoneInfo.Utc);
        }
        catch (FormatException e)
        {
            errors.Invalid(path, spec.Schedule, e.Message);
        }

        if (!spec.Schedule.Contains("TZ", StringComparison.Ordinal)) return;
        if (!hadZone) errors.Invalid(path, spec.Schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        else if (spec.TimeZone is not null) errors.Invalid(path, spec.Schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }

    private static void TimeZone(string zone, FieldPath path, FieldErrors errors)
    {
        if (zone.Length == 0) errors.Invalid(path, zone, "timeZone must be nil or non-empty string");
        else if (zone.Split('/').Any(static p => p is "." or ".." || p.StartsWith('-') || !ZonePart().IsMatch(p))) errors.Invalid(path, zone, $"unknown time zone {zone}");
        else if (zone.Equals("Local", StringComparison.OrdinalIgnoreCase)) errors.Invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        else if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) errors.Invalid(path, zone, $"unknown time zone {zone}");
    }

    [GeneratedRegex(@"^(TZ|CRON_TZ)=\S+\s+")]
    private static partial Regex ZonePrefix();

    [GeneratedRegex(@"^[A-Za-z\.\-_0-9+]{1,14}$")]
    private static partial Regex ZonePart();
}
