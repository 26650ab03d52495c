using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Kubelet.Tests.Harness;

/// <summary>An API server in memory, behind a client's transport: enough of one for a node agent.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(string Collection, string? Node, Channel<string> Events)> _watches = [];
    private long _version = 1;

    /// <summary>Every request as "METHOD path", in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public KubernetesClient Client => field ??= new KubernetesClient(new Uri("http://api/"), this, "kubelet");

    public T Create<T>(T item) where T : class, IKubernetesObject<T>
    {
        var collection = Collection<T>(item.Metadata.Namespace);
        var json = Put($"{collection}/{item.Metadata.Name}", (JsonObject)JsonNode.Parse(ApiJson.Encode(item))!, isNew: true);
        return ApiJson.Decode<T>(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    public T? Get<T>(string podNamespace, string name) where T : class, IKubernetesObject<T>
    {
        lock (_lock)
        {
            return _objects.TryGetValue($"{Collection<T>(podNamespace)}/{name}", out var found)
                ? ApiJson.Decode<T>(Encoding.UTF8.GetBytes(found.ToJsonString()))
                : null;
        }
    }

    public IReadOnlyList<T> List<T>(string podNamespace) where T : class, IKubernetesObject<T>
    {
        lock (_lock)
        {
            return [.. _objects.Where(o => Parent(o.Key) == Collection<T>(podNamespace))
                .Select(o => ApiJson.Decode<T>(Encoding.UTF8.GetBytes(o.Value.ToJsonString())))];
        }
    }

    public void Update<T>(string podNamespace, string name, Action<T> change) where T : class, IKubernetesObject<T>
    {
        lock (_lock)
        {
            var item = Get<T>(podNamespace, name)!;
            change(item);
            Put($"{Collection<T>(podNamespace)}/{name}", (JsonObject)JsonNode.Parse(ApiJson.Encode(item))!, isNew: false);
        }
    }

    public void Delete<T>(string podNamespace, string name, long? grace = null) where T : class, IKubernetesObject<T> =>
        Delete($"{Collection<T>(podNamespace)}/{name}", grace);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var path = request.RequestUri!.AbsolutePath.Trim('/');
        var query = request.RequestUri.Query;
        Requests.Enqueue($"{request.Method} {path}");
        var body = request.Content is null ? null : await ReadAsync(request, cancel);
        if (request.Method == HttpMethod.Get && query.Contains("watch=true", StringComparison.Ordinal)) return Watch(path, query);
        lock (_lock)
        {
            var (target, sub) = SplitSubresource(path);
            if (request.Method == HttpMethod.Get) return _objects.TryGetValue(path, out var found) ? Ok(found) : IsObject(path) ? NotFound(path) : ListOf(path, query);
            if (request.Method == HttpMethod.Post && sub == "token")
            {
                var token = new JsonObject { ["token"] = "token-" + _version++, ["expirationTimestamp"] = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
                return Ok(new JsonObject { ["kind"] = "TokenRequest", ["apiVersion"] = "authentication.k8s.io/v1", ["status"] = token });
            }
            if (request.Method == HttpMethod.Post) return Ok(Put($"{path}/{(string)body!["metadata"]!["name"]!}", body!, isNew: true));
            if (!_objects.TryGetValue(target, out var current)) return NotFound(target);
            if (request.Method == HttpMethod.Put) return Ok(Put(target, body!, isNew: false));
            if (request.Method == HttpMethod.Patch)
            {
                var merged = (JsonObject)current.DeepClone();
                Merge(merged, body!);
                return Ok(Put(target, merged, isNew: false));
            }
            Delete(target, (long?)body?["gracePeriodSeconds"]);
            return Ok(current);
        }
    }

    private static async Task<JsonObject?> ReadAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var bytes = await request.Content!.ReadAsByteArrayAsync(cancel);
        if (request.Content.Headers.ContentType?.MediaType?.Contains("protobuf", StringComparison.Ordinal) is true)
            throw new NotSupportedException("this server speaks JSON");
        return bytes.Length == 0 ? null : (JsonObject?)JsonNode.Parse(bytes);
    }

    private JsonObject Put(string path, JsonObject item, bool isNew)
    {
        lock (_lock)
        {
            item = (JsonObject)item.DeepClone();
            var meta = (JsonObject)item["metadata"]!;
            meta["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            if (isNew)
            {
                meta["uid"] ??= Guid.NewGuid().ToString();
                meta["generation"] = 1;
                meta["creationTimestamp"] ??= DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            }
            _objects[path] = item;
            Notify(path, isNew ? "ADDED" : "MODIFIED", item);
            return item;
        }
    }

    private void Delete(string path, long? grace)
    {
        lock (_lock)
        {
            if (!_objects.TryGetValue(path, out var item)) return;
            if (path.Contains("/pods/", StringComparison.Ordinal) && grace is null or > 0)
            {
                var copy = (JsonObject)item.DeepClone();
                copy["metadata"]!["deletionTimestamp"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                copy["metadata"]!["deletionGracePeriodSeconds"] = grace ?? (long?)copy["spec"]!["terminationGracePeriodSeconds"] ?? 30;
                Put(path, copy, isNew: false);
                return;
            }
            _objects.Remove(path);
            _version++;
            Notify(path, "DELETED", item);
        }
    }

    private void Notify(string path, string type, JsonObject item)
    {
        var line = new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString() + "\n";
        foreach (var watch in _watches)
        {
            if (Covers(watch.Collection, path) && (watch.Node is null || (string?)item["spec"]?["nodeName"] == watch.Node)) watch.Events.Writer.TryWrite(line);
        }
    }

    private HttpResponseMessage Watch(string path, string query)
    {
        var events = Channel.CreateUnbounded<string>();
        lock (_lock)
        {
            _watches.Add((path, NodeOf(query), events));
            // What changed between the list and this watch must not be lost.
            var since = VersionOf(query);
            foreach (var (key, item) in _objects)
            {
                if (Covers(path, key) && (NodeOf(query) is not { } node || (string?)item["spec"]?["nodeName"] == node) &&
                    long.Parse((string)item["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture) > since)
                    events.Writer.TryWrite(new JsonObject { ["type"] = "MODIFIED", ["object"] = item.DeepClone() }.ToJsonString() + "\n");
            }
        }
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new ChannelStream(events.Reader)) };
    }

    private HttpResponseMessage ListOf(string collection, string query)
    {
        var node = NodeOf(query);
        var items = _objects.Where(o => Covers(collection, o.Key) && (node is null || (string?)o.Value["spec"]?["nodeName"] == node)).Select(o => o.Value.DeepClone()).ToArray();
        return Ok(new JsonObject
        {
            ["kind"] = "List", ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
            ["items"] = new JsonArray(items),
        });
    }

    // Maps are merged, conditions by their type; other lists are replaced.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner && target[key] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else if (key == "conditions" && target[key] is JsonArray conditions)
            {
                foreach (var condition in value.AsArray())
                {
                    if (conditions.FirstOrDefault(c => (string?)c!["type"] == (string?)condition!["type"]) is { } old) conditions.Remove(old);
                    conditions.Add(condition!.DeepClone());
                }
            }
            else if (value is JsonArray list)
            {
                target[key] = new JsonArray([.. list.Where(e => (e as JsonObject)?["$patch"] is null).Select(e => e!.DeepClone())]);
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }

    private static long VersionOf(string query)
    {
        const string parameter = "resourceVersion=";
        var at = query.IndexOf(parameter, StringComparison.Ordinal);
        return at < 0 ? 0 : long.Parse(query[(at + parameter.Length)..].Split('&')[0], CultureInfo.InvariantCulture);
    }

    private static string? NodeOf(string query)
    {
        const string selector = "spec.nodeName%3D";
        var at = query.IndexOf(selector, StringComparison.Ordinal);
        return at < 0 ? null : query[(at + selector.Length)..].Split('&')[0];
    }

    private static string Collection<T>(string? podNamespace) where T : class, IKubernetesObject<T> =>
        (T.Info.Group.Length == 0 ? "api/" : $"apis/{T.Info.Group}/") + T.Info.Version +
        (string.IsNullOrEmpty(podNamespace) ? "" : $"/namespaces/{podNamespace}") + "/" + T.Info.Resource;

    private static string Parent(string path) => path[..path.LastIndexOf('/')];

    private static bool Covers(string collection, string path)
    {
        if (Parent(path) == collection) return true;
        var at = collection.LastIndexOf('/');
        return path.StartsWith(collection[..at] + "/namespaces/", StringComparison.Ordinal) && Parent(path).EndsWith(collection[at..], StringComparison.Ordinal);
    }

    private static (string Target, string? Sub) SplitSubresource(string path) =>
        path.EndsWith("/status", StringComparison.Ordinal) || path.EndsWith("/token", StringComparison.Ordinal)
            ? (Parent(path), path[(path.LastIndexOf('/') + 1)..])
            : (path, null);

    private static bool IsObject(string path)
    {
        var parts = path.Split('/');
        var rest = parts[(parts[0] == "api" ? 2 : 3)..];
        return rest is ["namespaces", _, _, _, ..] or [not "namespaces", _];
    }

    private static HttpResponseMessage Ok(JsonObject body) =>
        new(HttpStatusCode.OK) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage NotFound(string path) => new(HttpStatusCode.NotFound)
    {
        Content = new StringContent(
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{path}} not found","reason":"NotFound","code":404}""", Encoding.UTF8, "application/json"),
    };

    private sealed class ChannelStream(ChannelReader<string> reader) : Stream
    {
        private ReadOnlyMemory<byte> _rest;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_rest.IsEmpty) _rest = Encoding.UTF8.GetBytes(await reader.ReadAsync(cancellationToken));
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
