using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// The verbs of one resource, typed. <c>ns</c> is null for cluster-scoped kinds and for listing across namespaces.
/// All methods throw <see cref="ApiException"/> when the server refuses.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public readonly struct ResourceClient<T>(KubernetesClient client) where T : class, IKubernetesObject<T>
{
    /// <summary>The client beneath.</summary>
    public KubernetesClient Client { get; } = client;

    /// <summary>Reads an object.</summary>
    public Task<T> GetAsync(string? ns, string name, CancellationToken cancel) => Client.SendAsync<T>(HttpMethod.Get, ResourcePath.Of(T.Info, ns, name), null, cancel);

    /// <summary>Reads an object; null when it does not exist.</summary>
    public async Task<T?> FindAsync(string? ns, string name, CancellationToken cancel)
    {
        try
        {
            return await GetAsync(ns, name, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Lists objects.</summary>
    public Task<KubernetesList<T>> ListAsync(string? ns, ListQuery query, CancellationToken cancel) =>
        Client.SendAsync<KubernetesList<T>>(HttpMethod.Get, ResourcePath.Of(T.Info, ns) + query.ToQueryString(), null, cancel);

    /// <summary>Creates an object.</summary>
    public Task<T> CreateAsync(T item, CancellationToken cancel) =>
        Client.SendAsync<T>(HttpMethod.Post, ResourcePath.Of(T.Info, item.Metadata.Namespace), item, cancel);

    /// <summary>Replaces an object; its <c>resourceVersion</c>, when set, must still be current.</summary>
    public Task<T> UpdateAsync(T item, CancellationToken cancel) =>
        Client.SendAsync<T>(HttpMethod.Put, ResourcePath.Of(T.Info, item.Metadata.Namespace, item.Metadata.Name), item, cancel);

    /// <summary>Replaces an object's status.</summary>
    public Task<T> UpdateStatusAsync(T item, CancellationToken cancel) =>
        Client.SendAsync<T>(HttpMethod.Put, ResourcePath.Of(T.Info, item.Metadata.Namespace, item.Metadata.Name, "status"), item, cancel);

    /// <summary>Patches an object or one of its subresources.</summary>
    /// <param name="ns">Namespace.</param>
    /// <param name="name">Name.</param>
    /// <param name="patchType">One of <see cref="PatchType"/>.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="subresource">For example <c>status</c>; null for the object.</param>
    /// <param name="fieldManager">Needed for <see cref="PatchType.Apply"/>.</param>
    /// <param name="force">For apply: takes over fields that others own.</param>
    /// <param name="cancel">Ends the request.</param>
    public async Task<T> PatchAsync(string? ns, string name, string patchType, ReadOnlyMemory<byte> patch, string? subresource, string? fieldManager, bool force, CancellationToken cancel)
    {
        var path = ResourcePath.Of(T.Info, ns, name, subresource);
        if (fieldManager is not null) path += $"?fieldManager={Uri.EscapeDataString(fieldManager)}{(force ? "&force=true" : "")}";
        using var content = new ReadOnlyMemoryContent(patch) { Headers = { ContentType = new MediaTypeHeaderValue(patchType) } };
        using var response = await Client.SendAsync(HttpMethod.Patch, path, content, null, cancel);
        return ApiJson.Decode<T>(await response.Content.ReadAsByteArrayAsync(cancel));
    }

    /// <summary>Patches with JSON text.</summary>
    public Task<T> PatchAsync(string? ns, string name, string patchType, string patch, string? subresource, CancellationToken cancel) =>
        PatchAsync(ns, name, patchType, Encoding.UTF8.GetBytes(patch), subresource, null, false, cancel);

    /// <summary>Deletes an object.</summary>
    public async Task DeleteAsync(string? ns, string name, DeleteOptions? options, CancellationToken cancel)
    {
        using var content = options is null ? null : KubernetesClient.Json(ApiJson.Encode(options));
        using var response = await Client.SendAsync(HttpMethod.Delete, ResourcePath.Of(T.Info, ns, name), content, null, cancel);
    }

    /// <summary>Posts to a subresource such as <c>binding</c>, <c>token</c> or <c>eviction</c>.</summary>
    /// <typeparam name="TAnswer">Type of the answer.</typeparam>
    public Task<TAnswer> PostAsync<TAnswer>(string? ns, string name, string subresource, IApiMessage body, CancellationToken cancel) where TAnswer : class, IApiMessage<TAnswer> =>
        Client.SendAsync<TAnswer>(HttpMethod.Post, ResourcePath.Of(T.Info, ns, name, subresource), body, cancel);

    /// <summary>
    /// Watches objects from <see cref="ListQuery.ResourceVersion"/> on. The sequence ends when the server ends the watch.
    /// </summary>
    /// <exception cref="ApiException">The server refused, or sent an ERROR event (<see cref="ApiException.IsExpired"/>: list again).</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(string? ns, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await Client.SendAsync(HttpMethod.Get, ResourcePath.Of(T.Info, ns) + (query with { Watch = true }).ToQueryString(), null, null, cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (var frame in WatchStream.ReadAsync(stream, cancel)) yield return WatchEvent<T>.Decode(frame.Span);
    }
}
