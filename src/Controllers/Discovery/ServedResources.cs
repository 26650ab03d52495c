using Tiphys.Api;
using Tiphys.Api.ApiDiscovery.V2;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>A resource the server serves, in its preferred version.</summary>
/// <param name="Group">API group, empty for core.</param>
/// <param name="Version">Version in the group.</param>
/// <param name="Resource">Plural resource name.</param>
/// <param name="Kind">Kind of its objects.</param>
/// <param name="Namespaced">Whether they live in namespaces.</param>
/// <param name="Verbs">What can be done with them.</param>
internal sealed record ServedResource(string Group, string Version, string Resource, string Kind, bool Namespaced, IReadOnlyList<string> Verbs)
{
    /// <summary>Path of the collection, or of an object.</summary>
    public string Path(string ns, string? name = null) => MetadataClient.Path(Group, Version, Resource, Namespaced ? ns : "", name);
}

/// <summary>Finds out what the server serves, custom resources included.</summary>
internal static class ServedResources
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    /// <summary>All resources; of several versions of one, the preferred.</summary>
    public static async Task<IReadOnlyList<ServedResource>> FetchAsync(KubernetesClient client, CancellationToken cancel)
    {
        var resources = new List<ServedResource>();
        foreach (var root in new[] { "api", "apis" })
        {
            using var response = await client.SendAsync(HttpMethod.Get, root, null, Aggregated, cancel);
            if (response.Content.Headers.ContentType?.Parameters.Any(static p => p.Name == "as") == true)
            {
                var groups = ApiJson.Decode<KubernetesList<APIGroupDiscovery>>(await response.Content.ReadAsByteArrayAsync(cancel));
                foreach (var group in groups.Items) Add(resources, group);
            }
            else
            {
                await AddOneByOneAsync(resources, client, root, cancel);
            }
        }

        return resources;
    }

    private static void Add(List<ServedResource> resources, APIGroupDiscovery group)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var version in group.Versions ?? [])
        {
            foreach (var resource in version.Resources ?? [])
            {
                if (seen.Add(resource.Resource)) resources.Add(new(group.Metadata.Name, version.Version, resource.Resource, resource.ResponseKind?.Kind ?? "", resource.Scope == ResourceScope.Namespaced, resource.Verbs));
            }
        }
    }

    private static async Task AddOneByOneAsync(List<ServedResource> resources, KubernetesClient client, string root, CancellationToken cancel)
    {
        var versions = root == "api"
            ? (await client.SendAsync<APIVersions>(HttpMethod.Get, root, null, cancel)).Versions.ConvertAll(static v => ("", v))
            : (await client.SendAsync<APIGroupList>(HttpMethod.Get, root, null, cancel)).Groups.SelectMany(static g => g.Versions.Select(v => (g.Name, v.Version))).ToList();
        var seen = new HashSet<(string, string)>();
        foreach (var (group, version) in versions)
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            var list = await client.SendAsync<APIResourceList>(HttpMethod.Get, path, null, cancel);
            foreach (var resource in list.Resources)
                if (!resource.Name.Contains('/') && seen.Add((group, resource.Name))) resources.Add(new(group, version, resource.Name, resource.Kind, resource.Namespaced, resource.Verbs));
        }
    }
}
