using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of how containers mount volumes and see block devices.</summary>
internal static class MountValidation
{
    private static readonly string[] s_propagations = ["Bidirectional", "HostToContainer", "None"];
    private static readonly string[] s_recursive = ["Disabled", "Enabled", "IfPossible"];

    public static void Validate(Container container, Dictionary<string, Volume> volumes, FieldPath path, FieldErrors errors)
    {
        Mounts(container, volumes, path["volumeMounts"], errors);
        Devices(container, volumes, path["volumeDevices"], errors);
    }

    private static void Mounts(Container container, Dictionary<string, Volume> volumes, FieldPath path, FieldErrors errors)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        var devices = container.VolumeDevices ?? [];
        for (var i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            var mount = container.VolumeMounts![i];
            var at = path[i];
            if (mount.Name.Length == 0) errors.Required(at["name"]);
            if (!volumes.ContainsKey(mount.Name)) errors.NotFound(at["name"], mount.Name);
            if (mount.MountPath.Length == 0) errors.Required(at["mountPath"]);
            if (!places.Add(mount.MountPath)) errors.Invalid(at["mountPath"], mount.MountPath, "must be unique");
            if (devices.Exists(d => d.Name == mount.Name)) errors.Invalid(at["name"], mount.Name, "must not already exist in volumeDevices");
            if (devices.Exists(d => d.DevicePath == mount.MountPath)) errors.Invalid(at["mountPath"], mount.MountPath, "must not already exist as a path in volumeDevices");
            if (mount.SubPath.Length > 0) FieldRules.RelativePath(mount.SubPath, at["subPath"], errors);
            if (mount.SubPathExpr.Length > 0)
            {
                if (mount.SubPath.Length > 0) errors.Invalid(at["subPathExpr"], mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive");
                FieldRules.RelativePath(mount.SubPathExpr, at["subPathExpr"], errors);
            }

            Propagation(mount, container, at["mountPropagation"], errors);
            Recursive(mount, at["recursiveReadOnly"], errors);
        }
    }

    private static void Propagation(VolumeMount mount, Container container, FieldPath path, FieldErrors errors)
    {
        FieldRules.Supported(mount.MountPropagation, s_propagations, path, errors);
        if (mount.MountPropagation == MountPropagationMode.Bidirectional && container.SecurityContext?.Privileged != true)
            errors.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
    }

    private static void Recursive(VolumeMount mount, FieldPath path, FieldErrors errors)
    {
        switch (mount.RecursiveReadOnly)
        {
            case null or "Disabled":
                break;
            case "Enabled" or "IfPossible":
                if (!mount.ReadOnly) errors.Forbidden(path, "may only be specified when readOnly is true");
                if (mount.MountPropagation is not (null or "None")) errors.Forbidden(path, "may only be specified when mountPropagation is None or not specified");
                break;
            default:
                errors.NotSupported(path, mount.RecursiveReadOnly, s_recursive);
                break;
        }
    }

    private static void Devices(Container container, Dictionary<string, Volume> volumes, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var places = new HashSet<string>(StringComparer.Ordinal);
        var mounts = container.VolumeMounts ?? [];
        for (var i = 0; i < (container.VolumeDevices?.Count ?? 0); i++)
        {
            var (name, place) = (container.VolumeDevices![i].Name, container.VolumeDevices[i].DevicePath);
            var at = path[i];
            if (name.Length == 0) errors.Required(at["name"]);
            if (!names.Add(name)) errors.Invalid(at["name"], name, "must be unique");
            if (!volumes.TryGetValue(name, out var volume)) errors.NotFound(at["name"], name);
            else if (volume.PersistentVolumeClaim is null && volume.Ephemeral is null)
                errors.Invalid(at["name"], name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            if (place.Length == 0) errors.Required(at["devicePath"]);
            if (!places.Add(place)) errors.Invalid(at["devicePath"], place, "must be unique");
            if (place.Split('/').Contains("..")) errors.Invalid(at["devicePath"], place, "can not contain backsteps ('..')");
            if (mounts.Exists(m => m.Name == name)) errors.Invalid(at["name"], name, "must not already exist in volumeMounts");
            if (mounts.Exists(m => m.MountPath == place)) errors.Invalid(at["devicePath"], place, "must not already exist as a path in volumeMounts");
        }
    }
}
