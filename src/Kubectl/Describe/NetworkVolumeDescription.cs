using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Volumes that lie elsewhere: network file systems, block devices, clouds.</summary>
internal static class NetworkVolumeDescription
{
    private const string NfsType = "NFS (an NFS mount that lasts the lifetime of a pod)";
    private const string IscsiType = "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)";
    private const string RbdType = "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)";
    private const string CephType = "CephFS (a CephFS mount on the host that shares a pod's lifetime)";
    private const string GlusterType = "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)";
    private const string CinderType = "Cinder (a Persistent Disk resource in OpenStack)";
    private const string FlexType = "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)";
    private const string AzureFileType = "AzureFile (an Azure File Service mount on the host and bind mount to the pod)";
    private const string StorageOsType = "StorageOS (a StorageOS Persistent Disk resource)";
    private const string ScaleIoType = "ScaleIO (a persistent volume backed by a block device in ScaleIO)";

    /// <summary>Writes a pod's volume; false when it is of no such kind.</summary>
    public static bool Write(Volume v, DescriptionWriter w)
    {
        if (Shared(v.Nfs, v.Fc, v.Quobyte, v.Flocker, v.PortworxVolume, w) || Cloud(v.GcePersistentDisk, v.AwsElasticBlockStore, v.AzureDisk, v.VsphereVolume, v.PhotonPersistentDisk, w)) return true;
        if (v.Iscsi is { } i) Iscsi(i.TargetPortal, i.Iqn, i.Lun, i.IscsiInterface, i.FsType, i.ReadOnly, i.Portals, i.ChapAuthDiscovery, i.ChapAuthSession, VolumeDescription.Reference(i.SecretRef), i.InitiatorName, w);
        else if (v.Glusterfs is { } g) VolumeDescription.Fields(w, GlusterType, ("EndpointsName", g.Endpoints), ("Path", g.Path), ("ReadOnly", g.ReadOnly));
        else if (v.Rbd is { } r) Rbd(r.Monitors, r.Image, r.FsType, r.Pool, r.User, r.Keyring, VolumeDescription.Reference(r.SecretRef), r.ReadOnly, w);
        else if (v.Cinder is { } c) VolumeDescription.Fields(w, CinderType, ("VolumeID", c.VolumeID), ("FSType", c.FsType), ("ReadOnly", c.ReadOnly), ("SecretRef", VolumeDescription.Reference(c.SecretRef)));
        else if (v.Cephfs is { } f) Ceph(f.Monitors, f.Path, f.User, f.SecretFile, VolumeDescription.Reference(f.SecretRef), f.ReadOnly, w);
        else if (v.FlexVolume is { } x) Flex(x.Driver, x.FsType, VolumeDescription.Reference(x.SecretRef), x.ReadOnly, x.Options, w);
        else if (v.AzureFile is { } a) VolumeDescription.Fields(w, AzureFileType, ("SecretName", a.SecretName), ("ShareName", a.ShareName), ("ReadOnly", a.ReadOnly));
        else if (v.Storageos is { } o) VolumeDescription.Fields(w, StorageOsType, ("VolumeName", o.VolumeName), ("VolumeNamespace", o.VolumeNamespace), ("FSType", o.FsType), ("ReadOnly", o.ReadOnly));
        else if (v.ScaleIO is { } s)
            VolumeDescription.Fields(w, ScaleIoType, ("Gateway", s.Gateway), ("System", s.System), ("Protection Domain", s.ProtectionDomain), ("Storage Pool", s.StoragePool), ("Storage Mode", s.StorageMode), ("VolumeName", s.VolumeName), ("FSType", s.FsType), ("ReadOnly", s.ReadOnly));
        else return false;
        return true;
    }

    /// <summary>Writes a persistent volume's source; false when it is of no such kind.</summary>
    public static bool Write(PersistentVolumeSource v, DescriptionWriter w)
    {
        if (Shared(v.Nfs, v.Fc, v.Quobyte, v.Flocker, v.PortworxVolume, w) || Cloud(v.GcePersistentDisk, v.AwsElasticBlockStore, v.AzureDisk, v.VsphereVolume, v.PhotonPersistentDisk, w)) return true;
        if (v.Iscsi is { } i) Iscsi(i.TargetPortal, i.Iqn, i.Lun, i.IscsiInterface, i.FsType, i.ReadOnly, i.Portals, i.ChapAuthDiscovery, i.ChapAuthSession, Reference(i.SecretRef), i.InitiatorName, w);
        else if (v.Glusterfs is { } g) VolumeDescription.Fields(w, GlusterType, ("EndpointsName", g.Endpoints), ("EndpointsNamespace", g.EndpointsNamespace ?? Texts.Unset), ("Path", g.Path), ("ReadOnly", g.ReadOnly));
        else if (v.Rbd is { } r) Rbd(r.Monitors, r.Image, r.FsType, r.Pool, r.User, r.Keyring, Reference(r.SecretRef), r.ReadOnly, w);
        else if (v.Cinder is { } c) VolumeDescription.Fields(w, CinderType, ("VolumeID", c.VolumeID), ("FSType", c.FsType), ("ReadOnly", c.ReadOnly), ("SecretRef", Reference(c.SecretRef)));
        else if (v.Cephfs is { } f) Ceph(f.Monitors, f.Path, f.User, f.SecretFile, Reference(f.SecretRef), f.ReadOnly, w);
        else if (v.FlexVolume is { } x) Flex(x.Driver, x.FsType, Reference(x.SecretRef), x.ReadOnly, x.Options, w);
        else if (v.AzureFile is { } a) VolumeDescription.Fields(w, AzureFileType, ("SecretName", a.SecretName), ("SecretNamespace", a.SecretNamespace), ("ShareName", a.ShareName), ("ReadOnly", a.ReadOnly));
        else if (v.Storageos is { } o) VolumeDescription.Fields(w, StorageOsType, ("VolumeName", o.VolumeName), ("VolumeNamespace", o.VolumeNamespace), ("FSType", o.FsType), ("ReadOnly", o.ReadOnly));
        else if (v.ScaleIO is { } s)
            VolumeDescription.Fields(w, ScaleIoType, ("Gateway", s.Gateway), ("System", s.System), ("Protection Domain", s.ProtectionDomain), ("Storage Pool", s.StoragePool), ("Storage Mode", s.StorageMode), ("VolumeName", s.VolumeName), ("SecretName", s.SecretRef?.Name), ("SecretNamespace", s.SecretRef?.Namespace), ("FSType", s.FsType), ("ReadOnly", s.ReadOnly));
        else return false;
        return true;
    }

    private static string Reference(SecretReference? reference) => reference is null ? "nil" : $"&SecretReference{{Name:{reference.Name},Namespace:{reference.Namespace},}}";

    private static bool Shared(NFSVolumeSource? nfs, FCVolumeSource? fc, QuobyteVolumeSource? quobyte, FlockerVolumeSource? flocker, PortworxVolumeSource? portworx, DescriptionWriter w)
    {
        if (nfs is not null) VolumeDescription.Fields(w, NfsType, ("Server", nfs.Server), ("Path", nfs.Path), ("ReadOnly", nfs.ReadOnly));
        else if (fc is not null) VolumeDescription.Fields(w, "FC (a Fibre Channel disk)", ("TargetWWNs", string.Join(", ", fc.TargetWWNs ?? [])), ("LUN", fc.Lun is { } lun ? lun : Texts.None), ("FSType", fc.FsType), ("ReadOnly", fc.ReadOnly));
        else if (quobyte is not null) VolumeDescription.Fields(w, "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", ("Registry", quobyte.Registry), ("Volume", quobyte.Volume), ("ReadOnly", quobyte.ReadOnly));
        else if (flocker is not null) VolumeDescription.Fields(w, "Flocker (a Flocker volume mounted by the Flocker agent)", ("DatasetName", flocker.DatasetName), ("DatasetUUID", flocker.DatasetUUID));
        else if (portworx is not null) VolumeDescription.Fields(w, "PortworxVolume (a Portworx Volume resource)", ("VolumeID", portworx.VolumeID));
        else return false;
        return true;
    }

    private static bool Cloud(GCEPersistentDiskVolumeSource? gce, AWSElasticBlockStoreVolumeSource? aws, AzureDiskVolumeSource? azure, VsphereVirtualDiskVolumeSource? vsphere, PhotonPersistentDiskVolumeSource? photon, DescriptionWriter w)
    {
        if (gce is not null) VolumeDescription.Fields(w, "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)", ("PDName", gce.PdName), ("FSType", gce.FsType), ("Partition", gce.Partition), ("ReadOnly", gce.ReadOnly));
        else if (aws is not null) VolumeDescription.Fields(w, "AWSElasticBlockStore (a Persistent Disk resource in AWS)", ("VolumeID", aws.VolumeID), ("FSType", aws.FsType), ("Partition", aws.Partition), ("ReadOnly", aws.ReadOnly));
        else if (azure is not null) VolumeDescription.Fields(w, "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)", ("DiskName", azure.DiskName), ("DiskURI", azure.DiskURI), ("Kind", azure.Kind), ("FSType", azure.FsType), ("CachingMode", azure.CachingMode), ("ReadOnly", azure.ReadOnly == true));
        else if (vsphere is not null) VolumeDescription.Fields(w, "vSphereVolume (a Persistent Disk resource in vSphere)", ("VolumePath", vsphere.VolumePath), ("FSType", vsphere.FsType), ("StoragePolicyName", vsphere.StoragePolicyName));
        else if (photon is not null) VolumeDescription.Fields(w, "PhotonPersistentDisk (a Persistent Disk resource in photon platform)", ("PdID", photon.PdID), ("FSType", photon.FsType));
        else return false;
        return true;
    }

    private static void Iscsi(string portal, string iqn, int lun, string device, string fsType, bool readOnly, List<string>? portals, bool discovery, bool session, string secret, string? initiator, DescriptionWriter w)
    {
        VolumeDescription.Fields(w, IscsiType, ("TargetPortal", portal), ("IQN", iqn), ("Lun", lun));
        w.Row(2, "ISCSIInterface", device);
        foreach (var (label, value) in new (string, object?)[] { ("FSType", fsType), ("ReadOnly", Texts.Bool(readOnly)), ("Portals", Texts.List(portals)), ("DiscoveryCHAPAuth", Texts.Bool(discovery)), ("SessionCHAPAuth", Texts.Bool(session)), ("SecretRef", secret), ("InitiatorName", initiator ?? Texts.None) })
            w.Field(label, value, 2);
    }

    private static void Rbd(List<string> monitors, string image, string fsType, string pool, string user, string keyring, string secret, bool readOnly, DescriptionWriter w) =>
        VolumeDescription.Fields(w, RbdType, ("CephMonitors", Texts.List(monitors)), ("RBDImage", image), ("FSType", fsType), ("RBDPool", pool), ("RadosUser", user), ("Keyring", keyring), ("SecretRef", secret), ("ReadOnly", readOnly));

    private static void Ceph(List<string> monitors, string path, string user, string file, string secret, bool readOnly, DescriptionWriter w) =>
        VolumeDescription.Fields(w, CephType, ("Monitors", Texts.List(monitors)), ("Path", path), ("User", user), ("SecretFile", file), ("SecretRef", secret), ("ReadOnly", readOnly));

    private static void Flex(string driver, string fsType, string secret, bool readOnly, Dictionary<string, string>? options, DescriptionWriter w) =>
        VolumeDescription.Fields(w, FlexType, ("Driver", driver), ("FSType", fsType), ("SecretRef", secret), ("ReadOnly", readOnly), ("Options", Texts.Map(options)));
}
