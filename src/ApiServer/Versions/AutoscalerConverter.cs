using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using V1 = Tiphys.Api.Autoscaling.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Autoscalers in version 1, which knows the use of CPU and nothing else. What it has no field for it carries in annotations,
/// which exist in this version only.
/// </summary>
internal sealed class AutoscalerConverter : ObjectConverter<V1.HorizontalPodAutoscaler, HorizontalPodAutoscaler>
{
    private const string Prefix = "autoscaling.alpha.kubernetes.io/";
    private const string Metrics = Prefix + "metrics";
    private const string CurrentMetrics = Prefix + "current-metrics";
    private const string Conditions = Prefix + "conditions";
    private const string Behavior = Prefix + "behavior";
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_annotations = [Metrics, CurrentMetrics, Conditions, Behavior, Prefix + "scale-down-tolerance", Prefix + "scale-up-tolerance"];

    /// <summary>The version.</summary>
    public static ServedVersion Version { get; } = new(V1.HorizontalPodAutoscaler.Info, new AutoscalerConverter());

    protected override V1.HorizontalPodAutoscaler FromStored(HorizontalPodAutoscaler item)
    {
        var metadata = WithoutAnnotations(item.Metadata);
        var metrics = item.Spec.Metrics ?? [];
        var others = metrics.Where(static m => !IsCpuUse(m)).Select(AutoscalerMetrics.ToV1).ToArray();
        if (others.Length > 0) Annotate(metadata, Metrics, new JsonArray([.. others]));

        // Also that of CPU: version 1 has no field for the amount.
        if (item.Status.CurrentMetrics.Count > 0) Annotate(metadata, CurrentMetrics, new JsonArray([.. item.Status.CurrentMetrics.Select(AutoscalerMetrics.ToV1)]));
        if (item.Spec.Behavior is { } behavior) Annotate(metadata, Behavior, AutoscalerBehavior.ToV1(behavior));
        if (item.Status.Conditions is { Count: > 0 } conditions) Annotate(metadata, Conditions, new JsonArray([.. conditions.Select(static c => JsonNode.Parse(Api.ApiJson.Encode(c)))]));
        return new()
        {
            Metadata = metadata,
            Spec = new()
            {
                ScaleTargetRef = new() { Kind = item.Spec.ScaleTargetRef.Kind, Name = item.Spec.ScaleTargetRef.Name, ApiVersion = item.Spec.ScaleTargetRef.ApiVersion },
                MinReplicas = item.Spec.MinReplicas,
                MaxReplicas = item.Spec.MaxReplicas,
                TargetCPUUtilizationPercentage = metrics.Find(IsCpuUse)?.Resource!.Target.AverageUtilization,
            },
            Status = new()
            {
                ObservedGeneration = item.Status.ObservedGeneration,
                LastScaleTime = item.Status.LastScaleTime,
                CurrentReplicas = item.Status.CurrentReplicas,
                DesiredReplicas = item.Status.DesiredReplicas,
                CurrentCPUUtilizationPercentage = item.Status.CurrentMetrics.FindLast(static m => m is { Type: MetricSourceType.Resource, Resource: { Name: ResourceName.Cpu, Current.AverageUtilization: not null } })?.Resource!.Current.AverageUtilization,
            },
        };
    }

    protected override HorizontalPodAutoscaler ToStored(V1.HorizontalPodAutoscaler item)
    {
        var metrics = (Read(item.Metadata, Metrics)?.AsArray() ?? []).Select(static m => AutoscalerMetrics.SpecOf(m!)).ToList();
        if (item.Spec.TargetCPUUtilizationPercentage is { } share)
            metrics.Add(new() { Type = MetricSourceType.Resource, Resource = new() { Name = ResourceName.Cpu, Target = new() { Type = MetricTargetType.Utilization, AverageUtilization = share } } });
        var stored = new HorizontalPodAutoscaler
        {
            Metadata = item.Metadata,
            Spec = new()
            {
                ScaleTargetRef = new() { Kind = item.Spec.ScaleTargetRef.Kind, Name = item.Spec.ScaleTargetRef.Name, ApiVersion = item.Spec.ScaleTargetRef.ApiVersion },
                MinReplicas = item.Spec.MinReplicas,
                MaxReplicas = item.Spec.MaxReplicas,
                Metrics = metrics,
                Behavior = Read(item.Metadata, Behavior) is { } behavior ? AutoscalerBehavior.Of(behavior) : null,
            },
            Status = new()
            {
                ObservedGeneration = item.Status.ObservedGeneration,
                LastScaleTime = item.Status.LastScaleTime,
                CurrentReplicas = item.Status.CurrentReplicas,
                DesiredReplicas = item.Status.DesiredReplicas,
                CurrentMetrics = CurrentOf(item),
                Conditions = Read(item.Metadata, Conditions)?.AsArray().Select(static c => Api.ApiJson.Decode<HorizontalPodAutoscalerCondition>(JsonSerializer.SerializeToUtf8Bytes(c))).ToList(),
            },
        };
        stored.Metadata = WithoutAnnotations(item.Metadata);
        stored.ApplyDefaults(); // no metrics at all: the default share of CPU
        return stored;
    }

    private static List<MetricStatus> CurrentOf(V1.HorizontalPodAutoscaler item)
    {
        if (Read(item.Metadata, CurrentMetrics) is { } all) return [.. all.AsArray().Select(static m => AutoscalerMetrics.StatusOf(m!))];
        return item.Status.CurrentCPUUtilizationPercentage is { } share
            ? [new() { Type = MetricSourceType.Resource, Resource = new() { Name = ResourceName.Cpu, Current = new() { AverageUtilization = share } } }]
            : [];
    }

    private static bool IsCpuUse(MetricSpec metric) => metric is { Type: MetricSourceType.Resource, Resource: { Name: ResourceName.Cpu, Target.AverageUtilization: not null } };

    private static ObjectMeta WithoutAnnotations(ObjectMeta metadata)
    {
        if (metadata.Annotations is not { } annotations || !s_annotations.Any(annotations.ContainsKey)) return metadata;
        var copy = metadata.DeepCopy();
        foreach (var name in s_annotations) copy.Annotations!.Remove(name);
        if (copy.Annotations!.Count == 0) copy.Annotations = null;
        return copy;
    }

    private static void Annotate(ObjectMeta metadata, string name, JsonNode value) => (metadata.Annotations ??= [])[name] = Escape(value.ToJsonString(s_writing));

    /// <summary>Upstream escapes these three, and no others.</summary>
    private static string Escape(string json) => json.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal);

    /// <summary>What an annotation holds. Anybody can write one: what cannot be read is passed over.</summary>
    private static JsonNode? Read(ObjectMeta metadata, string name)
    {
        if (metadata.Annotations?.GetValueOrDefault(name) is not { Length: > 0 } text) return null;
        try
        {
            var node = JsonNode.Parse(text);
            var fits = name == Behavior ? node is JsonObject : node is JsonArray array && array.All(static m => m is JsonObject);
            if (!fits) return null;

            // Everything below is read once here, so that the rest need not expect nonsense.
            foreach (var entry in (node as JsonArray) ?? [])
            {
                if (name == Metrics) AutoscalerMetrics.SpecOf(entry!);
                else if (name == CurrentMetrics) AutoscalerMetrics.StatusOf(entry!);
                else Api.ApiJson.Decode<HorizontalPodAutoscalerCondition>(JsonSerializer.SerializeToUtf8Bytes(entry));
            }

            return name == Behavior && AutoscalerBehavior.Of(node!) is null ? null : node;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or Api.ApiDecodeException)
        {
            return null;
        }
    }
}
