using Tiphys.Api;
using Tiphys.Api.ApiDiscovery.V2;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Asks an API server what it serves: in two requests where it knows aggregated discovery, group by group where it does not.
/// </summary>
public static class DiscoveryClient
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    /// <summary>All resources without subresources, in the server's order: groups by priority, versions by preference.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public static async Task<IReadOnlyList<DiscoveredResource>> FetchAsync(KubernetesClient client, CancellationToken cancel)
    {
        // One after the other: a second connection with its handshake would take longer.
        return [.. await RootAsync(client, "api", cancel), .. await RootAsync(client, "apis", cancel)];
    }

    private static async Task<List<DiscoveredResource>> RootAsync(KubernetesClient client, string root, CancellationToken cancel)
    {
        using var response = await client.SendAsync(HttpMethod.Get, root, null, Aggregated, cancel);
        if (response.Content.Headers.ContentType?.Parameters.Any(static p => p.Name == "as") != true) return await OneByOneAsync(client, root, cancel);
        var groups = ApiJson.Decode<KubernetesList<APIGroupDiscovery>>(await response.Content.ReadAsByteArrayAsync(cancel));
        return
        [
            .. from g in groups.Items
               from v in g.Versions ?? []
               from r in v.Resources ?? []
               select new DiscoveredResource(g.Metadata.Name, v.Version, r.Resource, r.SingularResource, r.ResponseKind?.Kind ?? "", r.Scope == ResourceScope.Namespaced, r.ShortNames ?? [], r.Categories ?? [], r.Verbs),
        ];
    }

    private static async Task<List<DiscoveredResource>> OneByOneAsync(KubernetesClient client, string root, CancellationToken cancel)
    {
        var versions = root == "api"
            ? (await client.SendAsync<APIVersions>(HttpMethod.Get, root, null, cancel)).Versions.ConvertAll(static v => ("", v))
            : (await client.SendAsync<APIGroupList>(HttpMethod.Get, root, null, cancel)).Groups.SelectMany(static g => g.Versions.Select(v => (g.Name, v.Version))).ToList();
        var lists = await Task.WhenAll(versions.Select(async v =>
        {
            var (group, version) = v;
            var list = await client.SendAsync<APIResourceList>(HttpMethod.Get, group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}", null, cancel);
            return list.Resources.Where(static r => !r.Name.Contains('/', StringComparison.Ordinal))
                .Select(r => new DiscoveredResource(group, version, r.Name, r.SingularName, r.Kind, r.Namespaced, r.ShortNames ?? [], r.Categories ?? [], r.Verbs));
        }));
        return [.. lists.SelectMany(static l => l)];
    }
}
