using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>The annotation in which client-side apply keeps what was applied last.</summary>
internal static class LastApplied
{
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The last configuration; null when the object has none.</summary>
    public static string? Of(JsonObject item) => Json.At(item, "metadata", "annotations", Annotation) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A copy of a configuration that carries itself in the annotation.</summary>
    public static JsonObject Annotate(JsonObject configuration)
    {
        var copy = (JsonObject)configuration.DeepClone();
        if (copy["metadata"] is not JsonObject metadata) copy["metadata"] = metadata = [];
        if (metadata["annotations"] is not JsonObject annotations) metadata["annotations"] = annotations = [];
        annotations.Remove(Annotation);
        annotations[Annotation] = Encoding.UTF8.GetString(Json.Bytes(copy)) + "\n";
        return copy;
    }
}
