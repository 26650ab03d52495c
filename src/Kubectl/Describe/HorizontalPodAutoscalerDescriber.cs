using Tiphys.Api;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Describe;

/// <summary>Horizontal autoscalers, in their second version.</summary>
internal sealed class HorizontalPodAutoscalerDescriber : Describer<HorizontalPodAutoscaler>
{
    protected override void Write(HorizontalPodAutoscaler item, DescriptionWriter writer)
    {
        var (spec, status) = (item.Spec, item.Status);
        writer.Header(item.Metadata);
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Field("Reference", $"{spec.ScaleTargetRef.Kind}/{spec.ScaleTargetRef.Name}");
        writer.Field("Metrics", "( current / target )");
        for (var i = 0; i < (spec.Metrics?.Count ?? 0); i++) Metric(spec.Metrics![i], i < status.CurrentMetrics.Count ? status.CurrentMetrics[i] : null, writer);
        writer.Field("Min replicas", spec.MinReplicas is { } min ? min : Texts.Unset);
        writer.Field("Max replicas", spec.MaxReplicas);
        if (spec.Behavior is { } behavior)
        {
            writer.Write(0, "Behavior:\n");
            Behavior("Scale Up", behavior.ScaleUp, writer);
            Behavior("Scale Down", behavior.ScaleDown, writer);
        }

        writer.Field($"{spec.ScaleTargetRef.Kind} pods", $"{status.CurrentReplicas} current / {status.DesiredReplicas} desired");
        if (status.Conditions is not { Count: > 0 } conditions) return;
        writer.Write(0, "Conditions:\n");
        writer.Headings(1, "Type", "Status", "Reason", "Message");
        foreach (var c in conditions) writer.Row(1, c.Type, c.Status, c.Reason, c.Message);
    }

    private static void Metric(MetricSpec metric, MetricStatus? status, DescriptionWriter writer)
    {
        switch (metric)
        {
            case { Type: "External", External: { } external }:
                var average = external.Target.AverageValue is not null;
                writer.Field($"{Quoting.Quote(external.Metric.Name)} ({(average ? "target average value" : "target value")})", Pair(average ? status?.External?.Current.AverageValue : status?.External?.Current.Value, average ? external.Target.AverageValue : external.Target.Value), 1);
                break;
            case { Type: "Pods", Pods: { } pods}:
                writer.Field($"{Quoting.Quote(pods.Metric.Name)} on pods", Pair(status?.Pods?.Current.AverageValue, pods.Target.AverageValue), 1);
                break;
            case { Type: "Object", Object: { } target }:
                var byAverage = target.Target.Type == "AverageValue";
                writer.Field($"\"{target.Metric.Name}\" on {target.DescribedObject.Kind}/{target.DescribedObject.Name} ({(byAverage ? "target average value" : "target value")})", Pair(byAverage ? status?.Object?.Current.AverageValue : status?.Object?.Current.Value, byAverage ? target.Target.AverageValue : target.Target.Value), 1);
                break;
            case { Type: "Resource", Resource: { } resource }:
                Resource($"resource {resource.Name} on pods", resource.Target, status?.Resource?.Current, writer);
                break;
            case { Type: "ContainerResource", ContainerResource: { } resource }:
                Resource($"resource {resource.Name} of container \"{resource.Container}\" on pods", resource.Target, status?.ContainerResource?.Current, writer);
                break;
            default:
                writer.Write(1, $"<unknown metric type {Quoting.Quote(metric.Type)}>\n");
                break;
        }
    }

    private static void Resource(string title, MetricTarget target, MetricValueStatus? current, DescriptionWriter writer)
    {
        if (target.AverageValue is { } value)
        {
            writer.Field(title, Pair(current?.AverageValue, value), 1);
            return;
        }

        var now = current?.AverageUtilization is { } utilization ? $"{utilization}% ({current.AverageValue})" : Texts.Unknown;
        writer.Field($"{title}  (as a percentage of request)", $"{now} / {(target.AverageUtilization is { } wanted ? $"{wanted}%" : "<auto>")}", 1);
    }

    private static string Pair(Quantity? current, Quantity? target) => $"{current?.ToString() ?? Texts.Unknown} / {target?.ToString() ?? "0"}";

    private static void Behavior(string title, HPAScalingRules? rules, DescriptionWriter writer)
    {
        if (rules is null) return;
        writer.Write(1, title + ":\n");
        if (rules.StabilizationWindowSeconds is { } window) writer.Write(2, $"Stabilization Window: {window} seconds\n");
        if (rules.Policies is not { Count: > 0 } policies) return;
        writer.Write(2, $"Select Policy: {rules.SelectPolicy ?? "Max"}\n");
        writer.Write(2, "Policies:\n");
        foreach (var policy in policies) writer.Write(3, $"- Type: {policy.Type}\tValue: {policy.Value}\tPeriod: {policy.PeriodSeconds} seconds\n");
    }
}
