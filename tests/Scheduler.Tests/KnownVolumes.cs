using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.Scheduler.Tests;

/// <summary>Volumes, claims and classes of a test.</summary>
internal sealed class KnownVolumes : IVolumeView
{
    public List<PersistentVolume> All { get; } = [];

    public List<PersistentVolumeClaim> Claims { get; } = [];

    public List<StorageClass> Classes { get; } = [];

    IReadOnlyList<PersistentVolume> IVolumeView.Volumes => All;

    public PersistentVolumeClaim? Claim(string ns, string name) => Claims.Find(c => c.Metadata.Namespace == ns && c.Metadata.Name == name);

    public PersistentVolume? Volume(string name) => All.Find(v => v.Metadata.Name == name);

    public StorageClass? Class(string name) => Classes.Find(c => c.Metadata.Name == name);
}
