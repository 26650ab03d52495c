using Tiphys.Api.Core.V1;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Pods;

/// <summary>The containers of a pod by name, and the one that is meant when none is named.</summary>
internal static class PodContainers
{
    private const string DefaultAnnotation = "kubectl.kubernetes.io/default-container";

    /// <summary>The container a pod's annotation names for commands that name none; empty without one.</summary>
    public static string Annotated(Pod pod) => pod.Metadata.Annotations?.GetValueOrDefault(DefaultAnnotation) ?? "";

    public static bool Has(Pod pod, string name) => Names(pod).Any(c => c == name);

    /// <summary>All names, init containers first as their logs are.</summary>
    public static IEnumerable<string> InLogOrder(Pod pod) =>
        [.. (pod.Spec.InitContainers ?? []).Select(static c => c.Name), .. pod.Spec.Containers.Select(static c => c.Name), .. (pod.Spec.EphemeralContainers ?? []).Select(static c => c.Name)];

    /// <summary>All names as messages list them.</summary>
    public static string Listed(Pod pod) => string.Join(", ",
        [.. pod.Spec.Containers.Select(static c => c.Name), .. (pod.Spec.EphemeralContainers ?? []).Select(static c => c.Name + " (ephem)"), .. (pod.Spec.InitContainers ?? []).Select(static c => c.Name + " (init)")]);

    /// <summary>Whether there is a choice.</summary>
    public static bool IsAmbiguous(Pod pod) => pod.Spec.Containers.Count > 1 || pod.Spec.InitContainers is { Count: > 0 } || pod.Spec.EphemeralContainers is { Count: > 0 };

    /// <summary>Says which container is taken for want of a name.</summary>
    public static string DefaultedText(Pod pod, string name) => $"Defaulted container {Quoting.Quote(name)} out of: {Listed(pod)}";

    /// <summary>Refuses a name.</summary>
    public static KubectlException Invalid(Pod pod, string name) => new($"container {name} is not valid for pod {pod.Metadata.Name} out of: {Listed(pod)}");

    private static IEnumerable<string> Names(Pod pod) => InLogOrder(pod);
}
