using System.Collections.Concurrent;
using Tiphys.Api;
using Tiphys.Api.ApiDiscovery.V2;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Tells clients which groups, versions and resources there are: <c>/api</c>, <c>/apis</c> and what lies below, and all of it in
/// one document for those who ask for aggregated discovery.
/// </summary>
/// <param name="resources">The resources; another list each time something changed, the same list otherwise.</param>
/// <param name="serverAddress">Host and port clients should use.</param>
public sealed class DiscoveryHandler(Func<IReadOnlyList<ServedResource>> resources, string serverAddress) : IPathHandler
{
    private const string AggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private volatile Snapshot _snapshot = new([]);

    /// <inheritdoc/>
    public bool Handles(string path)
    {
        if (path is "/" or "") return true;
        if (!path.StartsWith("/api", StringComparison.Ordinal)) return false;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["api"] or ["api", _] or ["apis"] or ["apis", _] or ["apis", _, _];
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ApiRequest request)
    {
        var current = resources();
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Resources, current)) _snapshot = snapshot = new Snapshot(current);
        var parts = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 1 && WantsAggregated(request))
        {
            request.Http.Response.Headers.CacheControl = "public";
            await snapshot.Documents.GetOrAdd(parts[0], root => Aggregated(snapshot.Resources, root == "api")).SendAsync(request);
            return;
        }

        // The lists of groups and paths answer every method, and choose among media types in their own way.
        if (parts is not ([] or ["apis"] or ["apis", _]))
        {
            if (request.Http.Request.Method != "GET") throw ApiErrors.MethodNotAllowed();
            MediaTypes.Demand(request.Http.Request.Headers.Accept.ToString(), MediaTypes.Supported);
        }

        IApiMessage answer = parts switch
        {
            [] => new RootPaths { Paths = [.. PathsOf(snapshot.Resources).Order(StringComparer.Ordinal)] },
            ["api"] => new APIVersions { Versions = ["v1"], ServerAddressByClientCIDRs = [new() { ClientCIDR = "0.0.0.0/0", ServerAddress = serverAddress }] },
            ["apis"] => new APIGroupList { Groups = [.. GroupOrder.Arrange(snapshot.Resources).Where(static g => g.Group.Length > 0).Select(static g => GroupOf(g.Group, g.Versions))] },
            ["api", var version] => ListOf(snapshot.Resources, new("", version)),
            ["apis", var group] => GroupOrder.Arrange(snapshot.Resources).Where(g => g.Group == group && group.Length > 0).Select(static g => GroupOf(g.Group, g.Versions)).FirstOrDefault() ?? throw ApiErrors.UnknownPage(),
            ["apis", var group, var version] => ListOf(snapshot.Resources, new(group, version)),
            _ => throw ApiErrors.UnknownPage(),
        };
        if (answer is APIVersions versions) await ObjectResponse.WriteUnversionedAsync(request, versions);
        else await ObjectResponse.WriteAsync(request, answer);
    }

    private static HashSet<string> PathsOf(IReadOnlyList<ServedResource> served)
    {
        HashSet<string> paths =
        [
            "/.well-known/openid-configuration", "/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version",
        ];
        foreach (var resource in served)
        {
            var kind = resource.Kind;
            if (kind.Group.Length == 0) paths.Add($"/api/{kind.Version}");
            else
            {
                paths.Add($"/apis/{kind.Group}");
                paths.Add($"/apis/{kind.Group}/{kind.Version}");
            }
        }

        return paths;
    }

    private static bool WantsAggregated(ApiRequest request)
    {
        foreach (var range in request.Http.Request.Headers.Accept.ToString().Split(','))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "*/*")) continue;

            // The first form that can be had decides.
            var shaped = parts.Any(static p => p.StartsWith("as=", StringComparison.Ordinal));
            if (!shaped) return false;
            if (parts.Contains("as=APIGroupDiscoveryList") && parts.Contains("g=apidiscovery.k8s.io") && parts.Contains("v=v2")) return true;
        }

        return false;
    }

    private static CachedDocument Aggregated(IReadOnlyList<ServedResource> served, bool core)
    {
        var list = new KubernetesList<APIGroupDiscovery>();
        foreach (var (group, versions) in GroupOrder.Arrange(served.Where(r => r.Kind.Group.Length == 0 == core)))
        {
            list.Items.Add(new APIGroupDiscovery
            {
                Metadata = new() { Name = group },
                Versions = [.. versions.Select(static v => new APIVersionDiscovery { Version = v.Key, Freshness = DiscoveryFreshness.Current, Resources = [.. Sorted(v).Select(Describe)] })],
            });
        }

        return new CachedDocument(ApiJson.Encode(list), AggregatedType);
    }

    private static APIResourceDiscovery Describe(ServedResource served) => new()
    {
        Resource = served.Kind.Resource,
        ResponseKind = KindOf(served.Kind),
        Scope = served.Kind.Namespaced ? ResourceScope.Namespaced : ResourceScope.Cluster,
        SingularResource = served.Kind.Singular,
        Verbs = [.. served.Verbs],
        ShortNames = served.Kind.ShortNames.Count > 0 ? [.. served.Kind.ShortNames] : null,
        Categories = served.Kind.Categories.Count > 0 ? [.. served.Kind.Categories] : null,
        Subresources = served.Subresources.Count == 0 ? null
            : [.. served.Subresources.Select(static s => new APISubresourceDiscovery { Subresource = s.Name, ResponseKind = KindOf(s.Kind), Verbs = [.. s.Verbs] })],
    };

    private static GroupVersionKind KindOf(KindInfo kind) => new() { Group = kind.Group, Version = kind.Version, Kind = kind.Kind };

    private static APIGroup GroupOf(string group, List<IGrouping<string, ServedResource>> versions)
    {
        var all = versions.ConvertAll(v => new GroupVersionForDiscovery { GroupVersion = $"{group}/{v.Key}", Version = v.Key });
        return new() { Name = group, Versions = all, PreferredVersion = all[0] };
    }

    private static APIResourceList ListOf(IReadOnlyList<ServedResource> served, GroupVersion groupVersion)
    {
        var list = new APIResourceList { GroupVersion = groupVersion.ToString() };
        foreach (var item in Sorted(served.Where(r => r.Kind.GroupVersion == groupVersion)))
        {
            var kind = item.Kind;
            list.Resources.Add(new()
            {
                Name = kind.Resource,
                SingularName = kind.Singular,
                Namespaced = kind.Namespaced,
                Kind = kind.Kind,
                Verbs = [.. item.Verbs],
                ShortNames = kind.ShortNames.Count > 0 ? [.. kind.ShortNames] : null,
                Categories = kind.Categories.Count > 0 ? [.. kind.Categories] : null,
                StorageVersionHash = item.StorageVersionHash,
            });
            foreach (var sub in item.Subresources)
            {
                var foreign = sub.Kind.GroupVersion != groupVersion;
                list.Resources.Add(new()
                {
                    Name = $"{kind.Resource}/{sub.Name}",
                    Namespaced = kind.Namespaced,
                    Group = foreign ? sub.Kind.Group : "",
                    Version = foreign ? sub.Kind.Version : "",
                    Kind = sub.Kind.Kind,
                    Verbs = [.. sub.Verbs],
                });
            }
        }

        if (list.Resources.Count > 0) return list;
        throw groupVersion.Group.Length == 0 ? ApiErrors.UnknownPath() : ApiErrors.UnknownPage();
    }

    private static IEnumerable<ServedResource> Sorted(IEnumerable<ServedResource> served) => served.OrderBy(static r => r.Kind.Resource, StringComparer.Ordinal);

    private sealed record Snapshot(IReadOnlyList<ServedResource> Resources)
    {
        public ConcurrentDictionary<string, CachedDocument> Documents { get; } = new();
    }
}
