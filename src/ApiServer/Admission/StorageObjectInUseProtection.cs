using Tiphys.Api.Core.V1;
using Tiphys.Api.Networking.V1;
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

/// <summary>Claims that name no storage class get the default one, if there is one.</summary>
/// <param name="resources">Where storage classes are.</param>
public sealed class DefaultStorageClass(ApiResources resources) : IAdmissionPlugin
{
    private const string IsDefault = "storageclass.kubernetes.io/is-default-class";
    private const string IsDefaultBeta = "storageclass.beta.kubernetes.io/is-default-class";

    /// <inheritdoc/>
    public string Name => "DefaultStorageClass";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: PersistentVolumeClaim { Spec.StorageClassName: null } claim }) return ValueTask.CompletedTask;
        if (claim.Metadata.Annotations?.ContainsKey(WellKnownAnnotations.BetaStorageClass) == true) return ValueTask.CompletedTask;

        // Of several defaults the newest counts.
        var chosen = resources.Cached<StorageClass>("")
            .Where(static c => c.Metadata.Annotations is { } a && (a.GetValueOrDefault(IsDefault) == "true" || a.GetValueOrDefault(IsDefaultBeta) == "true"))
            .OrderByDescending(static c => c.Metadata.CreationTimestamp)
            .ThenBy(static c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (chosen is not null) claim.Spec.StorageClassName = chosen.Metadata.Name;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Ingresses that name no class get the default one, if there is one.</summary>
/// <param name="resources">Where ingress classes are.</param>
public sealed class DefaultIngressClass(ApiResources resources) : IAdmissionPlugin
{
    private const string IsDefault = "ingressclass.kubernetes.io/is-default-class";
    private const string OldClass = "kubernetes.io/ingress.class";

    /// <inheritdoc/>
    public string Name => "DefaultIngressClass";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Ingress { Spec.IngressClassName: null } ingress }) return ValueTask.CompletedTask;
        if (ingress.Metadata.Annotations?.ContainsKey(OldClass) == true) return ValueTask.CompletedTask;
        var chosen = resources.Cached<IngressClass>("")
            .Where(static c => c.Metadata.Annotations?.GetValueOrDefault(IsDefault) == "true")
            .OrderByDescending(static c => c.Metadata.CreationTimestamp)
            .ThenBy(static c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (chosen is not null) ingress.Spec.IngressClassName = chosen.Metadata.Name;
        return ValueTask.CompletedTask;
    }
}
