using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The objects a pod refers to by name.</summary>
internal static class PodReferences
{
    /// <summary>Names of the secrets.</summary>
    public static IEnumerable<string> Secrets(Pod pod)
    {
        var spec = pod.Spec;
        foreach (var pull in spec.ImagePullSecrets ?? []) yield return pull.Name;
        foreach (var (from, env) in Environments(spec))
        {
            foreach (var source in from ?? [])
                if (source.SecretRef is { } secret) yield return secret.Name;
            foreach (var variable in env ?? [])
                if (variable.ValueFrom?.SecretKeyRef is { } key) yield return key.Name;
        }

        foreach (var volume in spec.Volumes ?? [])
        {
            foreach (var name in SecretsOf(volume))
                if (name is { Length: > 0 }) yield return name;
        }
    }

    /// <summary>Names of the config maps.</summary>
    public static IEnumerable<string> ConfigMaps(Pod pod)
    {
        foreach (var (from, env) in Environments(pod.Spec))
        {
            foreach (var source in from ?? [])
                if (source.ConfigMapRef is { } map) yield return map.Name;
            foreach (var variable in env ?? [])
                if (variable.ValueFrom?.ConfigMapKeyRef is { } key) yield return key.Name;
        }

        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.ConfigMap is { } map) yield return map.Name;
            foreach (var source in volume.Projected?.Sources ?? [])
                if (source.ConfigMap is { } projected) yield return projected.Name;
        }
    }

    /// <summary>Names of the persistent volume claims.</summary>
    public static IEnumerable<string> Claims(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } claim) yield return claim.ClaimName;
            else if (volume.Ephemeral is not null) yield return $"{pod.Metadata.Name}-{volume.Name}";
        }
    }

    /// <summary>Names of the resource claims.</summary>
    public static IEnumerable<string> ResourceClaims(Pod pod)
    {
        foreach (var claim in pod.Spec.ResourceClaims ?? [])
        {
            if (claim.ResourceClaimName is { Length: > 0 } name) yield return name;
            else if (pod.Status.ResourceClaimStatuses?.Find(s => s.Name == claim.Name)?.ResourceClaimName is { Length: > 0 } made) yield return made;
        }

        if (pod.Status.ExtendedResourceClaimStatus?.ResourceClaimName is { Length: > 0 } extended) yield return extended;
    }

    private static IEnumerable<(List<EnvFromSource>? From, List<EnvVar>? Env)> Environments(PodSpec spec)
    {
        foreach (var container in spec.InitContainers ?? []) yield return (container.EnvFrom, container.Env);
        foreach (var container in spec.Containers) yield return (container.EnvFrom, container.Env);
        foreach (var container in spec.EphemeralContainers ?? []) yield return (container.EnvFrom, container.Env);
    }

    private static IEnumerable<string?> SecretsOf(Volume volume)
    {
        yield return volume.Secret?.SecretName;
        yield return volume.AzureFile?.SecretName;
        yield return volume.Cephfs?.SecretRef?.Name;
        yield return volume.Cinder?.SecretRef?.Name;
        yield return volume.FlexVolume?.SecretRef?.Name;
        yield return volume.Rbd?.SecretRef?.Name;
        yield return volume.ScaleIO?.SecretRef?.Name;
        yield return volume.Iscsi?.SecretRef?.Name;
        yield return volume.Storageos?.SecretRef?.Name;
        yield return volume.Csi?.NodePublishSecretRef?.Name;
        foreach (var source in volume.Projected?.Sources ?? []) yield return source.Secret?.Name;
    }
}
