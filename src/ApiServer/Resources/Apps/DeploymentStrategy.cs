using Tiphys.Api;
using Tiphys.Api.Apps.V1;

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

    public override IEnumerable<string> Warnings(Deployment item, Deployment? old) =>
    [
        .. old is null ? PodWarnings.HostName(item.Metadata.Name) : [],
        .. old is null || item.Metadata.Generation != old.Metadata.Generation ? PodWarnings.Template(item.Spec.Template, Spec["template"]) : [],
    ];

    public override void Validate(Deployment item, FieldErrors errors)
    {
        var spec = item.Spec;
        FieldRules.NotNegative(spec.Replicas, Spec["replicas"], errors);
        var selector = TemplateRules.Selector(spec.Selector, "deployment", errors);
        TemplateRules.ForReplicas(spec.Template, selector, "ReplicaSet", errors);
        Strategy(spec.Strategy, Spec["strategy"], errors);
        FieldRules.NotNegative(spec.MinReadySeconds, Spec["minReadySeconds"], errors);
        FieldRules.NotNegative(spec.RevisionHistoryLimit, Spec["revisionHistoryLimit"], errors);
        FieldRules.NotNegative(spec.ProgressDeadlineSeconds, Spec["progressDeadlineSeconds"], errors);
        if (spec.ProgressDeadlineSeconds <= spec.MinReadySeconds) errors.Invalid(Spec["progressDeadlineSeconds"], spec.ProgressDeadlineSeconds, "must be greater than minReadySeconds");
    }

    public override void ValidateUpdate(Deployment item, Deployment old, FieldErrors errors)
    {
        Validate(item, errors);
        FieldRules.Unchanged(item.Spec.Selector, old.Spec.Selector, Spec["selector"], errors);
    }

    private static bool SameMap(Dictionary<string, string>? left, Dictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left is null || left.All(l => right!.TryGetValue(l.Key, out var value) && value == l.Value));

    private static void Strategy(Api.Apps.V1.DeploymentStrategy strategy, FieldPath path, FieldErrors errors)
    {
        var at = path["rollingUpdate"];
        switch (strategy.Type)
        {
            case "Recreate":
                if (strategy.RollingUpdate is not null) errors.Forbidden(at, "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate" when strategy.RollingUpdate is null:
                errors.Required(at, "this should be defaulted and never be nil");
                break;
            case "RollingUpdate":
                var (unavailable, surge) = (strategy.RollingUpdate.MaxUnavailable ?? default, strategy.RollingUpdate.MaxSurge ?? default);
                PercentRules.NotNegative(unavailable, at["maxUnavailable"], errors);
                PercentRules.NotNegative(surge, at["maxSurge"], errors);
                if (PercentRules.Number(unavailable) == 0 && PercentRules.Number(surge) == 0) errors.Invalid(at["maxUnavailable"], unavailable, "may not be 0 when `maxSurge` is 0");
                PercentRules.AtMostAll(unavailable, at["maxUnavailable"], errors);
                break;
            default:
                errors.NotSupported(path, new GoStructure(strategy), ["Recreate", "RollingUpdate"]);
                break;
        }
    }
}
