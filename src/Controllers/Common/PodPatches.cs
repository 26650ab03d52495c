using System.Globalization;
using System.Text.Json;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Small changes to pods' status that controllers make beside the kubelet.</summary>
internal static class PodPatches
{
    /// <summary>Marks a pod as about to be ended by a disruption.</summary>
    public static Task DisruptAsync(KubernetesClient client, Pod pod, string reason, string message, DateTimeOffset now, bool fail, CancellationToken cancel)
    {
        var phase = fail && !pod.IsFinished() ? ",\"phase\":\"Failed\"" : "";
        return ConditionAsync(client, pod, PodConditionType.DisruptionTarget, "True", reason, message, now, phase, cancel);
    }

    /// <summary>Takes that mark back.</summary>
    public static Task ClearDisruptionAsync(KubernetesClient client, Pod pod, DateTimeOffset now, CancellationToken cancel) =>
        ConditionAsync(client, pod, PodConditionType.DisruptionTarget, "False", "", "", now, "", cancel);

    /// <summary>Takes a pod's readiness away.</summary>
    public static Task NotReadyAsync(KubernetesClient client, Pod pod, DateTimeOffset now, CancellationToken cancel) =>
        ConditionAsync(client, pod, PodConditionType.Ready, "False", "", "", now, "", cancel);

    private static async Task ConditionAsync(KubernetesClient client, Pod pod, string type, string value, string reason, string message, DateTimeOffset now, string more, CancellationToken cancel)
    {
        var time = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var text = reason.Length == 0 ? "" : $",\"reason\":\"{reason}\",\"message\":{JsonSerializer.Serialize(message, JsonText.Default.String)}";
        var patch = $"{{\"metadata\":{{\"uid\":\"{pod.Metadata.Uid}\"}},\"status\":{{\"conditions\":[{{\"type\":\"{type}\",\"status\":\"{value}\",\"lastTransitionTime\":\"{time}\"{text}}}]{more}}}}}";
        try
        {
            await client.Resource<Pod>().PatchAsync(pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMerge, patch, "status", cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // The pod is gone, or is another by now.
        }
    }
}
