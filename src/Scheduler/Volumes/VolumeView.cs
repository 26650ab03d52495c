using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>What the scheduler knows of volumes.</summary>
internal interface IVolumeView
{
    IReadOnlyList<PersistentVolume> Volumes { get; }

    PersistentVolumeClaim? Claim(string ns, string name);

    PersistentVolume? Volume(string name);

    StorageClass? Class(string name);
}

/// <summary>As the API server tells it.</summary>
internal sealed class InformedVolumes(IInformer<PersistentVolumeClaim> claims, IInformer<PersistentVolume> volumes, IInformer<StorageClass> classes) : IVolumeView
{
    public IReadOnlyList<PersistentVolume> Volumes => volumes.List();

    public PersistentVolumeClaim? Claim(string ns, string name) => claims.Get(ns, name);

    public PersistentVolume? Volume(string name) => volumes.Get("", name);

    public StorageClass? Class(string name) => classes.Get("", name);
}
