using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Reads straight from the API server, so that a pod never starts with settings from before it was made.</summary>
internal sealed class ConfigSource(KubernetesClient client, IInformer<Service> services, ConfigWatches watches) : IConfigSource
{
    public IReadOnlyList<Service> Services => services.List();

    public async Task<ConfigMap?> GetConfigMapAsync(string podNamespace, string name, CancellationToken cancel)
    {
        var found = await client.Resource<ConfigMap>().FindAsync(podNamespace, name, cancel).ConfigureAwait(false);
        watches.Served(new(ConfigKind.ConfigMap, podNamespace, name), found?.Metadata.ResourceVersion);
        return found;
    }

    public async Task<Secret?> GetSecretAsync(string podNamespace, string name, CancellationToken cancel)
    {
        var found = await client.Resource<Secret>().FindAsync(podNamespace, name, cancel).ConfigureAwait(false);
        watches.Served(new(ConfigKind.Secret, podNamespace, name), found?.Metadata.ResourceVersion);
        return found;
    }

    public Task<PersistentVolumeClaim?> GetClaimAsync(string podNamespace, string name, CancellationToken cancel) =>
        client.Resource<PersistentVolumeClaim>().FindAsync(podNamespace, name, cancel);

    public Task<PersistentVolume?> GetVolumeAsync(string name, CancellationToken cancel) =>
        client.Resource<PersistentVolume>().FindAsync(null, name, cancel);

    public async Task<TokenRequestStatus> CreateTokenAsync(Pod pod, string audience, long expirationSeconds, CancellationToken cancel)
    {
        var request = new TokenRequest
        {
            Metadata = new ObjectMeta { Namespace = pod.Metadata.Namespace },
            Spec = new TokenRequestSpec
            {
                Audiences = audience.Length > 0 ? [audience] : [],
                ExpirationSeconds = expirationSeconds,
                BoundObjectRef = new BoundObjectReference
                {
                    ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid,
                },
            },
        };
        var answer = await client.Resource<ServiceAccount>().PostAsync<TokenRequest>(
            pod.Metadata.Namespace, pod.Spec.ServiceAccountName, "token", request, cancel).ConfigureAwait(false);
        return answer.Status;
    }
}
