using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

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
        if (DefaultClass.Of<StorageClass>(resources, IsDefault, IsDefaultBeta) is { } chosen) claim.Spec.StorageClassName = chosen.Metadata.Name;
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
        if (DefaultClass.Of<IngressClass>(resources, IsDefault) is { } chosen) ingress.Spec.IngressClassName = chosen.Metadata.Name;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Which class of a kind objects get that name none.</summary>
internal static class DefaultClass
{
    /// <summary>The class that one of the annotations marks; the newest where there are several.</summary>
    public static T? Of<T>(ApiResources resources, params string[] annotations) where T : class, IKubernetesObject<T> =>
        resources.Cached<T>("")
            .Where(c => c.Metadata.Annotations is { } marks && annotations.Any(a => marks.GetValueOrDefault(a) == "true"))
            .OrderByDescending(static c => c.Metadata.CreationTimestamp)
            .ThenBy(static c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
}
