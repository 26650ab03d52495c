using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Jobs: the selector is made from the uid unless the user insists on his own.</summary>
internal sealed class JobStrategy : SpecStatusStrategy<Job>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(Job item) => item.Spec;

    protected override void TakeSpec(Job item, Job from) => item.Spec = from.Spec;

    protected override void TakeStatus(Job item, Job from) => item.Status = from.Status;

    /// <summary>Old clients count on pods outliving their Job; kubectl asks for Background by itself.</summary>
    public override string DefaultPropagation => DeletionPropagation.Orphan;

    public override void PrepareForCreate(Job item, StrategyContext context)
    {
        base.PrepareForCreate(item, context);
        if (item.Spec.ManualSelector == true) return;
        var labels = item.Spec.Template.Metadata.Labels ??= [];
        labels["batch.kubernetes.io/job-name"] = labels["job-name"] = item.Metadata.Name;
        labels["batch.kubernetes.io/controller-uid"] = labels["controller-uid"] = item.Metadata.Uid;
        item.Spec.Selector ??= new();
        (item.Spec.Selector.MatchLabels ??= [])["batch.kubernetes.io/controller-uid"] = item.Metadata.Uid;
    }

    public override void Validate(Job item, FieldErrors errors)
    {
        ValidateSpec(item.Spec, Spec, errors);
        TemplateRules.Selector(item.Spec.Selector, Spec["selector"], errors);
        if (item.Spec.Selector is not null && !LabelQuery.Of(item.Spec.Selector).Matches(item.Spec.Template.Metadata.Labels))
            errors.Invalid(Spec["template"]["metadata"]["labels"], item.Spec.Template.Metadata.Labels ?? [], "`selector` does not match template `labels`");
    }

    public override void ValidateUpdate(Job item, Job old, FieldErrors errors)
    {
        Validate(item, errors);
        if (item.Spec.Completions != old.Spec.Completions && item.Spec.CompletionMode != CompletionMode.Indexed) errors.Invalid(Spec["completions"], item.Spec.Completions, "field is immutable");
        TemplateRules.Immutable(item.Spec.Selector, old.Spec.Selector, "selector", errors);
        if (old.Spec.Suspend != true) TemplateRules.Immutable(item.Spec.Template, old.Spec.Template, "template", errors);
        if (item.Spec.CompletionMode != old.Spec.CompletionMode) errors.Invalid(Spec["completionMode"], item.Spec.CompletionMode, "field is immutable");
    }

    internal static void ValidateSpec(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        NotNegative(spec.Parallelism, path["parallelism"], errors);
        NotNegative(spec.Completions, path["completions"], errors);
        NotNegative(spec.ActiveDeadlineSeconds, path["activeDeadlineSeconds"], errors);
        NotNegative(spec.BackoffLimit, path["backoffLimit"], errors);
        NotNegative(spec.TtlSecondsAfterFinished, path["ttlSecondsAfterFinished"], errors);
        TemplateRules.Template(spec.Template, path["template"], errors);
        if (spec.Template.Spec.RestartPolicy is not (RestartPolicy.OnFailure or RestartPolicy.Never))
            errors.Required(path["template"]["spec"]["restartPolicy"], "valid values: \"OnFailure\", \"Never\"");
        if (spec.CompletionMode == CompletionMode.Indexed && spec.Completions is null) errors.Required(path["completions"], "when completion mode is Indexed");
    }

    private static void NotNegative(long? value, FieldPath path, FieldErrors errors)
    {
        if (value < 0) errors.Invalid(path, value, "must be greater than or equal to 0");
    }
}

/// <summary>CronJobs.</summary>
internal sealed class CronJobStrategy : SpecStatusStrategy<CronJob>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(CronJob item) => item.Spec;

    protected override void TakeSpec(CronJob item, CronJob from) => item.Spec = from.Spec;

    protected override void TakeStatus(CronJob item, CronJob from) => item.Status = from.Status;

    public override void Validate(CronJob item, FieldErrors errors)
    {
        if (item.Spec.Schedule.Length == 0) errors.Required(Spec["schedule"]);
        if (item.Spec.ConcurrencyPolicy is not ("Allow" or "Forbid" or "Replace")) errors.NotSupported(Spec["concurrencyPolicy"], item.Spec.ConcurrencyPolicy, ["Allow", "Forbid", "Replace"]);
        if (item.Metadata.Name.Length > 52) errors.Invalid(FieldPath.Of("metadata")["name"], item.Metadata.Name, "must be no more than 52 characters");
        JobStrategy.ValidateSpec(item.Spec.JobTemplate.Spec, Spec["jobTemplate"]["spec"], errors);
    }
}
