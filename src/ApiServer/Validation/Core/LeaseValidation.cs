using Tiphys.Api;
using Tiphys.Api.Coordination.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of leases.</summary>
internal static class LeaseValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static KindRules<Lease> Rules { get; } = new(static (item, errors) =>
    {
        var spec = item.Spec;
        if (spec.LeaseDurationSeconds <= 0) errors.Invalid(Spec["leaseDurationSeconds"], spec.LeaseDurationSeconds, "must be greater than 0");
        FieldRules.NotNegative(spec.LeaseTransitions, Spec["leaseTransitions"], errors);
        if (spec.Strategy is { } strategy)
        {
            if (strategy.Contains('/', StringComparison.Ordinal)) errors.Invalid(Spec["strategy"]["strategy"], strategy, LabelSyntax.KeyErrors(strategy));
            else FieldRules.Supported(strategy, ["OldestEmulationVersion"], Spec["strategy"]["strategy"], errors);
        }

        if (!string.IsNullOrEmpty(spec.PreferredHolder) && string.IsNullOrEmpty(spec.Strategy)) errors.Forbidden(Spec["preferredHolder"], "may only be specified if `strategy` is defined");
    });
}
