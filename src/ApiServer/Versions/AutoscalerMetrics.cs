using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Metrics of autoscalers as annotations of version 1 hold them.</summary>
internal static class AutoscalerMetrics
{
    public static JsonObject ToV1(MetricSpec metric)
    {
        var json = new JsonObject { ["type"] = metric.Type };
        if (metric.Object is { } item)
            json["object"] = Of(("target", Reference(item.DescribedObject)), ("metricName", item.Metric.Name), ("targetValue", Amount(item.Target.Value ?? default)), ("selector", Selector(item.Metric)), ("averageValue", Amount(item.Target.AverageValue)));
        if (metric.Pods is { } pods)
            json["pods"] = Of(("metricName", pods.Metric.Name), ("targetAverageValue", Amount(pods.Target.AverageValue ?? default)), ("selector", Selector(pods.Metric)));
        if (metric.Resource is { } resource)
            json["resource"] = Of(("name", resource.Name), ("targetAverageUtilization", resource.Target.AverageUtilization), ("targetAverageValue", Amount(resource.Target.AverageValue)));
        if (metric.ContainerResource is { } container)
            json["containerResource"] = Of(("name", container.Name), ("targetAverageUtilization", container.Target.AverageUtilization), ("targetAverageValue", Amount(container.Target.AverageValue)), ("container", container.Container));
        if (metric.External is { } external)
            json["external"] = Of(("metricName", external.Metric.Name), ("metricSelector", Selector(external.Metric)), ("targetValue", Amount(external.Target.Value)), ("targetAverageValue", Amount(external.Target.AverageValue)));
        return json;
    }

    public static JsonObject ToV1(MetricStatus metric)
    {
        var json = new JsonObject { ["type"] = metric.Type };
        if (metric.Object is { } item)
            json["object"] = Of(("target", Reference(item.DescribedObject)), ("metricName", item.Metric.Name), ("currentValue", Amount(item.Current.Value ?? default)), ("selector", Selector(item.Metric)), ("averageValue", Amount(item.Current.AverageValue)));
        if (metric.Pods is { } pods)
            json["pods"] = Of(("metricName", pods.Metric.Name), ("currentAverageValue", Amount(pods.Current.AverageValue ?? default)), ("selector", Selector(pods.Metric)));
        if (metric.Resource is { } resource)
            json["resource"] = Of(("name", resource.Name), ("currentAverageUtilization", resource.Current.AverageUtilization), ("currentAverageValue", Amount(resource.Current.AverageValue ?? default)));
        if (metric.ContainerResource is { } container)
            json["containerResource"] = Of(("name", container.Name), ("currentAverageUtilization", container.Current.AverageUtilization), ("currentAverageValue", Amount(container.Current.AverageValue ?? default)), ("container", container.Container));
        if (metric.External is { } external)
            json["external"] = Of(("metricName", external.Metric.Name), ("metricSelector", Selector(external.Metric)), ("currentValue", Amount(external.Current.Value ?? default)), ("currentAverageValue", Amount(external.Current.AverageValue)));
        return json;
    }

    public static MetricSpec SpecOf(JsonNode json)
    {
        var metric = new MetricSpec { Type = Text(json, "type") };
        if (json["object"] is { } item)
        {
            // A target by average writes a value of zero only because version 1 cannot leave it out.
            var average = QuantityOf(item["averageValue"]);
            var value = QuantityOf(item["targetValue"]) ?? default;
            metric.Object = new()
            {
                DescribedObject = ReferenceOf(item),
                Metric = MetricOf(item, "selector"),
                Target = new() { Type = average is null ? MetricTargetType.Value : MetricTargetType.AverageValue, Value = average is null || !value.IsZero ? value : null, AverageValue = average },
            };
        }

        if (json["pods"] is { } pods) metric.Pods = new() { Metric = MetricOf(pods, "selector"), Target = new() { Type = MetricTargetType.AverageValue, AverageValue = QuantityOf(pods["targetAverageValue"]) ?? default(Quantity) } };
        if (json["resource"] is { } resource) metric.Resource = new() { Name = Text(resource, "name"), Target = UseOf(resource) };
        if (json["containerResource"] is { } container) metric.ContainerResource = new() { Name = Text(container, "name"), Container = Text(container, "container"), Target = UseOf(container) };
        if (json["external"] is { } external)
        {
            var value = QuantityOf(external["targetValue"]);
            metric.External = new()
            {
                Metric = MetricOf(external, "metricSelector"),
                Target = new() { Type = value is null ? MetricTargetType.AverageValue : MetricTargetType.Value, Value = value, AverageValue = QuantityOf(external["targetAverageValue"]) },
            };
        }

        return metric;
    }

    public static MetricStatus StatusOf(JsonNode json)
    {
        var metric = new MetricStatus { Type = Text(json, "type") };
        if (json["object"] is { } item)
            metric.Object = new() { DescribedObject = ReferenceOf(item), Metric = MetricOf(item, "selector"), Current = new() { Value = QuantityOf(item["currentValue"]) ?? default(Quantity), AverageValue = QuantityOf(item["averageValue"]) } };
        if (json["pods"] is { } pods) metric.Pods = new() { Metric = MetricOf(pods, "selector"), Current = new() { AverageValue = QuantityOf(pods["currentAverageValue"]) ?? default(Quantity) } };
        if (json["resource"] is { } resource) metric.Resource = new() { Name = Text(resource, "name"), Current = NowOf(resource) };
        if (json["containerResource"] is { } container) metric.ContainerResource = new() { Name = Text(container, "name"), Container = Text(container, "container"), Current = NowOf(container) };
        if (json["external"] is { } external)
            metric.External = new() { Metric = MetricOf(external, "metricSelector"), Current = new() { Value = QuantityOf(external["currentValue"]) ?? default(Quantity), AverageValue = QuantityOf(external["currentAverageValue"]) } };
        return metric;
    }

    public static Quantity? QuantityOf(JsonNode? node) => node is null ? null : Quantity.Parse(node.ToString());

    private static MetricTarget UseOf(JsonNode json)
    {
        var share = (int?)json["targetAverageUtilization"];
        return new() { Type = share is null ? MetricTargetType.AverageValue : MetricTargetType.Utilization, AverageUtilization = share, AverageValue = QuantityOf(json["targetAverageValue"]) };
    }

    private static MetricValueStatus NowOf(JsonNode json) => new() { AverageUtilization = (int?)json["currentAverageUtilization"], AverageValue = QuantityOf(json["currentAverageValue"]) ?? default(Quantity) };

    private static JsonObject Of(params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var json = new JsonObject();
        foreach (var (name, value) in fields)
            if (value is not null) json[name] = value;
        return json;
    }

    private static JsonNode? Amount(Quantity? quantity) => quantity?.ToString();

    private static JsonNode? Selector(MetricIdentifier metric) => metric.Selector is null ? null : JsonNode.Parse(ApiJson.Encode(metric.Selector));

    private static JsonObject Reference(CrossVersionObjectReference reference) => Of(("kind", reference.Kind), ("name", reference.Name), ("apiVersion", reference.ApiVersion.Length > 0 ? reference.ApiVersion : null));

    private static CrossVersionObjectReference ReferenceOf(JsonNode json) => json["target"] is { } target
        ? new() { Kind = Text(target, "kind"), Name = Text(target, "name"), ApiVersion = Text(target, "apiVersion") }
        : new();

    private static MetricIdentifier MetricOf(JsonNode json, string selector) => new()
    {
        Name = Text(json, "metricName"),
        Selector = json[selector] is { } labels ? ApiJson.Decode<LabelSelector>(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(labels)) : null,
    };

    private static string Text(JsonNode json, string name) => (string?)json[name] ?? "";
}
