using Tiphys.Api;
using Tiphys.Api.Autoscaling.V2;

namespace Tiphys.ApiServer;

/// <summary>The rules of horizontal autoscalers; their metrics have a file of their own.</summary>
internal static class AutoscalerValidation
{
    private const int MostWindowSeconds = 3600;
    private const int MostPeriodSeconds = 1800;
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_selects = ["Disabled", "Max", "Min"];
    private static readonly string[] s_policies = ["Percent", "Pods"];

    public static KindRules<HorizontalPodAutoscaler> Rules { get; } = new(static (item, errors) => Validate(item.Spec, errors))
    {
        ValidateChange = static (item, old, errors) =>
        {
            if (item.Spec.ScaleTargetRef.ApiVersion != old.Spec.ScaleTargetRef.ApiVersion || item.Spec.ScaleTargetRef.Kind != old.Spec.ScaleTargetRef.Kind) Target(item.Spec.ScaleTargetRef, errors);
        },
        ValidateNew = static (item, errors) => Target(item.Spec.ScaleTargetRef, errors),
    };

    /// <summary>An object of any kind that metrics tell of.</summary>
    public static void Described(CrossVersionObjectReference reference, FieldPath path, FieldErrors errors)
    {
        Reference(reference, path, errors);
        Version(reference, needsGroup: false, path, errors);
    }

    private static void Reference(CrossVersionObjectReference reference, FieldPath path, FieldErrors errors)
    {
        FieldRules.Name(reference.Kind, Names.PathSegmentErrors, path["kind"], errors);
        FieldRules.Name(reference.Name, Names.PathSegmentErrors, path["name"], errors);
    }

    // The one kind without a group that can be scaled; what was accepted without a group once may stay.
    private static void Target(CrossVersionObjectReference target, FieldErrors errors) => Version(target, needsGroup: target.Kind != "ReplicationController", Spec["scaleTargetRef"], errors);

    private static void Version(CrossVersionObjectReference reference, bool needsGroup, FieldPath path, FieldErrors errors)
    {
        var parts = reference.ApiVersion.Split('/');
        if (parts.Length > 2) errors.Invalid(path["apiVersion"], reference.ApiVersion, $"unexpected GroupVersion string: {reference.ApiVersion}");
        else if (needsGroup && parts is not [{ Length: > 0 }, _]) errors.Invalid(path["apiVersion"], reference.ApiVersion, "apiVersion must specify API group");
    }

    private static void Validate(HorizontalPodAutoscalerSpec spec, FieldErrors errors)
    {
        if (spec.MinReplicas < 1) errors.Invalid(Spec["minReplicas"], spec.MinReplicas, "must be greater than or equal to 1");
        if (spec.MaxReplicas == 0) errors.Required(Spec["maxReplicas"], "must be set and greater than 0");
        else if (spec.MaxReplicas < 0) errors.Invalid(Spec["maxReplicas"], spec.MaxReplicas, "must be greater than or equal to 1");
        if (spec.MaxReplicas < spec.MinReplicas) errors.Invalid(Spec["maxReplicas"], spec.MaxReplicas, "must be greater than or equal to `minReplicas`");
        Reference(spec.ScaleTargetRef, Spec["scaleTargetRef"], errors);
        for (var i = 0; i < (spec.Metrics?.Count ?? 0); i++) MetricValidation.Metric(spec.Metrics![i], Spec["metrics"][i], errors);
        if (spec.MinReplicas == 0 && spec.Metrics?.Exists(static m => m.Type is "Object" or "External") != true)
            errors.Forbidden(Spec["metrics"], "must specify at least one Object or External metric to support scaling to zero replicas");
        Scaling(spec.Behavior?.ScaleUp, Spec["behavior"]["scaleUp"], errors);
        Scaling(spec.Behavior?.ScaleDown, Spec["behavior"]["scaleDown"], errors);
    }

    private static void Scaling(HPAScalingRules? rules, FieldPath path, FieldErrors errors)
    {
        if (rules is null) return;
        var window = path["stabilizationWindowSeconds"];
        if (rules.StabilizationWindowSeconds < 0) errors.Invalid(window, rules.StabilizationWindowSeconds, "must be greater than or equal to zero");
        if (rules.StabilizationWindowSeconds > MostWindowSeconds) errors.Invalid(window, rules.StabilizationWindowSeconds, $"must be less than or equal to {MostWindowSeconds}");
        FieldRules.Supported(rules.SelectPolicy, s_selects, path["selectPolicy"], errors);
        if (rules.Policies is not { Count: > 0 }) errors.Required(path["policies"], "must specify at least one Policy");
        for (var i = 0; i < (rules.Policies?.Count ?? 0); i++)
        {
            var policy = rules.Policies![i];
            var at = path["policies"][i];
            FieldRules.Supported(policy.Type, s_policies, at["type"], errors);
            if (policy.Value <= 0) errors.Invalid(at["value"], policy.Value, "must be greater than zero");
            if (policy.PeriodSeconds <= 0) errors.Invalid(at["periodSeconds"], policy.PeriodSeconds, "must be greater than zero");
            if (policy.PeriodSeconds > MostPeriodSeconds) errors.Invalid(at["periodSeconds"], policy.PeriodSeconds, $"must be less than or equal to {MostPeriodSeconds}");
        }

        if (rules.Tolerance is { } tolerance) ResourceValidation.NotNegative(tolerance, path["tolerance"], errors);
    }
}
