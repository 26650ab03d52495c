using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of a pod's volumes.</summary>
internal static class VolumeValidation
{
    private const int LeastTokenSeconds = 600;
    private const long MostTokenSeconds = 1L << 32;
    private static readonly string[] s_hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    /// <summary>Checks the volumes and returns those that are well-formed, by name.</summary>
    public static Dictionary<string, Volume> Validate(List<Volume>? volumes, string podName, FieldPath path, FieldErrors errors)
    {
        var known = new Dictionary<string, Volume>(StringComparer.Ordinal);
        for (var i = 0; i < (volumes?.Count ?? 0); i++)
        {
            var volume = volumes![i];
            var at = path[i];
            var before = errors.Count;
            VolumeSources.ExactlyOne(Sources(volume, podName, at, errors), at, errors);
            FieldRules.Name(volume.Name, Names.LabelErrors, at["name"], errors);
            if (known.ContainsKey(volume.Name)) errors.Duplicate(at["name"], volume.Name);
            if (errors.Count == before) known.Add(volume.Name, volume);
            if (volume.PersistentVolumeClaim is { } claim && volumes.Exists(v => v.Ephemeral is not null && podName.Length > 0 && $"{podName}-{v.Name}" == claim.ClaimName))
                errors.Invalid(at["persistentVolumeClaim"]["claimName"], claim.ClaimName, "must not reference a PVC that gets created for an ephemeral volume");
        }

        return known;
    }

    /// <summary>A path of the host.</summary>
    public static void HostPath(HostPathVolumeSource host, FieldPath path, FieldErrors errors)
    {
        if (host.Path.Length == 0) errors.Required(path["path"]);
        else
        {
            FieldRules.NoBacksteps(host.Path, path["path"], errors);
            FieldRules.Supported(host.Type, s_hostPathTypes, path["type"], errors);
        }
    }

    /// <summary>Permission bits of a file.</summary>
    public static void Mode(int? mode, FieldPath path, FieldErrors errors)
    {
        if (mode is < 0 or > 511) errors.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }

    /// <summary>The keys of a ConfigMap or Secret that are shown as files.</summary>
    public static void Items(List<KeyToPath>? items, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (items?.Count ?? 0); i++)
        {
            var item = items![i];
            if (item.Key.Length == 0) errors.Required(path[i]["key"]);
            if (item.Path.Length == 0) errors.Required(path[i]["path"]);
            FieldRules.VisiblePath(item.Path, path[i]["path"], errors);
            Mode(item.Mode, path[i]["mode"], errors);
        }
    }

    private static IEnumerable<(string Field, Action<FieldPath> Check)> Sources(Volume volume, string podName, FieldPath path, FieldErrors errors)
    {
        if (volume.EmptyDir is { } empty)
        {
            yield return ("emptyDir", at =>
            {
                if (empty.SizeLimit?.Amount < 0) errors.Forbidden(at["sizeLimit"], "SizeLimit field must be a valid resource quantity");
            });
        }

        if (volume.HostPath is { } host) yield return ("hostPath", at => HostPath(host, at, errors));
        foreach (var source in RemoteVolumes.Inline(volume, errors)) yield return source;
        if (volume.Secret is { } secret)
        {
            yield return ("secret", at =>
            {
                if (secret.SecretName.Length == 0) errors.Required(at["secretName"]);
                Mode(secret.DefaultMode, at["defaultMode"], errors);
                Items(secret.Items, at["items"], errors);
            });
        }

        if (volume.PersistentVolumeClaim is { } claim)
        {
            yield return ("persistentVolumeClaim", at =>
            {
                if (claim.ClaimName.Length == 0) errors.Required(at["claimName"]);
            });
        }

        if (volume.DownwardAPI is { } downward)
        {
            yield return ("downwardAPI", at =>
            {
                Mode(downward.DefaultMode, at["defaultMode"], errors);
                foreach (var file in downward.Items ?? []) DownwardFile(file, at, errors);
            });
        }

        if (volume.ConfigMap is { } map)
        {
            yield return ("configMap", at =>
            {
                if (map.Name.Length == 0) errors.Required(at["name"]);
                Mode(map.DefaultMode, at["defaultMode"], errors);
                Items(map.Items, at["items"], errors);
            });
        }

        if (volume.Projected is { } projected) yield return ("projected", at => ProjectedVolumes.Validate(projected, at, errors));
        if (volume.Csi is { } csi) yield return ("csi", at => Csi(csi, at, errors));
        if (volume.Ephemeral is { } ephemeral) yield return ("ephemeral", at => Ephemeral(ephemeral, volume.Name, podName, path, at, errors));
        if (volume.Image is { } image)
        {
            yield return ("image", at =>
            {
                if (podName.Length > 0 && image.Reference.Length == 0) errors.Required(at["reference"]);
                FieldRules.OneOf(image.PullPolicy, ContainerValidation.PullPolicies, at["pullPolicy"], errors);
            });
        }
    }

    /// <summary>A field or resource of the pod that is shown as a file.</summary>
    public static void DownwardFile(DownwardAPIVolumeFile file, FieldPath path, FieldErrors errors)
    {
        if (file.Path.Length == 0) errors.Required(path["path"]);
        FieldRules.VisiblePath(file.Path, path["path"], errors);
        if (file.FieldRef is { } field)
        {
            EnvValidation.VolumeField(field, path["fieldRef"], errors);
            if (file.ResourceFieldRef is not null) errors.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
        else if (file.ResourceFieldRef is { } resource) EnvValidation.VolumeResource(resource, path["resourceFieldRef"], errors);
        else errors.Required(path, "one of fieldRef and resourceFieldRef is required");
        Mode(file.Mode, path["mode"], errors);
    }

    /// <summary>How long a projected token lasts.</summary>
    public static void TokenSeconds(long? seconds, FieldPath path, FieldErrors errors)
    {
        if (seconds < LeastTokenSeconds) errors.Invalid(path, seconds, "may not specify a duration less than 10 minutes");
        if (seconds > MostTokenSeconds) errors.Invalid(path, seconds, "may not specify a duration larger than 2^32 seconds");
    }

    private static void Csi(CSIVolumeSource csi, FieldPath path, FieldErrors errors)
    {
        RemoteVolumes.DriverName(csi.Driver, path["driver"], errors);
        if (csi.NodePublishSecretRef is not { } secret) return;
        if (secret.Name.Length == 0) errors.Required(path["nodePublishSecretRef"]["name"]);
        else errors.Invalid(path["name"], secret.Name, Names.SubdomainErrors(secret.Name));
    }

    private static void Ephemeral(EphemeralVolumeSource ephemeral, string name, string podName, FieldPath volume, FieldPath path, FieldErrors errors)
    {
        var at = path["volumeClaimTemplate"];
        if (ephemeral.VolumeClaimTemplate is not { } template)
        {
            errors.Required(at);
            return;
        }

        MetadataValidation.Annotations(template.Metadata.Annotations, at["metadata"]["annotations"], errors);
        MetadataValidation.Labels(template.Metadata.Labels, at["metadata"]["labels"], errors);
        foreach (var field in MetadataValidation.OtherThanLabels(template.Metadata)) errors.Forbidden(at["metadata"][field], "cannot be set");
        ClaimValidation.Spec(template.Spec, at["spec"], errors);
        if (podName.Length == 0 || name.Length == 0) return;
        var claim = $"{podName}-{name}";
        foreach (var problem in Names.SubdomainErrors(claim)) errors.Invalid(volume["name"], name, $"PVC name \"{claim}\": {problem}");
    }
}
