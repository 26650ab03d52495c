using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage.Embedded;

namespace Tiphys.ApiServer.Tests;

/// <summary>A whole API server over a store in memory, reached through pipes.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
    private readonly ComponentTokens _components = new();
    private readonly InProcessTransport _transport = new();
    private readonly Dictionary<string, string> _tokens = [];
    private EmbeddedStore? _store;
    private KubeApiServer? _server;
    private HttpClient? _http;

    internal SteppedTime Time { get; } = new();

    public ApiResources Resources => _server!.Resources;

    public string AdminToken { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _store = EmbeddedStore.Open(new EmbeddedStoreOptions());
        AdminToken = _components.Issue("admin", UserInfo.Masters);
        _server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions
            {
                Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, InProcess = _transport, Time = Time },
                Pki = ClusterPki.Open(_directory, new(), Time),
                AdvertiseAddress = IPAddress.Loopback,
                Components = _components,
            },
            _store,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        _http = new HttpClient(_transport.CreateHandler()) { BaseAddress = new Uri("http://cluster") };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A token for a user, always the same for the same user.</summary>
    public string TokenOf(string user, params string[] groups)
    {
        var key = string.Join(' ', [user, .. groups]);
        lock (_tokens) return _tokens.TryGetValue(key, out var token) ? token : _tokens[key] = _components.Issue(user, groups);
    }

    /// <summary>Sends a request as the administrator, or with a token; no token at all when it is empty.</summary>
    public async Task<(int Code, JsonNode Body)> SendAsync(string method, string path, string? body = null, string? token = null, string? contentType = null, params (string Name, string Value)[] headers)
    {
        var (response, text) = await SendRawAsync(method, path, body, token, contentType, headers);
        return ((int)response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    public async Task<(HttpResponseMessage Response, string Text)> SendRawAsync(string method, string path, string? body = null, string? token = null, string? contentType = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        token ??= AdminToken;
        if (token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType ?? "application/json");
        var response = await _http!.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Starts a watch as the administrator.</summary>
    public async Task<TestWatch> WatchAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        var response = await _http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new TestWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>Forgets the store's history up to now.</summary>
    public ValueTask CompactAsync() => _store!.CompactAsync(_store.CurrentRevision);

    /// <summary>Creates an object and expects that it works.</summary>
    public async Task<JsonNode> CreateAsync(string path, string body, string? token = null)
    {
        var (code, answer) = await SendAsync("POST", path, body, token);
        Assert.True(code == 201, $"{code}: {answer["message"]}");
        return answer;
    }

    /// <summary>A namespace of its own, with a default service account.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = "t" + Guid.NewGuid().ToString("N")[..8];
        await CreateAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        await CreateAsync($"/api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        return name;
    }

    public static string Pod(string name, string extra = "") => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"nginx"}]{{{extra}}}}}""";
}
