using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of where a PersistentVolume's data is: at exactly one place.</summary>
internal static class PersistentSources
{
    /// <summary>Checks where the data is.</summary>
    public static void Validate(PersistentVolumeSource source, FieldPath path, FieldErrors errors) => VolumeSources.ExactlyOne(Sources(source, errors), path, errors);

    /// <summary>The sources alone, without the rest of the spec; a secret for growing may be added later and does not count.</summary>
    public static PersistentVolumeSpec Only(PersistentVolumeSpec spec)
    {
        var copy = spec.DeepCopy();
        copy.Capacity = null;
        copy.AccessModes = null;
        copy.ClaimRef = null;
        copy.PersistentVolumeReclaimPolicy = copy.StorageClassName = "";
        copy.MountOptions = null;
        copy.VolumeMode = null;
        copy.NodeAffinity = null;
        copy.VolumeAttributesClassName = null;
        if (copy.Csi is { } csi) csi.ControllerExpandSecretRef = null;
        return copy;
    }

    private static IEnumerable<(string Field, Action<FieldPath> Check)> Sources(PersistentVolumeSource volume, FieldErrors errors)
    {
        if (volume.HostPath is { } host) yield return ("hostPath", at => VolumeValidation.HostPath(host, at, errors));
        if (volume.GcePersistentDisk is { } gce) yield return ("gcePersistentDisk", at => RemoteVolumes.Partitioned(gce.PdName, "pdName", gce.Partition, at, errors));
        if (volume.AwsElasticBlockStore is { } aws) yield return ("awsElasticBlockStore", at => RemoteVolumes.Partitioned(aws.VolumeID, "volumeID", aws.Partition, at, errors));
        if (volume.Glusterfs is { } gluster) yield return ("glusterfs", at => Gluster(gluster, at, errors));
        if (volume.Flocker is { } flocker) yield return ("flocker", at => RemoteVolumes.Flocker(flocker, at, errors));
        if (volume.Nfs is { } nfs) yield return ("nfs", at => RemoteVolumes.Nfs(nfs, at, errors));
        if (volume.Rbd is { } rbd) yield return ("rbd", at => RemoteVolumes.Rbd(rbd.Monitors, rbd.Image, at, errors));
        if (volume.Quobyte is { } quobyte) yield return ("quobyte", at => RemoteVolumes.Quobyte(quobyte, at, errors));
        if (volume.Cephfs is { } ceph) yield return ("cephfs", at => RemoteVolumes.Monitors(ceph.Monitors, at, errors));
        if (volume.Iscsi is { } iscsi) yield return ("iscsi", at => RemoteVolumes.Iscsi(iscsi.TargetPortal, iscsi.Iqn, iscsi.Lun, iscsi.InitiatorName, (iscsi.ChapAuthDiscovery || iscsi.ChapAuthSession) && iscsi.SecretRef is null, at, errors));
        if (volume.Cinder is { } cinder) yield return ("cinder", at => Cinder(cinder, at, errors));
        if (volume.Fc is { } fc) yield return ("fc", at => RemoteVolumes.FibreChannel(fc, at, errors));
        if (volume.FlexVolume is { } flex) yield return ("flexVolume", at => RemoteVolumes.Flex(flex.Driver, flex.Options, at, errors));
        if (volume.AzureFile is { } file) yield return ("azureFile", at => AzureFile(file, at, errors));
        if (volume.VsphereVolume is { } vsphere) yield return ("vsphereVolume", at => RemoteVolumes.Needs(at, errors, ("volumePath", vsphere.VolumePath)));
        if (volume.PhotonPersistentDisk is { } photon) yield return ("photonPersistentDisk", at => RemoteVolumes.Needs(at, errors, ("pdID", photon.PdID)));
        if (volume.PortworxVolume is { } portworx) yield return ("portworxVolume", at => RemoteVolumes.Needs(at, errors, ("volumeID", portworx.VolumeID)));
        if (volume.AzureDisk is { } disk) yield return ("azureDisk", at => RemoteVolumes.AzureDisk(disk, at, errors));
        if (volume.ScaleIO is { } scale) yield return ("scaleIO", at => RemoteVolumes.Needs(at, errors, ("gateway", scale.Gateway), ("system", scale.System), ("volumeName", scale.VolumeName)));
        if (volume.Local is { } local) yield return ("local", at => Local(local, at, errors));
        if (volume.Storageos is { } storage) yield return ("storageos", at => RemoteVolumes.StorageOs(storage.VolumeName, storage.VolumeNamespace, at, errors));
        if (volume.Csi is { } csi) yield return ("csi", at => Csi(csi, at, errors));
    }

    private static void Gluster(GlusterfsPersistentVolumeSource gluster, FieldPath path, FieldErrors errors)
    {
        RemoteVolumes.Needs(path, errors, ("endpoints", gluster.Endpoints), ("path", gluster.Path));
        if (gluster.EndpointsNamespace is not { } ns) return;
        if (ns.Length == 0) errors.Invalid(path["endpointsNamespace"], ns, "if the endpointnamespace is set, it must be a valid namespace name");
        else errors.Invalid(path["endpointsNamespace"], ns, Names.LabelErrors(ns));
    }

    private static void Cinder(CinderPersistentVolumeSource cinder, FieldPath path, FieldErrors errors)
    {
        if (cinder.VolumeID.Length == 0) errors.Required(path["volumeID"]);
        if (cinder.SecretRef is { } secret) RemoteVolumes.Needs(path["secretRef"], errors, ("name", secret.Name), ("namespace", secret.Namespace));
    }

    private static void AzureFile(AzureFilePersistentVolumeSource file, FieldPath path, FieldErrors errors)
    {
        RemoteVolumes.Needs(path, errors, ("secretName", file.SecretName), ("shareName", file.ShareName));
        if (file.SecretNamespace is "") errors.Required(path["secretNamespace"]);
    }

    private static void Local(LocalVolumeSource local, FieldPath path, FieldErrors errors)
    {
        if (local.Path.Length == 0) errors.Required(path["path"]);
        else FieldRules.NoBacksteps(local.Path, path["path"], errors);
    }

    private static void Csi(CSIPersistentVolumeSource csi, FieldPath path, FieldErrors errors)
    {
        RemoteVolumes.DriverName(csi.Driver, path["driver"], errors);
        if (csi.VolumeHandle.Length == 0) errors.Required(path["volumeHandle"]);
        Secret(csi.ControllerPublishSecretRef, path["controllerPublishSecretRef"], errors);
        Secret(csi.ControllerExpandSecretRef, path["controllerExpandSecretRef"], errors);
        Secret(csi.NodePublishSecretRef, path["nodePublishSecretRef"], errors);
        Secret(csi.NodeExpandSecretRef, path["nodeExpandSecretRef"], errors);
    }

    private static void Secret(SecretReference? secret, FieldPath path, FieldErrors errors)
    {
        if (secret is null) return;
        FieldRules.Name(secret.Name, Names.SubdomainErrors, path["name"], errors);
        FieldRules.Name(secret.Namespace, Names.LabelErrors, path["namespace"], errors);
    }
}
