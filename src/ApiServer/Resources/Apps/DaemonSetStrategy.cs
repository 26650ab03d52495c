using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;

namespace Tiphys.ApiServer;

/// <summary>DaemonSets.</summary>
internal sealed class DaemonSetStrategy : SpecStatusStrategy<DaemonSet>
{
    // Once a field of the spec, and still counted for old clients.
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(DaemonSet item) => item.Spec;

    protected override void TakeSpec(DaemonSet item, DaemonSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(DaemonSet item, DaemonSet from) => item.Status = from.Status;

    public override void PrepareForCreate(DaemonSet item, StrategyContext context)
    {
        base.PrepareForCreate(item, context);
        SetTemplateGeneration(item, 1);
    }

    public override void PrepareForUpdate(DaemonSet item, DaemonSet old, StrategyContext context)
    {
        base.PrepareForUpdate(item, old, context);
        _ = long.TryParse(old.Metadata.Annotations?.GetValueOrDefault(TemplateGeneration), CultureInfo.InvariantCulture, out var generation);
        SetTemplateGeneration(item, ApiJson.Same(item.Spec.Template, old.Spec.Template) ? generation : generation + 1);
    }

    public override IEnumerable<string> Warnings(DaemonSet item, DaemonSet? old) =>
        old is null || item.Metadata.Annotations?[TemplateGeneration] != old.Metadata.Annotations?.GetValueOrDefault(TemplateGeneration) ? PodWarnings.Template(item.Spec.Template, Spec["template"]) : [];

    public override void Validate(DaemonSet item, FieldErrors errors)
    {
        var spec = item.Spec;
        if (spec.Selector is null || (SelectorValidation.Compile(spec.Selector, Spec["selector"], errors) is { } query && !query.Matches(spec.Template.Metadata.Labels)))
            errors.Invalid(Spec["template"]["metadata"]["labels"], spec.Template.Metadata.Labels, "`selector` does not match template `labels`");
        if (spec.Selector is { MatchLabels: null or { Count: 0 }, MatchExpressions: null or { Count: 0 } }) errors.Invalid(Spec["selector"], spec.Selector, "empty selector is invalid for daemonset");
        TemplateRules.Template(spec.Template, Spec["template"], errors);
        TemplateRules.RunsOn(spec.Template, "DaemonSet", errors);
        FieldRules.NotNegative(spec.MinReadySeconds, Spec["minReadySeconds"], errors);
        UpdateStrategy(spec.UpdateStrategy, Spec["updateStrategy"], errors);
        FieldRules.NotNegative(spec.RevisionHistoryLimit, Spec["revisionHistoryLimit"], errors);
    }

    public override void ValidateUpdate(DaemonSet item, DaemonSet old, FieldErrors errors)
    {
        Validate(item, errors);
        FieldRules.Unchanged(item.Spec.Selector, old.Spec.Selector, Spec["selector"], errors);
    }

    private static void SetTemplateGeneration(DaemonSet item, long generation) =>
        (item.Metadata.Annotations ??= [])[TemplateGeneration] = generation.ToString(CultureInfo.InvariantCulture);

    private static void UpdateStrategy(DaemonSetUpdateStrategy strategy, FieldPath path, FieldErrors errors)
    {
        var at = path["rollingUpdate"];
        switch (strategy.Type)
        {
            case "OnDelete":
                break;
            case "RollingUpdate" when strategy.RollingUpdate is null:
                errors.Required(at);
                break;
            case "RollingUpdate":
                var (unavailable, surge) = (strategy.RollingUpdate.MaxUnavailable ?? default, strategy.RollingUpdate.MaxSurge ?? default);
                PercentRules.NotNegative(unavailable, at["maxUnavailable"], errors);
                PercentRules.NotNegative(surge, at["maxSurge"], errors);
                PercentRules.AtMostAll(unavailable, at["maxUnavailable"], errors);
                PercentRules.AtMostAll(surge, at["maxSurge"], errors);
                var (takes, adds) = (PercentRules.Number(unavailable) != 0, PercentRules.Number(surge) != 0);
                if (takes && adds) errors.Invalid(at["maxSurge"], surge, "may not be set when maxUnavailable is non-zero");
                if (!takes && !adds) errors.Required(at["maxUnavailable"], "cannot be 0 when maxSurge is 0");
                break;
            default:
                errors.NotSupported(path, new GoStructure(strategy), ["RollingUpdate", "OnDelete"]);
                break;
        }
    }
}
