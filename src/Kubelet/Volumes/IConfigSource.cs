using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Reads from the API server what pods refer to.</summary>
internal interface IConfigSource
{
    /// <summary>A config map, or null when there is none of that name.</summary>
    Task<ConfigMap?> GetConfigMapAsync(string podNamespace, string name, CancellationToken cancel);

    /// <summary>A secret, or null when there is none of that name.</summary>
    Task<Secret?> GetSecretAsync(string podNamespace, string name, CancellationToken cancel);

    /// <summary>A new token for a service account, bound to the pod.</summary>
    Task<TokenRequestStatus> CreateTokenAsync(Pod pod, string audience, long expirationSeconds, CancellationToken cancel);

    /// <summary>A claim, or null when there is none of that name.</summary>
    Task<PersistentVolumeClaim?> GetClaimAsync(string podNamespace, string name, CancellationToken cancel);

    /// <summary>A volume, or null when there is none of that name.</summary>
    Task<PersistentVolume?> GetVolumeAsync(string name, CancellationToken cancel);

    /// <summary>All services that may be named in environments.</summary>
    IReadOnlyList<Service> Services { get; }
}
