using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Access to the metadata of objects of any resource, whether this program knows its kind or not (client-go's metadata client).
/// </summary>
/// <param name="client">The client beneath.</param>
public sealed class MetadataClient(KubernetesClient client)
{
    private const string One = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const string Many = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    /// <summary>Path of a resource's collection or object, without a leading slash.</summary>
    /// <param name="group">API group, empty for core.</param>
    /// <param name="version">Version in the group.</param>
    /// <param name="resource">Plural resource name.</param>
    /// <param name="ns">Namespace; empty for cluster-scoped resources and for all namespaces.</param>
    /// <param name="name">Name of the object, or null.</param>
    public static string Path(string group, string version, string resource, string ns, string? name = null)
    {
        var path = group.Length == 0 ? $"api/{version}/" : $"apis/{group}/{version}/";
        if (ns.Length > 0) path += $"namespaces/{ns}/";
        path += resource;
        return name is null ? path : $"{path}/{Uri.EscapeDataString(name)}";
    }

    /// <summary>Metadata of one object; null when it does not exist.</summary>
    public async Task<ObjectMeta?> FindAsync(string path, CancellationToken cancel)
    {
        try
        {
            using var response = await client.SendAsync(HttpMethod.Get, path, null, One, cancel);
            return ApiJson.Decode<PartialObjectMetadata>(await response.Content.ReadAsByteArrayAsync(cancel)).Metadata;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Metadata of the objects of a collection.</summary>
    public async Task<KubernetesList<PartialObjectMetadata>> ListAsync(string path, ListQuery query, CancellationToken cancel)
    {
        using var response = await client.SendAsync(HttpMethod.Get, path + query.ToQueryString(), null, Many, cancel);
        return ApiJson.Decode<KubernetesList<PartialObjectMetadata>>(await response.Content.ReadAsByteArrayAsync(cancel));
    }

    /// <summary>Watches a collection; see <see cref="ResourceClient{T}.WatchAsync"/>.</summary>
    public async IAsyncEnumerable<WatchEvent<PartialObjectMetadata>> WatchAsync(string path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await client.SendAsync(HttpMethod.Get, path + (query with { Watch = true }).ToQueryString(), null, One, cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (var frame in WatchStream.ReadAsync(stream, cancel)) yield return WatchEvent<PartialObjectMetadata>.Decode(frame.Span);
    }

    /// <summary>Patches an object's metadata.</summary>
    /// <param name="path">Path of the object.</param>
    /// <param name="patchType">One of <see cref="PatchType"/>.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="cancel">Ends the request.</param>
    public async Task PatchAsync(string path, string patchType, string patch, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(patch)) { Headers = { ContentType = new MediaTypeHeaderValue(patchType) } };
        using var response = await client.SendAsync(HttpMethod.Patch, path, content, One, cancel);
    }

    /// <summary>Deletes an object, or all of a collection.</summary>
    public async Task DeleteAsync(string path, DeleteOptions options, CancellationToken cancel)
    {
        using var content = KubernetesClient.Json(ApiJson.Encode(options));
        using var response = await client.SendAsync(HttpMethod.Delete, path, content, One, cancel);
    }
}
