using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Autoscaling.V2;

namespace Tiphys.ApiServer;

/// <summary>An autoscaler's behavior as an annotation of version 1 holds it: upstream writes its internal type, whose fields begin with capitals.</summary>
internal static class AutoscalerBehavior
{
    public static JsonObject ToV1(HorizontalPodAutoscalerBehavior behavior) => new() { ["ScaleUp"] = Rules(behavior.ScaleUp), ["ScaleDown"] = Rules(behavior.ScaleDown) };

    /// <summary>Null when it says nothing.</summary>
    public static HorizontalPodAutoscalerBehavior? Of(JsonNode node)
    {
        var behavior = new HorizontalPodAutoscalerBehavior { ScaleUp = RulesOf(Field(node, "ScaleUp")), ScaleDown = RulesOf(Field(node, "ScaleDown")) };
        return behavior.ScaleUp is null && behavior.ScaleDown is null ? null : behavior;
    }

    private static JsonObject? Rules(HPAScalingRules? rules) => rules is null ? null : new()
    {
        ["StabilizationWindowSeconds"] = rules.StabilizationWindowSeconds,
        ["SelectPolicy"] = rules.SelectPolicy,
        ["Policies"] = rules.Policies is null ? null : new JsonArray([.. rules.Policies.Select(static p => new JsonObject { ["Type"] = p.Type, ["Value"] = p.Value, ["PeriodSeconds"] = p.PeriodSeconds })]),
        ["Tolerance"] = rules.Tolerance?.ToString(),
    };

    private static HPAScalingRules? RulesOf(JsonNode? node) => node is null ? null : new()
    {
        StabilizationWindowSeconds = (int?)Field(node, "StabilizationWindowSeconds"),
        SelectPolicy = (string?)Field(node, "SelectPolicy"),
        Policies = Field(node, "Policies")?.AsArray().Select(static p => new HPAScalingPolicy
        {
            Type = (string?)Field(p!, "Type") ?? "",
            Value = (int?)Field(p!, "Value") ?? 0,
            PeriodSeconds = (int?)Field(p!, "PeriodSeconds") ?? 0,
        }).ToList(),
        Tolerance = Field(node, "Tolerance") is { } tolerance ? AutoscalerMetrics.QuantityOf(tolerance) : null,
    };

    /// <summary>Go reads names of fields in any case.</summary>
    private static JsonNode? Field(JsonNode node, string name) => node.AsObject().FirstOrDefault(f => string.Equals(f.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}
