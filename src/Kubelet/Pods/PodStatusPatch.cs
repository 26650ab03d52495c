using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Writes the change of a pod's status as a strategic merge patch that leaves alone what others maintain.</summary>
internal static class PodStatusPatch
{
    // Fields with values of their own that a patch must set to null when they disappear.
    private static readonly string[] Replaced =
    [
        "observedGeneration", "phase", "message", "reason", "hostIP", "podIP", "startTime", "qosClass",
        "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses",
    ];

    /// <summary>The patch, or null when nothing changed.</summary>
    /// <param name="pod">The pod the patch is for, by uid.</param>
    /// <param name="before">The status the API server has, as far as is known.</param>
    /// <param name="after">The status wanted.</param>
    public static string? Build(Pod pod, PodStatus before, PodStatus after)
    {
        var old = Parse(before);
        var wanted = Parse(after);
        var changes = new JsonObject();
        foreach (var field in Replaced)
        {
            if (JsonNode.DeepEquals(old[field], wanted[field])) continue;
            changes[field] = wanted[field]?.DeepClone();
        }
        AddKeyed(changes, old, wanted, "podIPs", "ip");
        AddKeyed(changes, old, wanted, "hostIPs", "ip");
        AddConditions(changes, old, wanted);
        if (changes.Count == 0) return null;
        return new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = changes }.ToJsonString();
    }

    private static void AddKeyed(JsonObject changes, JsonObject old, JsonObject wanted, string field, string key)
    {
        if (JsonNode.DeepEquals(old[field], wanted[field])) return;
        var list = new JsonArray([.. (wanted[field]?.AsArray() ?? []).Select(e => e!.DeepClone())]);
        foreach (var gone in (old[field]?.AsArray() ?? []).Select(e => (string?)e![key]).Where(k => list.All(e => (string?)e![key] != k)).ToList())
            list.Add(new JsonObject { ["$patch"] = "delete", [key] = gone });
        changes[field] = list;
    }

    private static void AddConditions(JsonObject changes, JsonObject old, JsonObject wanted)
    {
        var before = old["conditions"]?.AsArray() ?? [];
        var changed = new JsonArray();
        foreach (var condition in wanted["conditions"]?.AsArray() ?? [])
        {
            var type = (string?)condition!["type"] ?? "";
            if (!PodConditions.Owned.Contains(type) && type != PodConditionType.DisruptionTarget) continue;
            var previous = before.FirstOrDefault(c => (string?)c!["type"] == type);
            if (JsonNode.DeepEquals(previous, condition)) continue;
            var patch = (JsonObject)condition.DeepClone();
            foreach (var field in (string[])["reason", "message"])
            {
                if (previous?[field] is not null && patch[field] is null) patch[field] = null;
            }
            changed.Add((JsonNode)patch);
        }
        foreach (var type in before.Select(c => (string?)c!["type"] ?? "").Where(t => PodConditions.Owned.Contains(t) &&
            (wanted["conditions"]?.AsArray() ?? []).All(c => (string?)c!["type"] != t)))
            changed.Add((JsonNode)new JsonObject { ["$patch"] = "delete", ["type"] = type });
        if (changed.Count > 0) changes["conditions"] = changed;
    }

    private static JsonObject Parse(PodStatus status) => (JsonObject)JsonNode.Parse(ApiJson.Encode(status), null, new JsonDocumentOptions())!;
}
