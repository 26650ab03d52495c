using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>What holds configuration.</summary>
internal enum ConfigKind
{
    ConfigMap,
    Secret,
}

/// <summary>A config map or secret that a pod refers to.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ConfigReference(ConfigKind Kind, string Namespace, string Name)
{
    /// <summary>What the pod's volumes show, each once.</summary>
    public static IEnumerable<ConfigReference> OfVolumes(Pod pod) => (pod.Spec.Volumes ?? []).SelectMany(volume => Of(volume, pod.Metadata.Namespace)).Where(static r => r.Name.Length > 0).Distinct();

    private static IEnumerable<ConfigReference> Of(Volume volume, string ns)
    {
        if (volume.ConfigMap is { } map) yield return new(ConfigKind.ConfigMap, ns, map.Name);
        if (volume.Secret is { } secret) yield return new(ConfigKind.Secret, ns, secret.SecretName);
        foreach (var source in volume.Projected?.Sources ?? [])
        {
            if (source.ConfigMap is { } projectedMap) yield return new(ConfigKind.ConfigMap, ns, projectedMap.Name);
            if (source.Secret is { } projectedSecret) yield return new(ConfigKind.Secret, ns, projectedSecret.Name);
        }
    }
}
