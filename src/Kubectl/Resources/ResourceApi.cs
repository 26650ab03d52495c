using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Resources;

/// <summary>Requests for objects as JSON documents.</summary>
/// <param name="client">The connection.</param>
internal sealed class ResourceApi(KubernetesClient client)
{
    public async Task<JsonObject> GetAsync(string path, CancellationToken cancel, string? accept = null)
    {
        using var response = await client.SendAsync(HttpMethod.Get, path, null, accept, cancel);
        return Json.ParseObject(await response.Content.ReadAsByteArrayAsync(cancel));
    }

    public Task<JsonObject> CreateAsync(string path, JsonObject item, CancellationToken cancel) => SendAsync(HttpMethod.Post, path, Json.Bytes(item), "application/json", cancel);

    public Task<JsonObject> PatchAsync(string path, string patchType, byte[] patch, CancellationToken cancel) => SendAsync(HttpMethod.Patch, path, patch, patchType, cancel);

    public Task<JsonObject> DeleteAsync(string path, JsonObject options, CancellationToken cancel) => SendAsync(HttpMethod.Delete, path, Json.Bytes(options), "application/json", cancel);

    /// <summary>Gets a named object. When it is not there because its namespace is not, the error says that.</summary>
    public async Task<JsonObject> GetAsync(ResourceInfo info, string? subresource, string query, string? accept, CancellationToken cancel)
    {
        try
        {
            return await GetAsync(info.Path(subresource) + query, cancel, accept);
        }
        catch (ApiException e) when (e.IsNotFound && info.Namespace is { Length: > 0 } and not WellKnownNamespaces.Default)
        {
            await ThrowIfMissingAsync(info.Namespace, cancel);
            throw;
        }
    }

    private async Task ThrowIfMissingAsync(string ns, CancellationToken cancel)
    {
        try
        {
            await GetAsync($"api/v1/namespaces/{Uri.EscapeDataString(ns)}", cancel);
        }
        catch (ApiException e) when (!e.IsNotFound)
        {
            // Whoever may not read namespaces still gets the first error.
        }
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, byte[] body, string mediaType, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        using var response = await client.SendAsync(method, path, content, null, cancel);
        return Json.ParseObject(await response.Content.ReadAsByteArrayAsync(cancel));
    }
}
