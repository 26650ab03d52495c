using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>Holds volumes and claims with finalizers that controllers take off once nobody uses them.</summary>
public sealed class StorageObjectInUseProtection : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "StorageObjectInUseProtection";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "" }) return ValueTask.CompletedTask;
        var (metadata, finalizer) = write.Object switch
        {
            PersistentVolume volume => (volume.Metadata, "kubernetes.io/pv-protection"),
            PersistentVolumeClaim claim => (claim.Metadata, "kubernetes.io/pvc-protection"),
            VolumeAttributesClass item => (item.Metadata, "kubernetes.io/vac-protection"),
            _ => default,
        };
        if (metadata is not null && metadata.Finalizers?.Contains(finalizer) != true) (metadata.Finalizers ??= []).Add(finalizer);
        return ValueTask.CompletedTask;
    }
}
