using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of a pod's volumes.</summary>
internal static class VolumeValidation
{
    /// <summary>Checks the volumes and returns their names.</summary>
    public static HashSet<string> Validate(List<Volume>? volumes, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (volumes?.Count ?? 0); i++)
        {
            var volume = volumes![i];
            var at = path[i];
            if (volume.Name.Length == 0) errors.Required(at["name"]);
            else if (Names.LabelError(volume.Name) is { } error) errors.Invalid(at["name"], volume.Name, error);
            if (volume.Name.Length > 0 && !names.Add(volume.Name)) errors.Duplicate(at["name"], volume.Name);
            if (!volume.HasSource) errors.Required(at, "must specify a volume type");
            if (volume.HostPath is { Path.Length: 0 }) errors.Required(at["hostPath"]["path"]);
            if (volume.HostPath is { } host && host.Path.Split('/').Contains("..")) errors.Invalid(at["hostPath"]["path"], host.Path, "must not contain '..'");
            if (volume.Secret is { SecretName.Length: 0 }) errors.Required(at["secret"]["secretName"]);
            if (volume.ConfigMap is { Name.Length: 0 }) errors.Required(at["configMap"]["name"]);
            Mode(volume.Secret?.DefaultMode, at["secret"]["defaultMode"], errors);
            Mode(volume.ConfigMap?.DefaultMode, at["configMap"]["defaultMode"], errors);
            Mode(volume.Projected?.DefaultMode, at["projected"]["defaultMode"], errors);
            Items(volume.Secret?.Items, at["secret"]["items"], errors);
            Items(volume.ConfigMap?.Items, at["configMap"]["items"], errors);
            if (volume.PersistentVolumeClaim is { ClaimName.Length: 0 }) errors.Required(at["persistentVolumeClaim"]["claimName"]);
        }

        return names;
    }

    private static void Mode(int? mode, FieldPath path, FieldErrors errors)
    {
        if (mode is < 0 or > 511) errors.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }

    private static void Items(List<KeyToPath>? items, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (items?.Count ?? 0); i++)
        {
            var item = items![i];
            if (item.Key.Length == 0) errors.Required(path[i]["key"]);
            if (item.Path.Length == 0) errors.Required(path[i]["path"]);
            if (item.Path.StartsWith('/')) errors.Invalid(path[i]["path"], item.Path, "must be a relative path");
            if (item.Path.Split('/').Contains("..")) errors.Invalid(path[i]["path"], item.Path, "must not contain '..'");
            Mode(item.Mode, path[i]["mode"], errors);
        }
    }
}
