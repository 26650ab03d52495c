using Tiphys.Api;
using Tiphys.Api.Autoscaling.V2;

namespace Tiphys.ApiServer;

/// <summary>The rules of the metrics autoscalers follow.</summary>
internal static class MetricValidation
{
    private const string EitherOne = "must set either a target raw value or a target utilization";
    private const string NotBoth = "may not set both a target raw value and a target utilization";
    private static readonly string[] s_types = ["ContainerResource", "External", "Object", "Pods", "Resource"];

    public static void Metric(MetricSpec metric, FieldPath path, FieldErrors errors)
    {
        if (metric.Type.Length == 0) errors.Required(path["type"], "must specify a metric source type");
        FieldRules.Supported(metric.Type, s_types, path["type"], errors);
        List<(string Field, Action Check)> sources = [];
        if (metric.Object is { } subject) sources.Add(("object", () => Object(subject, path["object"], errors)));
        if (metric.External is { } external) sources.Add(("external", () => External(external, path["external"], errors)));
        if (metric.Pods is { } pods) sources.Add(("pods", () => Pods(pods, path["pods"], errors)));
        if (metric.Resource is { } resource) sources.Add(("resource", () => Resource(resource, path["resource"], errors)));
        if (metric.ContainerResource is { } container) sources.Add(("containerResource", () => ContainerResource(container, path["containerResource"], errors)));
        if (sources.Count > 0) sources[0].Check();
        var expected = "";
        if (s_types.Contains(metric.Type))
        {
            expected = char.ToLowerInvariant(metric.Type[0]) + metric.Type[1..];
            if (!sources.Exists(s => s.Field == expected)) errors.Required(path[expected], "must populate information for the given metric source");
        }
        else errors.NotSupported(path["type"], metric.Type, s_types);

        if (sources.Count == 1) return;
        foreach (var (field, _) in sources)
            if (field != expected) errors.Forbidden(path[field], "must populate the given metric source only");
    }

    private static void Object(ObjectMetricSource source, FieldPath path, FieldErrors errors)
    {
        AutoscalerValidation.Described(source.DescribedObject, path["describedObject"], errors);
        Identifier(source.Metric, path["metric"], errors);
        Target(source.Target, path["target"], errors);
        if (source.Target is { Value: null, AverageValue: null }) errors.Required(path["target"]["averageValue"], "must set either a target value or averageValue");
    }

    private static void External(ExternalMetricSource source, FieldPath path, FieldErrors errors)
    {
        Identifier(source.Metric, path["metric"], errors);
        Target(source.Target, path["target"], errors);
        if (source.Target is { Value: null, AverageValue: null }) errors.Required(path["target"]["averageValue"], "must set either a target value for metric or a per-pod target");
        if (source.Target is { Value: not null, AverageValue: not null }) errors.Forbidden(path["target"]["value"], "may not set both a target value for metric and a per-pod target");
    }

    private static void Pods(PodsMetricSource source, FieldPath path, FieldErrors errors)
    {
        Identifier(source.Metric, path["metric"], errors);
        Target(source.Target, path["target"], errors);
        if (source.Target.AverageValue is null) errors.Required(path["target"]["averageValue"], "must specify a positive target averageValue");
    }

    private static void Resource(ResourceMetricSource source, FieldPath path, FieldErrors errors)
    {
        if (source.Name.Length == 0) errors.Required(path["name"], "must specify a resource name");
        ResourceTarget(source.Target, path["target"], errors);
    }

    private static void ContainerResource(ContainerResourceMetricSource source, FieldPath path, FieldErrors errors)
    {
        if (source.Name.Length == 0) errors.Required(path["name"], "must specify a resource name");
        else ResourceValidation.ContainerName(source.Name, path["name"], errors);
        if (source.Container.Length == 0) errors.Required(path["container"], "must specify a container");
        else errors.Invalid(path["container"], source.Container, Names.LabelErrors(source.Container));
        ResourceTarget(source.Target, path["target"], errors);
    }

    private static void ResourceTarget(MetricTarget target, FieldPath path, FieldErrors errors)
    {
        Target(target, path, errors);
        if (target is { AverageUtilization: null, AverageValue: null }) errors.Required(path["averageUtilization"], EitherOne);
        if (target is { AverageUtilization: not null, AverageValue: not null }) errors.Forbidden(path["averageValue"], NotBoth);
    }

    private static void Target(MetricTarget target, FieldPath path, FieldErrors errors)
    {
        if (target.Type.Length == 0) errors.Required(path["type"], "must specify a metric target type");
        if (target.Type is not ("Utilization" or "Value" or "AverageValue")) errors.Invalid(path["type"], target.Type, "must be either Utilization, Value, or AverageValue");
        if (target.Value is { Amount: <= 0 } value) errors.Invalid(path["value"], value, "must be positive");
        if (target.AverageValue is { Amount: <= 0 } average) errors.Invalid(path["averageValue"], average, "must be positive");
        if (target.AverageUtilization < 1) errors.Invalid(path["averageUtilization"], target.AverageUtilization, "must be greater than 0");
    }

    private static void Identifier(MetricIdentifier metric, FieldPath path, FieldErrors errors)
    {
        if (metric.Name.Length == 0) errors.Required(path["name"], "must specify a metric name");
        else errors.Invalid(path["name"], metric.Name, Names.PathSegmentErrors(metric.Name));
    }
}
