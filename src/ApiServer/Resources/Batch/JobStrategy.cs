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
        labels[BatchLabels.JobName] = labels[BatchLabels.LegacyJobName] = item.Metadata.Name;
        labels[BatchLabels.ControllerUid] = labels[BatchLabels.LegacyControllerUid] = item.Metadata.Uid;
        item.Spec.Selector ??= new();
        (item.Spec.Selector.MatchLabels ??= [])[BatchLabels.ControllerUid] = item.Metadata.Uid;
    }

    public override IEnumerable<string> Warnings(Job item, Job? old) =>
    [
        .. old is null ? PodWarnings.HostName(item.Metadata.Name) : [],
        .. old is null || item.Metadata.Generation != old.Metadata.Generation ? JobWarnings.Of(item.Spec, Spec) : [],
    ];

    public override void Validate(Job item, FieldErrors errors)
    {
        JobValidation.Spec(item.Spec, Spec, errors);
        Selector(item.Spec, errors);
        if (item.Spec is not { CompletionMode: CompletionMode.Indexed, Completions: > 0 and var completions }) return;
        var last = $"{item.Metadata.Name}-{completions - 1}";
        if (Names.LabelErrors(last).Count > 0) errors.Invalid(FieldPath.Of("metadata")["name"], item.Metadata.Name, $"will not able to create pod with invalid DNS label: {last}");
    }

    public override void ValidateUpdate(Job item, Job old, FieldErrors errors)
    {
        var (now, before) = (item.Spec, old.Spec);
        JobValidation.Spec(now, Spec, errors);
        Selector(now, errors);
        if (now.Completions != before.Completions)
        {
            if (now.CompletionMode != CompletionMode.Indexed) errors.Invalid(Spec["completions"], now.Completions, FieldRules.Immutable);
            else if (now.Completions is { } completions && completions != now.Parallelism) errors.Invalid(Spec["completions"], completions, "can only be modified in tandem with spec.parallelism");
        }

        FieldRules.Unchanged(now.Selector, before.Selector, Spec["selector"], errors);
        Template(item, old, errors);
        FieldRules.Unchanged(now.CompletionMode, before.CompletionMode, Spec["completionMode"], errors);
        FieldRules.Unchanged(now.PodFailurePolicy, before.PodFailurePolicy, Spec["podFailurePolicy"], errors);
        FieldRules.Unchanged(now.BackoffLimitPerIndex, before.BackoffLimitPerIndex, Spec["backoffLimitPerIndex"], errors);
        FieldRules.Unchanged(now.ManagedBy, before.ManagedBy, Spec["managedBy"], errors);
        FieldRules.Unchanged(now.SuccessPolicy, before.SuccessPolicy, Spec["successPolicy"], errors);
    }

    private static void Selector(JobSpec spec, FieldErrors errors)
    {
        if (spec.Selector is null)
        {
            errors.Required(Spec["selector"]);
            return;
        }

        if (SelectorValidation.Compile(spec.Selector, Spec["selector"], errors) is { } query && !query.Matches(spec.Template.Metadata.Labels))
            errors.Invalid(Spec["template"]["metadata"]["labels"], spec.Template.Metadata.Labels, "`selector` does not match template `labels`");
    }

    /// <summary>The template stays as it is, but before a suspended job runs it can be told where and with how much.</summary>
    private static void Template(Job item, Job old, FieldErrors errors)
    {
        var before = old.Spec.Template;
        if (old.Spec.Suspend == true)
        {
            before = before.DeepCopy();
            var now = item.Spec.Template;
            if (old.Status.StartTime is null) Placement(now, before);
            foreach (var container in before.Spec.Containers)
                if (now.Spec.Containers.Find(c => c.Name == container.Name) is { } same) container.Resources = same.Resources;
            foreach (var container in before.Spec.InitContainers ?? [])
                if (now.Spec.InitContainers?.Find(c => c.Name == container.Name) is { } same) container.Resources = same.Resources;
        }

        FieldRules.Unchanged(item.Spec.Template, before, Spec["template"], errors);
    }

    private static void Placement(PodTemplateSpec now, PodTemplateSpec before)
    {
        before.Metadata.Labels = now.Metadata.Labels;
        before.Metadata.Annotations = now.Metadata.Annotations;
        before.Spec.NodeSelector = now.Spec.NodeSelector;
        before.Spec.Tolerations = now.Spec.Tolerations;
        before.Spec.SchedulingGates = now.Spec.SchedulingGates;
        if (now.Spec.Affinity?.NodeAffinity is { } nodes) (before.Spec.Affinity ??= new()).NodeAffinity = nodes;
        else if (before.Spec.Affinity is { } affinity) affinity.NodeAffinity = null;
        if (now.Spec.Affinity is null && before.Spec.Affinity is { NodeAffinity: null, PodAffinity: null, PodAntiAffinity: null }) before.Spec.Affinity = null;
    }
}
