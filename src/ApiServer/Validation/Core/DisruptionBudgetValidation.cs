using Tiphys.Api.Policy.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of disruption budgets.</summary>
internal static class DisruptionBudgetValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_policies = ["AlwaysAllow", "IfHealthyBudget"];

    public static KindRules<PodDisruptionBudget> Rules { get; } = new(static (item, errors) =>
    {
        var spec = item.Spec;
        if (spec is { MinAvailable: not null, MaxUnavailable: not null }) errors.Invalid(Spec, spec, "minAvailable and maxUnavailable cannot be both set");
        if (spec.MinAvailable is { } least)
        {
            PercentRules.NotNegative(least, Spec["minAvailable"], errors);
            PercentRules.AtMostAll(least, Spec["minAvailable"], errors);
        }

        if (spec.MaxUnavailable is { } most)
        {
            PercentRules.NotNegative(most, Spec["maxUnavailable"], errors);
            PercentRules.AtMostAll(most, Spec["maxUnavailable"], errors);
        }

        SelectorValidation.Validate(spec.Selector, Spec["selector"], errors);
        FieldRules.Supported(spec.UnhealthyPodEvictionPolicy, s_policies, Spec["unhealthyPodEvictionPolicy"], errors);
    }) { Wanted = static b => b.Spec, NameErrors = Names.PathSegmentErrors };
}
