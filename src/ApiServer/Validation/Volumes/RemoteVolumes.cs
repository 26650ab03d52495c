using System.Text.RegularExpressions;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of volumes that live on other machines, which pods name themselves or through PersistentVolumes.</summary>
internal static partial class RemoteVolumes
{
    private const int MostDriverName = 63;
    private const int MostTenant = 64;
    private static readonly string[] s_cachingModes = ["None", "ReadOnly", "ReadWrite"];
    private static readonly string[] s_diskKinds = ["Dedicated", "Managed", "Shared"];

    /// <summary>The sources that a pod's volume names, in the order they are looked at.</summary>
    public static IEnumerable<(string Field, Action<FieldPath> Check)> Inline(Volume volume, FieldErrors errors)
    {
        if (volume.GitRepo is { } git) yield return ("gitRepo", at => GitRepo(git, at, errors));
        if (volume.GcePersistentDisk is { } gce) yield return ("gcePersistentDisk", at => Partitioned(gce.PdName, "pdName", gce.Partition, at, errors));
        if (volume.AwsElasticBlockStore is { } aws) yield return ("awsElasticBlockStore", at => Partitioned(aws.VolumeID, "volumeID", aws.Partition, at, errors));
        if (volume.Nfs is { } nfs) yield return ("nfs", at => Nfs(nfs, at, errors));
        if (volume.Iscsi is { } iscsi) yield return ("iscsi", at => Iscsi(iscsi.TargetPortal, iscsi.Iqn, iscsi.Lun, iscsi.InitiatorName, (iscsi.ChapAuthDiscovery || iscsi.ChapAuthSession) && iscsi.SecretRef is null, at, errors));
        if (volume.Glusterfs is { } gluster) yield return ("glusterfs", at => Needs(at, errors, ("endpoints", gluster.Endpoints), ("path", gluster.Path)));
        if (volume.Flocker is { } flocker) yield return ("flocker", at => Flocker(flocker, at, errors));
        if (volume.Rbd is { } rbd) yield return ("rbd", at => Rbd(rbd.Monitors, rbd.Image, at, errors));
        if (volume.Cinder is { } cinder) yield return ("cinder", at => Needs(at, errors, ("volumeID", cinder.VolumeID)));
        if (volume.Cephfs is { } ceph) yield return ("cephFS", at => Monitors(ceph.Monitors, at, errors));
        if (volume.Quobyte is { } quobyte) yield return ("quobyte", at => Quobyte(quobyte, at, errors));
        if (volume.Fc is { } fc) yield return ("fc", at => FibreChannel(fc, at, errors));
        if (volume.FlexVolume is { } flex) yield return ("flexVolume", at => Flex(flex.Driver, flex.Options, at, errors));
        if (volume.AzureFile is { } file) yield return ("azureFile", at => Needs(at, errors, ("secretName", file.SecretName), ("shareName", file.ShareName)));
        if (volume.VsphereVolume is { } vsphere) yield return ("vsphereVolume", at => Needs(at, errors, ("volumePath", vsphere.VolumePath)));
        if (volume.PhotonPersistentDisk is { } photon) yield return ("photonPersistentDisk", at => Needs(at, errors, ("pdID", photon.PdID)));
        if (volume.PortworxVolume is { } portworx) yield return ("portworxVolume", at => Needs(at, errors, ("volumeID", portworx.VolumeID)));
        if (volume.AzureDisk is { } disk) yield return ("azureDisk", at => AzureDisk(disk, at, errors));
        if (volume.Storageos is { } storage) yield return ("storageos", at => StorageOs(storage.VolumeName, storage.VolumeNamespace, at, errors));
        if (volume.ScaleIO is { } scale) yield return ("scaleIO", at => Needs(at, errors, ("gateway", scale.Gateway), ("system", scale.System), ("volumeName", scale.VolumeName)));
    }

    /// <summary>Fields that must be there.</summary>
    public static void Needs(FieldPath path, FieldErrors errors, params ReadOnlySpan<(string Field, string Value)> fields)
    {
        foreach (var (field, value) in fields)
            if (value.Length == 0) errors.Required(path[field]);
    }

    /// <summary>The name of a CSI driver: a domain in any case, of at most 63 characters.</summary>
    public static void DriverName(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (name.Length > MostDriverName) errors.TooLong(path, MostDriverName);
        errors.Invalid(path, name, Names.SubdomainErrors(name.ToLowerInvariant()));
    }

    public static void Partitioned(string id, string field, int partition, FieldPath path, FieldErrors errors)
    {
        if (id.Length == 0) errors.Required(path[field]);
        FieldRules.InRange(partition, 0, 255, path["partition"], errors);
    }

    public static void Nfs(NFSVolumeSource nfs, FieldPath path, FieldErrors errors)
    {
        Needs(path, errors, ("server", nfs.Server), ("path", nfs.Path));
        if (!nfs.Path.StartsWith('/')) errors.Invalid(path["path"], nfs.Path, "must be an absolute path");
    }

    public static void Iscsi(string portal, string iqn, int lun, string? initiator, bool lacksSecret, FieldPath path, FieldErrors errors)
    {
        if (portal.Length == 0) errors.Required(path["targetPortal"]);
        if (iqn.Length == 0) errors.Required(path["iqn"]);
        else IscsiName(iqn, path["iqn"], errors);
        FieldRules.InRange(lun, 0, 255, path["lun"], errors);
        if (lacksSecret) errors.Required(path["secretRef"]);
        if (initiator is not null) IscsiName(initiator, path["initiatorname"], errors);
    }

    public static void Flocker(FlockerVolumeSource flocker, FieldPath path, FieldErrors errors)
    {
        if (flocker is { DatasetName: "", DatasetUUID: "" }) errors.Required(path, "one of datasetName and datasetUUID is required");
        if (flocker.DatasetName.Length > 0 && flocker.DatasetUUID.Length > 0) errors.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        if (flocker.DatasetName.Contains('/', StringComparison.Ordinal)) errors.Invalid(path["datasetName"], flocker.DatasetName, "must not contain '/'");
    }

    public static void Rbd(List<string> monitors, string image, FieldPath path, FieldErrors errors)
    {
        Monitors(monitors, path, errors);
        if (image.Length == 0) errors.Required(path["image"]);
    }

    public static void Monitors(List<string> monitors, FieldPath path, FieldErrors errors)
    {
        if (monitors.Count == 0) errors.Required(path["monitors"]);
    }

    public static void Quobyte(QuobyteVolumeSource quobyte, FieldPath path, FieldErrors errors)
    {
        const string registryRule = "must be a host:port pair or multiple pairs separated by commas";
        if (quobyte.Registry.Length == 0) errors.Required(path["registry"], registryRule);
        else if (quobyte.Tenant.Length > MostTenant) errors.Required(path["tenant"], "must be a UUID and may not exceed a length of 64 characters");
        else
        {
            foreach (var pair in quobyte.Registry.Split(','))
                if (pair.LastIndexOf(':') < 0) errors.Invalid(path["registry"], quobyte.Registry, registryRule);
        }

        if (quobyte.Volume.Length == 0) errors.Required(path["volume"]);
    }

    public static void FibreChannel(FCVolumeSource fc, FieldPath path, FieldErrors errors)
    {
        var (targets, wwids) = (fc.TargetWWNs?.Count ?? 0, fc.Wwids?.Count ?? 0);
        if (targets + wwids == 0) errors.Required(path["targetWWNs"], "must specify either targetWWNs or wwids, but not both");
        if (targets > 0 && wwids > 0) errors.Invalid(path["targetWWNs"], fc.TargetWWNs, "targetWWNs and wwids can not be specified simultaneously");
        if (targets == 0) return;
        if (fc.Lun is null) errors.Required(path["lun"], "lun is required if targetWWNs is specified");
        else FieldRules.InRange(fc.Lun, 0, 255, path["lun"], errors);
    }

    public static void Flex(string driver, Dictionary<string, string>? options, FieldPath path, FieldErrors errors)
    {
        if (driver.Length == 0) errors.Required(path["driver"]);
        foreach (var key in (options ?? []).Keys)
        {
            var domain = "." + key.Split('/', 2)[0].ToLowerInvariant();
            if (domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal))
                errors.Invalid(path["options"].Key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }

    public static void AzureDisk(AzureDiskVolumeSource disk, FieldPath path, FieldErrors errors)
    {
        Needs(path, errors, ("diskName", disk.DiskName), ("diskURI", disk.DiskURI));
        FieldRules.Supported(disk.CachingMode, s_cachingModes, path["cachingMode"], errors);
        FieldRules.Supported(disk.Kind, s_diskKinds, path["kind"], errors);
        if (disk.Kind == "Managed" && !disk.DiskURI.StartsWith("/subscriptions/", StringComparison.Ordinal))
            errors.NotSupported(path["diskURI"], disk.DiskURI, ["/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"]);
        if (disk.Kind is not (null or "Managed") && !disk.DiskURI.StartsWith("https://", StringComparison.Ordinal))
            errors.NotSupported(path["diskURI"], disk.DiskURI, ["https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"]);
    }

    public static void StorageOs(string name, string ns, FieldPath path, FieldErrors errors)
    {
        FieldRules.Name(name, Names.LabelErrors, path["volumeName"], errors);
        FieldRules.OptionalName(ns, Names.LabelErrors, path["volumeNamespace"], errors);
    }

    private static void GitRepo(GitRepoVolumeSource git, FieldPath path, FieldErrors errors)
    {
        if (git.Repository.Length == 0) errors.Required(path["repository"]);
        FieldRules.VisiblePath(git.Directory, path["directory"], errors);
    }

    private static void IscsiName(string name, FieldPath path, FieldErrors errors)
    {
        if (!name.StartsWith("iqn", StringComparison.Ordinal) && !name.StartsWith("eui", StringComparison.Ordinal) && !name.StartsWith("naa", StringComparison.Ordinal))
            errors.Invalid(path, name, "must be valid format starting with iqn, eui, or naa");
        else if (!IscsiPattern().IsMatch(name)) errors.Invalid(path, name, "must be valid format");
    }

    [GeneratedRegex(@"^iqn\.\d{4}-\d{2}\.[a-zA-Z0-9.-]+:[^,;*&$|\s]+$|^eui\.[a-zA-Z0-9]{16}$|^naa\.[a-zA-Z0-9]{32}$")]
    private static partial Regex IscsiPattern();
}
