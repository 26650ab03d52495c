using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage.Embedded;

namespace Tiphys.ApiServer.Tests;

/// <summary>An API server whose Secrets a KMS plugin guards.</summary>
public sealed class KmsServerTests : IAsyncDisposable
{
    private const string Secrets = "/api/v1/namespaces/default/secrets";

    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
    private readonly ComponentTokens _components = new();
    /// <summary>The plugins' clock; the server has the real one.</summary>
    private readonly ManualTime _time = new();
    private readonly string _token;
    private HttpClient _http = new();

    public KmsServerTests() => _token = _components.Issue("admin", UserInfo.Masters);

    private string ConfigFile => Path.Combine(_directory, "enc.yaml");

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_plugin_that_fails_shows_in_health_and_then_in_writes()
    {
        await using var kms = await Plugin("vault").StartAsync();
        Configure(kms, "vault");
        await using var store = EmbeddedStore.InMemory();
        await using var encryption = await LoadAsync(reload: false);
        await using var server = await StartAsync(store, encryption);

        await SendAsync(HttpMethod.Post, Secrets, """{"metadata":{"name":"a"},"stringData":{"password":"plain-to-see"}}""");
        Assert.StartsWith("k8s:enc:kms:v2:vault:", await StoredAsync(store), StringComparison.Ordinal);
        Assert.DoesNotContain("plain-to-see", await StoredAsync(store), StringComparison.Ordinal);
        Assert.Equal((200, "ok"), await GetAsync("/healthz/kms-providers"));
        Assert.Equal((200, "ok"), await GetAsync("/readyz/kms-providers"));
        Assert.Equal(404, (await GetAsync("/livez/kms-providers")).Code);

        await kms.StopAsync();
        _time.Advance(TimeSpan.FromSeconds(45));
        var (failed, why) = await PassingAsync(GetAsync("/healthz/kms-providers"));
        Assert.Equal(500, failed);
        Assert.StartsWith("internal server error: kms-provider-0: failed to perform status section of the healthz check for KMS Provider vault, error: rpc error: code = ", why, StringComparison.Ordinal);
        Assert.Contains("[-]kms-providers failed", (await GetAsync("/readyz")).Text, StringComparison.Ordinal);
        Assert.Equal((200, "ok"), await GetAsync("/livez"));
        Assert.Equal(200, (await GetAsync(Secrets + "/a")).Code);

        _time.Advance(TimeSpan.FromSeconds(140));
        var (code, text) = await TrySendAsync(HttpMethod.Post, Secrets, """{"metadata":{"name":"b"}}""");
        Assert.Equal(500, code);
        var status = JsonNode.Parse(text)!;
        Assert.Equal("InternalError", status["reason"]!.GetValue<string>());
        Assert.StartsWith("Internal error occurred: encryptedDEKSource with keyID hash \"sha256:", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(201, (await TrySendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"b"}}""")).Code);
        Assert.Equal(200, (await GetAsync(Secrets + "/a")).Code);

        await kms.StartAsync();
        await Patience.UntilAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(4));
                return await PassingAsync(GetAsync("/readyz/kms-providers")) == (200, "ok");
            },
            "the plugin is well again");
        await SendAsync(HttpMethod.Post, Secrets, """{"metadata":{"name":"b"}}""");
    }

    [Fact]
    public async Task A_server_that_starts_without_its_plugin_becomes_ready_with_it()
    {
        await using var kms = await Plugin("vault").StartAsync();
        Configure(kms, "vault");
        await using var store = EmbeddedStore.InMemory();
        await using (var before = await LoadAsync(reload: false))
        await using (await StartAsync(store, before))
            await SendAsync(HttpMethod.Post, Secrets, """{"metadata":{"name":"a"},"stringData":{"k":"v"}}""");
        await kms.StopAsync();

        await using var encryption = await PassingAsync(LoadAsync(reload: false));
        var starting = StartAsync(store, encryption);
        await Patience.UntilAsync(async () => (await PassingAsync(GetAsync("/readyz"))).Code == 500);
        Assert.Contains("[-]kms-providers failed", (await PassingAsync(GetAsync("/readyz"))).Text, StringComparison.Ordinal);
        Assert.False(starting.IsCompleted);

        await kms.StartAsync();
        await Patience.UntilAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            await PassingAsync(GetAsync("/readyz/kms-providers"));
            return starting.IsCompleted;
        });
        await using var server = await starting;
        Assert.Equal("dg==", (await SendAsync(HttpMethod.Get, Secrets + "/a", null))["data"]!["k"]!.GetValue<string>());
        Assert.Equal((200, "ok"), await GetAsync("/readyz"));
    }

    [Fact]
    public async Task A_reloaded_file_counts_once_its_plugins_are_well()
    {
        await using var vault = await Plugin("vault").StartAsync();
        await using var other = Plugin("other");
        Configure(vault, "vault");
        await using var store = EmbeddedStore.InMemory();
        await using var encryption = await LoadAsync(reload: true);
        await using var server = await StartAsync(store, encryption);
        await SendAsync(HttpMethod.Post, Secrets, """{"metadata":{"name":"a"}}""");

        // Nonsense, and a plugin that is not there, change nothing, and nothing is unhealthy by them.
        await File.WriteAllTextAsync(ConfigFile, "kind: Nonsense\n");
        await encryption.ReadAgainAsync(CancellationToken.None);
        Configure((other, "other"), (vault, "vault"));
        await PassingAsync(encryption.ReadAgainAsync(CancellationToken.None));
        Assert.Equal((200, "ok"), await PassingAsync(GetAsync("/readyz/kms-providers")));
        var read = await SendAsync(HttpMethod.Get, Secrets + "/a", null);
        await SendAsync(HttpMethod.Put, Secrets + "/a", read.ToJsonString());
        Assert.StartsWith("k8s:enc:kms:v2:vault:", await StoredAsync(store), StringComparison.Ordinal);

        await other.StartAsync();
        await encryption.ReadAgainAsync(CancellationToken.None);
        await SendAsync(HttpMethod.Put, Secrets + "/a", read.ToJsonString());
        Assert.StartsWith("k8s:enc:kms:v2:other:", await StoredAsync(store), StringComparison.Ordinal);
        Assert.Equal((200, "ok"), await GetAsync("/readyz/kms-providers"));
    }

    // Only as long as a call waits for a plugin that is away: otherwise nothing shall grow old for the test's haste.
    private async Task PassingAsync(Task task)
    {
        await Patience.UntilAsync(
            () =>
            {
                if (!task.IsCompleted && _time.IsAwaited(TimeSpan.FromMilliseconds(100))) _time.Advance(TimeSpan.FromMilliseconds(500));
                return task.IsCompleted;
            },
            "it ends with time");
        await task;
    }

    private async Task<T> PassingAsync<T>(Task<T> task)
    {
        await PassingAsync((Task)task);
        return await task;
    }

    private FakeKms Plugin(string name) => new(Path.Combine(_directory, name + ".sock"));

    private void Configure(FakeKms kms, string name) => Configure((kms, name));

    private void Configure(params (FakeKms Kms, string Name)[] providers) => File.WriteAllText(
        ConfigFile,
        "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets]\n  providers:\n"
        + string.Concat(providers.Select(p => $"  - kms: {{apiVersion: v2, name: {p.Name}, endpoint: \"{p.Kms.Endpoint}\", timeout: 10s}}\n")));

    private Task<EncryptionAtRest> LoadAsync(bool reload) => EncryptionAtRest.LoadAsync(ConfigFile, reload, _time, NullLogger.Instance, CancellationToken.None);

    /// <summary>Starts a server; from then on requests go to it.</summary>
    private Task<KubeApiServer> StartAsync(EmbeddedStore store, EncryptionAtRest encryption)
    {
        var transport = new InProcessTransport();
        _http.Dispose();
        _http = new HttpClient(transport.CreateHandler()) { BaseAddress = new Uri("http://cluster") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return KubeApiServer.StartAsync(
            new KubeApiServerOptions
            {
                Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, InProcess = transport, Time = TimeProvider.System },
                Pki = ClusterPki.Open(Path.Combine(_directory, "pki"), new(), TimeProvider.System),
                AdvertiseAddress = IPAddress.Loopback,
                Components = _components,
                Encryption = encryption,
            },
            store,
            NullLoggerFactory.Instance,
            CancellationToken.None);
    }

    private static async Task<string> StoredAsync(EmbeddedStore store) =>
        Encoding.Latin1.GetString((await store.GetAsync("/registry/secrets/default/a"u8.ToArray())).Record!.Value.Span);

    private Task<(int Code, string Text)> GetAsync(string path) => TrySendAsync(HttpMethod.Get, path, null);

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body)
    {
        var (code, text) = await TrySendAsync(method, path, body);
        Assert.True(code < 300, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<(int Code, string Text)> TrySendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
