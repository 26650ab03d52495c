using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// Describes the API in OpenAPI: version 3 in a document for each group and version below <c>/openapi/v3</c>, version 2 in one for
/// everything at <c>/openapi/v2</c>. Documents are made when first asked for.
/// </summary>
/// <param name="resources">The resources; another list each time something changed, the same list otherwise.</param>
public sealed class OpenApiHandler(Func<IReadOnlyList<ServedResource>> resources) : IPathHandler
{
    private const string IndexPath = "/openapi/v3";
    private const string V2Path = "/openapi/v2";
    private const string V2ProtoType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// <summary>The type that is asked for is no valid media type; this one says the same and is.</summary>
    private const string V2ProtoAnswer = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private volatile Snapshot _snapshot = new([]);

    /// <inheritdoc/>
    public bool Handles(string path) => path is V2Path or IndexPath or IndexPath + "/" || path.StartsWith(IndexPath + "/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public Task HandleAsync(ApiRequest request)
    {
        var current = resources();
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Resources, current)) _snapshot = snapshot = new Snapshot(current);
        var path = request.Info.Path.TrimEnd('/');
        if (path == V2Path) return snapshot.V2(WantsProto(request)).SendAsync(request);
        if (path == IndexPath) return snapshot.Index().SendAsync(request);
        var document = snapshot.V3(path[(IndexPath.Length + 1)..]) ?? throw ApiErrors.UnknownPath();
        var hash = request.Query("hash");
        if (hash.Length > 0)
        {
            if (hash != document.Hash)
            {
                // The hash makes the address immutable; an old one leads to the present document.
                request.Http.Response.StatusCode = 301;
                request.Http.Response.Headers.Location = $"{path}?hash={document.Hash}";
                return Task.CompletedTask;
            }

            request.Http.Response.Headers.CacheControl = "public, immutable";
            request.Http.Response.Headers.Expires = "Thu, 31 Dec 2099 23:59:59 GMT";
        }

        return document.SendAsync(request);
    }

    private static bool WantsProto(ApiRequest request)
    {
        foreach (var range in request.Http.Request.Headers.Accept.ToString().Split(','))
        {
            var type = range.Split(';')[0].Trim();
            if (type is V2ProtoType or "application/com.github.googleapis.gnostic.OpenAPIv2@68f4ded+protobuf") return true;
            if (type is "application/json" or "*/*") return false;
        }

        return false;
    }

    private sealed class Snapshot(IReadOnlyList<ServedResource> served)
    {
        private readonly ConcurrentDictionary<string, Lazy<CachedDocument?>> _documents = new();

        public IReadOnlyList<ServedResource> Resources { get; } = served;

        public CachedDocument V2(bool proto) => proto
            ? Get("v2proto", () => new CachedDocument(OpenApiProto.Encode(Build2()), V2ProtoAnswer))!
            : Get("v2", () => new CachedDocument(Utf8(Build2()), "application/json"))!;

        public CachedDocument Index() => Get("", () =>
        {
            var paths = new JsonObject();
            foreach (var key in Resources.Select(static r => KeyOf(r.Kind)).Distinct().Order(StringComparer.Ordinal))
                paths[key] = new JsonObject { ["serverRelativeURL"] = $"{IndexPath}/{key}?hash={V3(key)!.Hash}" };
            return new CachedDocument(Utf8(new JsonObject { ["paths"] = paths }), "application/json");
        })!;

        public CachedDocument? V3(string key) => Get(key, () =>
        {
            var served = Resources.Where(r => KeyOf(r.Kind) == key).ToList();
            return served.Count == 0 ? null : new CachedDocument(Utf8(Build3(served)), "application/json");
        });

        private static JsonObject Build3(List<ServedResource> served)
        {
            var schemas = new SchemaWriter(v3: true, VersionsOf(served));
            var paths = new PathWriter(schemas, v3: true);
            foreach (var version in VersionsOf(served)) paths.Add(version);
            foreach (var item in served) paths.Add(item);
            return new JsonObject
            {
                ["openapi"] = "3.0.0",
                ["info"] = Info(),
                ["paths"] = ObjectOf(paths.Paths),
                ["components"] = new JsonObject
                {
                    ["schemas"] = ObjectOf(schemas.Definitions),
                    ["securitySchemes"] = new JsonObject { ["BearerToken"] = BearerToken() },
                },
            };
        }

        private JsonObject Build2()
        {
            var schemas = new SchemaWriter(v3: false, VersionsOf(Resources));
            var paths = new PathWriter(schemas, v3: false);
            foreach (var version in VersionsOf(Resources)) paths.Add(version);
            foreach (var item in Resources) paths.Add(item);
            return new JsonObject
            {
                ["swagger"] = "2.0",
                ["info"] = Info(),
                ["paths"] = ObjectOf(paths.Paths),
                ["definitions"] = ObjectOf(schemas.Definitions),
                ["securityDefinitions"] = new JsonObject { ["BearerToken"] = BearerToken() },
                ["security"] = new JsonArray(new JsonObject { ["BearerToken"] = new JsonArray() }),
            };
        }

        private CachedDocument? Get(string key, Func<CachedDocument?> make) => _documents.GetOrAdd(key, _ => new Lazy<CachedDocument?>(make)).Value;

        private static List<GroupVersion> VersionsOf(IEnumerable<ServedResource> served) =>
            [.. served.Select(static r => new GroupVersion(r.Kind.Group, r.Kind.Version)).Distinct().OrderBy(static v => v.Group, StringComparer.Ordinal).ThenBy(static v => v.Version, StringComparer.Ordinal)];

        private static string KeyOf(KindInfo kind) => kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.Group}/{kind.Version}";

        private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = KubernetesVersion.GitVersion };

        private static JsonObject BearerToken() => new() { ["description"] = "Bearer Token authentication", ["type"] = "apiKey", ["name"] = "authorization", ["in"] = "header" };

        private static JsonObject ObjectOf(SortedDictionary<string, JsonObject> entries) => new(entries.Select(static e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));

        private static byte[] Utf8(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}
