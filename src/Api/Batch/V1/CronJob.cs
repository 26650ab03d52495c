using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Batch.V1;

/// <summary>Starts jobs on a schedule.</summary>
[ApiKind("batch", "v1", Resource = "cronjobs", ShortNames = ["cj"], Categories = ["all"])]
public sealed partial class CronJob : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>When, and what.</summary>
    [Field(2), Required]
    public CronJobSpec Spec { get; set; } = new();

    /// <summary>What was started.</summary>
    [Field(3)]
    public CronJobStatus Status { get; set; } = new();
}

/// <summary>When a cron job starts which jobs.</summary>
[ApiType]
public sealed partial class CronJobSpec
{
    /// <summary>Schedule in cron's form.</summary>
    [Field(1), Required]
    public string Schedule { get; set; } = "";

    /// <summary>IANA name of the schedule's time zone; the controller's own when unset.</summary>
    [Field(8)]
    public string? TimeZone { get; set; }

    /// <summary>Seconds a start may be late; a later one is missed.</summary>
    [Field(2)]
    public long? StartingDeadlineSeconds { get; set; }

    /// <summary>What happens when the last job still runs.</summary>
    [Field(3), OneOf(typeof(ConcurrencyPolicy)), Default(V1.ConcurrencyPolicy.Allow)]
    public string ConcurrencyPolicy { get; set; } = "";

    /// <summary>Starts nothing more.</summary>
    [Field(4), Default(false)]
    public bool? Suspend { get; set; }

    /// <summary>The jobs to make.</summary>
    [Field(5), Required]
    public JobTemplateSpec JobTemplate { get; set; } = new();

    /// <summary>Succeeded jobs that are kept.</summary>
    [Field(6), Default(3)]
    public int? SuccessfulJobsHistoryLimit { get; set; }

    /// <summary>Failed jobs that are kept.</summary>
    [Field(7), Default(1)]
    public int? FailedJobsHistoryLimit { get; set; }
}

/// <summary>What a cron job does when its last job still runs.</summary>
public static class ConcurrencyPolicy
{
    /// <summary>It starts the next one beside it.</summary>
    public const string Allow = "Allow";

    /// <summary>It skips the next one.</summary>
    public const string Forbid = "Forbid";

    /// <summary>It replaces the running one.</summary>
    public const string Replace = "Replace";
}

/// <summary>What a cron job started.</summary>
[ApiType]
public sealed partial class CronJobStatus
{
    /// <summary>Jobs that run.</summary>
    [Field(1), Atomic]
    public List<ObjectReference>? Active { get; set; }

    /// <summary>When a job was last started.</summary>
    [Field(4)]
    public DateTimeOffset? LastScheduleTime { get; set; }

    /// <summary>When a job last succeeded.</summary>
    [Field(5)]
    public DateTimeOffset? LastSuccessfulTime { get; set; }
}
