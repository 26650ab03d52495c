using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Batch.V1;

/// <summary>Runs pods until a number of them have succeeded.</summary>
[ApiKind("batch", "v1", Resource = "jobs", Categories = ["all"])]
public sealed partial class Job : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What to run, and how often.</summary>
    [Field(2)]
    public JobSpec Spec { get; set; } = new();

    /// <summary>How far it is.</summary>
    [Field(3)]
    public JobStatus Status { get; set; } = new();
}

/// <summary>What a job runs, and how often.</summary>
[ApiType]
public sealed partial class JobSpec
{
    /// <summary>Most pods that run at a time.</summary>
    [Field(1)]
    public int? Parallelism { get; set; }

    /// <summary>Pods that must succeed; unset lets one success end the job.</summary>
    [Field(2)]
    public int? Completions { get; set; }

    /// <summary>Seconds the job may be active; suspension restarts the count.</summary>
    [Field(3)]
    public long? ActiveDeadlineSeconds { get; set; }

    /// <summary>What failures of pods mean, before the backoff limit counts them.</summary>
    [Field(11)]
    public PodFailurePolicy? PodFailurePolicy { get; set; }

    /// <summary>When an indexed job counts as succeeded before all indexes are.</summary>
    [Field(16)]
    public SuccessPolicy? SuccessPolicy { get; set; }

    /// <summary>Retries before the job fails; 6 when unset.</summary>
    [Field(7)]
    public int? BackoffLimit { get; set; }

    /// <summary>Retries per index before the index fails.</summary>
    [Field(12)]
    public int? BackoffLimitPerIndex { get; set; }

    /// <summary>Failed indexes before the job fails.</summary>
    [Field(13)]
    public int? MaxFailedIndexes { get; set; }

    /// <summary>Labels of the pods that count; made by the server unless manualSelector is true.</summary>
    [Field(4)]
    public LabelSelector? Selector { get; set; }

    /// <summary>Lets the caller choose labels and selector.</summary>
    [Field(5)]
    public bool? ManualSelector { get; set; }

    /// <summary>The pods to make; their restart policy is Never or OnFailure.</summary>
    [Field(6), Required]
    public PodTemplateSpec Template { get; set; } = new();

    /// <summary>Seconds after which a finished job is deleted; never when unset.</summary>
    [Field(8)]
    public int? TtlSecondsAfterFinished { get; set; }

    /// <summary>Whether pods are numbered.</summary>
    [Field(9), OneOf(typeof(CompletionMode))]
    public string? CompletionMode { get; set; }

    /// <summary>Makes no pods, and deletes those that are active.</summary>
    [Field(10)]
    public bool? Suspend { get; set; }

    /// <summary>When a pod that ends is replaced.</summary>
    [Field(14), OneOf(typeof(PodReplacementPolicy))]
    public string? PodReplacementPolicy { get; set; }

    /// <summary>Controller that runs the job, in place of the built-in one.</summary>
    [Field(15)]
    public string? ManagedBy { get; set; }
}

/// <summary>How pods of a job count.</summary>
public static class CompletionMode
{
    /// <summary>Any success counts.</summary>
    public const string NonIndexed = "NonIndexed";

    /// <summary>Each index must succeed once.</summary>
    public const string Indexed = "Indexed";
}

/// <summary>When the pod of a job is replaced.</summary>
public static class PodReplacementPolicy
{
    /// <summary>As soon as it terminates.</summary>
    public const string TerminatingOrFailed = "TerminatingOrFailed";

    /// <summary>When it has fully failed.</summary>
    public const string Failed = "Failed";
}

/// <summary>What failures of pods mean for their job.</summary>
[ApiType]
public sealed partial class PodFailurePolicy
{
    /// <summary>Rules, of which the first match decides.</summary>
    [Field(1), Required, NullWhenUnset, Atomic]
    public List<PodFailurePolicyRule> Rules { get; set; } = [];
}

/// <summary>A rule on failed pods; exactly one of its requirements is set.</summary>
[ApiType]
public sealed partial class PodFailurePolicyRule
{
    /// <summary>What a match does.</summary>
    [Field(1), Required, OneOf(typeof(PodFailurePolicyAction))]
    public string Action { get; set; } = "";

    /// <summary>Exit codes that match.</summary>
    [Field(2)]
    public PodFailurePolicyOnExitCodesRequirement? OnExitCodes { get; set; }

    /// <summary>Pod conditions that match; any of them.</summary>
    [Field(3), Atomic]
    public List<PodFailurePolicyOnPodConditionsPattern>? OnPodConditions { get; set; }
}

/// <summary>What a failure does.</summary>
public static class PodFailurePolicyAction
{
    /// <summary>The job fails.</summary>
    public const string FailJob = "FailJob";

    /// <summary>The index fails for good.</summary>
    public const string FailIndex = "FailIndex";

    /// <summary>It does not count, and the pod is replaced.</summary>
    public const string Ignore = "Ignore";

    /// <summary>It counts towards the backoff limit.</summary>
    public const string Count = "Count";
}

/// <summary>A set of exit codes.</summary>
[ApiType]
public sealed partial class PodFailurePolicyOnExitCodesRequirement
{
    /// <summary>Container that is looked at; all of them when unset.</summary>
    [Field(1)]
    public string? ContainerName { get; set; }

    /// <summary>Whether the exit code has to be in the set or outside it.</summary>
    [Field(2), Required, OneOf(typeof(PodFailurePolicyOnExitCodesOperator))]
    public string Operator { get; set; } = "";

    /// <summary>The codes, 1 to 255 of them; 0 is not allowed for In.</summary>
    [Field(3), Required, ListSet]
    public List<int> Values { get; set; } = [];
}

/// <summary>How an exit code relates to a set.</summary>
public static class PodFailurePolicyOnExitCodesOperator
{
    /// <summary>The code is in the set.</summary>
    public const string In = "In";

    /// <summary>The code is not in the set.</summary>
    public const string NotIn = "NotIn";
}

/// <summary>A condition a pod must have.</summary>
[ApiType]
public sealed partial class PodFailurePolicyOnPodConditionsPattern
{
    /// <summary>Type of the condition.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Status of the condition.</summary>
    [Field(2), AlwaysShown, Default(ConditionStatus.True)]
    public string Status { get; set; } = "";
}

/// <summary>When an indexed job counts as succeeded.</summary>
[ApiType]
public sealed partial class SuccessPolicy
{
    /// <summary>Rules, of which any that is met decides.</summary>
    [Field(1), Required, Atomic]
    public List<SuccessPolicyRule> Rules { get; set; } = [];
}

/// <summary>A rule on succeeded indexes.</summary>
[ApiType]
public sealed partial class SuccessPolicyRule
{
    /// <summary>Indexes that must succeed, as numbers and ranges such as 1,3-5.</summary>
    [Field(1)]
    public string? SucceededIndexes { get; set; }

    /// <summary>How many must succeed: of the indexes given, or of all.</summary>
    [Field(2)]
    public int? SucceededCount { get; set; }
}

/// <summary>How far a job is.</summary>
[ApiType]
public sealed partial class JobStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), Atomic, PatchMerge("type")]
    public List<JobCondition>? Conditions { get; set; }

    /// <summary>When the job controller took it up, or it was last resumed.</summary>
    [Field(2)]
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>When it completed.</summary>
    [Field(3)]
    public DateTimeOffset? CompletionTime { get; set; }

    /// <summary>Pods that are pending or running and not terminating.</summary>
    [Field(4)]
    public int Active { get; set; }

    /// <summary>Pods that succeeded.</summary>
    [Field(5)]
    public int Succeeded { get; set; }

    /// <summary>Pods that failed.</summary>
    [Field(6)]
    public int Failed { get; set; }

    /// <summary>Pods that are terminating.</summary>
    [Field(11)]
    public int? Terminating { get; set; }

    /// <summary>Indexes that succeeded, as numbers and ranges.</summary>
    [Field(7)]
    public string CompletedIndexes { get; set; } = "";

    /// <summary>Indexes that failed for good, as numbers and ranges.</summary>
    [Field(10)]
    public string? FailedIndexes { get; set; }

    /// <summary>Finished pods that are not in the counters yet.</summary>
    [Field(8)]
    public UncountedTerminatedPods? UncountedTerminatedPods { get; set; }

    /// <summary>Active pods that are ready.</summary>
    [Field(9)]
    public int? Ready { get; set; }
}

/// <summary>Finished pods that still have to be counted; each is counted before its finalizer goes.</summary>
[ApiType]
public sealed partial class UncountedTerminatedPods
{
    /// <summary>Identities of those that succeeded.</summary>
    [Field(1), ListSet]
    public List<string>? Succeeded { get; set; }

    /// <summary>Identities of those that failed.</summary>
    [Field(2), ListSet]
    public List<string>? Failed { get; set; }
}

/// <summary>One aspect of a job's state.</summary>
[ApiType]
public sealed partial class JobCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the condition was last checked.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastProbeTime { get; set; }

    /// <summary>When the status last changed.</summary>
    [Field(4), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(5)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(6)]
    public string Message { get; set; } = "";
}

/// <summary>Conditions of a job.</summary>
public static class JobConditionType
{
    /// <summary>It is suspended.</summary>
    public const string Suspended = "Suspended";

    /// <summary>It succeeded.</summary>
    public const string Complete = "Complete";

    /// <summary>It failed.</summary>
    public const string Failed = "Failed";

    /// <summary>It is about to fail; pods are being ended.</summary>
    public const string FailureTarget = "FailureTarget";

    /// <summary>It is about to succeed; pods are being ended.</summary>
    public const string SuccessCriteriaMet = "SuccessCriteriaMet";
}

/// <summary>Reasons that job conditions give.</summary>
public static class JobReason
{
    /// <summary>A pod failure rule failed the job.</summary>
    public const string PodFailurePolicy = "PodFailurePolicy";

    /// <summary>Too many retries.</summary>
    public const string BackoffLimitExceeded = "BackoffLimitExceeded";

    /// <summary>The active deadline passed.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>Too many indexes failed.</summary>
    public const string MaxFailedIndexesExceeded = "MaxFailedIndexesExceeded";

    /// <summary>Some index failed.</summary>
    public const string FailedIndexes = "FailedIndexes";

    /// <summary>The success policy was met.</summary>
    public const string SuccessPolicy = "SuccessPolicy";

    /// <summary>Enough pods succeeded.</summary>
    public const string CompletionsReached = "CompletionsReached";
}

/// <summary>The metadata and spec that a cron job gives to its jobs.</summary>
[ApiType]
public sealed partial class JobTemplateSpec
{
    /// <summary>Labels and annotations of the jobs.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Spec of the jobs.</summary>
    [Field(2)]
    public JobSpec Spec { get; set; } = new();
}
