using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Deployments.</summary>
internal sealed class DeploymentStrategy : SpecStatusStrategy<Deployment>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(Deployment item) => item.Spec;

    protected override void TakeSpec(Deployment item, Deployment from) => item.Spec = from.Spec;

    protected override void TakeStatus(Deployment item, Deployment from) => item.Status = from.Status;

    public override void PrepareForUpdate(Deployment item, Deployment old, StrategyContext context)
    {
        TakeStatus(item, old);

        // Annotations count too: the rollout commands record what they did there.
        var same = ApiJson.Same(item.Spec, old.Spec) && SameMap(item.Metadata.Annotations, old.Metadata.Annotations);
        item.Metadata.Generation = same ? old.Metadata.Generation : old.Metadata.Generation + 1;
    }

    public override void Validate(Deployment item, FieldErrors errors)
    {
        var spec = item.Spec;
        TemplateRules.Replicas(spec.Replicas, errors);
        TemplateRules.Validate(spec.Selector, spec.Template, RestartPolicy.Always, errors);
        Strategy(spec.Strategy, errors);
        if (spec.MinReadySeconds < 0) errors.Invalid(Spec["minReadySeconds"], spec.MinReadySeconds, "must be greater than or equal to 0");
        if (spec.RevisionHistoryLimit < 0) errors.Invalid(Spec["revisionHistoryLimit"], spec.RevisionHistoryLimit, "must be greater than or equal to 0");
        if (spec.ProgressDeadlineSeconds < 0) errors.Invalid(Spec["progressDeadlineSeconds"], spec.ProgressDeadlineSeconds, "must be greater than or equal to 0");
        else if (spec.ProgressDeadlineSeconds <= spec.MinReadySeconds) errors.Invalid(Spec["progressDeadlineSeconds"], spec.ProgressDeadlineSeconds, "must be greater than minReadySeconds");
    }

    public override void ValidateUpdate(Deployment item, Deployment old, FieldErrors errors)
    {
        Validate(item, errors);
        TemplateRules.Immutable(item.Spec.Selector, old.Spec.Selector, "selector", errors);
    }

    internal static bool SameMap(Dictionary<string, string>? left, Dictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left is null || left.All(l => right!.TryGetValue(l.Key, out var value) && value == l.Value));

    private static void Strategy(Api.Apps.V1.DeploymentStrategy strategy, FieldErrors errors)
    {
        var path = Spec["strategy"];
        switch (strategy.Type)
        {
            case "Recreate":
                if (strategy.RollingUpdate is not null) errors.Forbidden(path["rollingUpdate"], "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                if (strategy.RollingUpdate is not { } rolling)
                {
                    errors.Required(path["rollingUpdate"], "this should be defaulted and never be nil");
                    break;
                }

                var unavailable = rolling.MaxUnavailable ?? default;
                var surge = rolling.MaxSurge ?? default;
                PercentRules.NotNegative(unavailable, path["rollingUpdate"]["maxUnavailable"], errors);
                PercentRules.NotNegative(surge, path["rollingUpdate"]["maxSurge"], errors);
                if (PercentRules.Number(unavailable) == 0 && PercentRules.Number(surge) == 0) errors.Invalid(path["rollingUpdate"]["maxUnavailable"], unavailable, "may not be 0 when `maxSurge` is 0");
                if (unavailable.IsString && PercentRules.Number(unavailable) > 100) errors.Invalid(path["rollingUpdate"]["maxUnavailable"], unavailable, "must not be greater than 100%");
                break;
            default:
                errors.NotSupported(path["type"], strategy.Type, ["Recreate", "RollingUpdate"]);
                break;
        }
    }
}

/// <summary>Values that are numbers or percentages.</summary>
internal static class PercentRules
{
    public static void NotNegative(IntOrString value, FieldPath path, FieldErrors errors)
    {
        if (value.IsString && (!value.StringValue.EndsWith('%') || Number(value) < 0))
            errors.Invalid(path, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
        else if (!value.IsString && value.IntValue < 0) errors.Invalid(path, value.IntValue, "must be greater than or equal to 0");
    }

    public static int Number(IntOrString value) =>
        !value.IsString ? value.IntValue : int.TryParse(value.StringValue.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetStrategy : SpecStatusStrategy<ReplicaSet>
{
    protected override IApiMessage SpecOf(ReplicaSet item) => item.Spec;

    protected override void TakeSpec(ReplicaSet item, ReplicaSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(ReplicaSet item, ReplicaSet from) => item.Status = from.Status;

    public override void Validate(ReplicaSet item, FieldErrors errors)
    {
        TemplateRules.Replicas(item.Spec.Replicas, errors);
        TemplateRules.Validate(item.Spec.Selector, item.Spec.Template, RestartPolicy.Always, errors);
    }

    public override void ValidateUpdate(ReplicaSet item, ReplicaSet old, FieldErrors errors)
    {
        Validate(item, errors);
        TemplateRules.Immutable(item.Spec.Selector, old.Spec.Selector, "selector", errors);
    }
}

/// <summary>ReplicationControllers; their dependents are orphaned unless a request says otherwise.</summary>
internal sealed class ReplicationControllerStrategy : SpecStatusStrategy<ReplicationController>
{
    protected override IApiMessage SpecOf(ReplicationController item) => item.Spec;

    protected override void TakeSpec(ReplicationController item, ReplicationController from) => item.Spec = from.Spec;

    protected override void TakeStatus(ReplicationController item, ReplicationController from) => item.Status = from.Status;

    public override string DefaultPropagation => DeletionPropagation.Orphan;

    public override void Validate(ReplicationController item, FieldErrors errors)
    {
        TemplateRules.Replicas(item.Spec.Replicas, errors);
        if (item.Spec.Selector is not { Count: > 0 }) errors.Required(FieldPath.Of("spec")["selector"]);
        if (item.Spec.Template is not { } template)
        {
            errors.Required(FieldPath.Of("spec")["template"]);
            return;
        }

        if (!LabelQuery.Of(item.Spec.Selector).Matches(template.Metadata.Labels))
            errors.Invalid(FieldPath.Of("spec")["template"]["metadata"]["labels"], template.Metadata.Labels ?? [], "`selector` does not match template `labels`");
        TemplateRules.Template(template, FieldPath.Of("spec")["template"], errors);
    }
}

/// <summary>StatefulSets: most of the spec never changes.</summary>
internal sealed class StatefulSetStrategy : SpecStatusStrategy<StatefulSet>
{
    protected override IApiMessage SpecOf(StatefulSet item) => item.Spec;

    protected override void TakeSpec(StatefulSet item, StatefulSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(StatefulSet item, StatefulSet from) => item.Status = from.Status;

    public override void Validate(StatefulSet item, FieldErrors errors)
    {
        TemplateRules.Replicas(item.Spec.Replicas, errors);
        TemplateRules.Validate(item.Spec.Selector, item.Spec.Template, RestartPolicy.Always, errors);
        if (item.Spec.PodManagementPolicy is not ("OrderedReady" or "Parallel"))
            errors.Invalid(FieldPath.Of("spec")["podManagementPolicy"], item.Spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
    }

    public override void ValidateUpdate(StatefulSet item, StatefulSet old, FieldErrors errors)
    {
        Validate(item, errors);
        if (!ApiJson.Same(Fixed(item.Spec), Fixed(old.Spec)))
            errors.Forbidden(FieldPath.Of("spec"), "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }

    private static StatefulSetSpec Fixed(StatefulSetSpec spec)
    {
        var copy = spec.DeepCopy();
        copy.Replicas = null;
        copy.Ordinals = null;
        copy.Template = new();
        copy.UpdateStrategy = new();
        copy.RevisionHistoryLimit = null;
        copy.PersistentVolumeClaimRetentionPolicy = null;
        copy.MinReadySeconds = 0;
        return copy;
    }
}

/// <summary>DaemonSets.</summary>
internal sealed class DaemonSetStrategy : SpecStatusStrategy<DaemonSet>
{
    protected override IApiMessage SpecOf(DaemonSet item) => item.Spec;

    protected override void TakeSpec(DaemonSet item, DaemonSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(DaemonSet item, DaemonSet from) => item.Status = from.Status;

    public override void Validate(DaemonSet item, FieldErrors errors) => TemplateRules.Validate(item.Spec.Selector, item.Spec.Template, RestartPolicy.Always, errors);

    public override void ValidateUpdate(DaemonSet item, DaemonSet old, FieldErrors errors)
    {
        Validate(item, errors);
        TemplateRules.Immutable(item.Spec.Selector, old.Spec.Selector, "selector", errors);
    }
}
