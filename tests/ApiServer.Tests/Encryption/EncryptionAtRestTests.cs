using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;

namespace Tiphys.ApiServer.Tests;

public sealed class EncryptionAtRestTests
{
    private const string OldKey = "{name: old, secret: MDEyMzQ1Njc4OWFiY2RlZg==}";
    private const string NewKey = "{name: new, secret: ZmVkY2JhOTg3NjU0MzIxMA==}";

    [Fact]
    public async Task Secrets_are_stored_encrypted_served_plain_and_written_anew_under_a_new_key()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var file = Path.Combine(directory, "enc.yaml");
        void Keys(string keys) => File.WriteAllText(
            file, $"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {{keys: [{keys}]}}\n  - identity: {{}}\n");
        Keys(OldKey);
        await using var encryption = await EncryptionAtRest.LoadAsync(file, reload: true, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var (components, transport) = (new ComponentTokens(), new InProcessTransport());
        await using var store = EmbeddedStore.InMemory();
        await using var server = await KubeApiServer.StartAsync(Options(directory, components, transport, encryption), store, NullLoggerFactory.Instance, CancellationToken.None);
        using var http = new HttpClient(transport.CreateHandler()) { BaseAddress = new Uri("http://cluster") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", components.Issue("admin", UserInfo.Masters));
        const string secrets = "/api/v1/namespaces/default/secrets";

        var created = await Send(http, HttpMethod.Post, secrets, """{"metadata":{"name":"a"},"stringData":{"password":"plain-to-see"}}""");
        Assert.StartsWith("k8s:enc:aescbc:v1:old:", await Stored(store), StringComparison.Ordinal);
        Assert.DoesNotContain("plain-to-see", await Stored(store), StringComparison.Ordinal);
        var read = await Send(http, HttpMethod.Get, secrets + "/a", null);
        Assert.Equal("cGxhaW4tdG8tc2Vl", read["data"]!["password"]!.GetValue<string>());

        // Any revision will do, so the list may be a little old.
        await Patience.ForAsync(() => http.GetStringAsync(secrets + "?resourceVersion=0"), static list => list.Contains("cGxhaW4tdG8tc2Vl", StringComparison.Ordinal));

        // Nothing changes, so nothing is written.
        Assert.Equal(Version(created), Version(await Send(http, HttpMethod.Put, secrets + "/a", read.ToJsonString())));

        Keys($"{NewKey}, {OldKey}");
        await encryption.ReadAgainAsync(CancellationToken.None);
        var rewritten = await Send(http, HttpMethod.Put, secrets + "/a", read.ToJsonString());
        Assert.NotEqual(Version(created), Version(rewritten));
        Assert.StartsWith("k8s:enc:aescbc:v1:new:", await Stored(store), StringComparison.Ordinal);
        Assert.Equal(Version(rewritten), Version(await Send(http, HttpMethod.Put, secrets + "/a", rewritten.ToJsonString())));

        // A file that cannot be used changes nothing.
        Keys("");
        await encryption.ReadAgainAsync(CancellationToken.None);
        Assert.Equal(Version(rewritten), Version(await Send(http, HttpMethod.Get, secrets + "/a", null)));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_server_that_knows_of_no_encryption_refuses_what_is_encrypted_and_does_not_leave_it_out()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var (components, transport) = (new ComponentTokens(), new InProcessTransport());
        await using var store = EmbeddedStore.InMemory();
        await using var server = await KubeApiServer.StartAsync(Options(directory, components, transport, null), store, NullLoggerFactory.Instance, CancellationToken.None);
        using var http = new HttpClient(transport.CreateHandler()) { BaseAddress = new Uri("http://cluster") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", components.Issue("admin", UserInfo.Masters));
        const string secrets = "/api/v1/namespaces/default/secrets";
        const string refusal = "Internal error occurred: unable to transform key \"/registry/secrets/default/a\": identity transformer tried to read encrypted data";

        await store.PutIfAsync("/registry/secrets/default/a"u8.ToArray(), "k8s:enc:aescbc:v1:old:nobody knows"u8.ToArray(), 0);
        foreach (var path in (string[])[secrets + "/a", secrets])
        {
            var read = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.InternalServerError, read.StatusCode);
            Assert.Equal(refusal, JsonNode.Parse(await read.Content.ReadAsStringAsync())!["message"]!.GetValue<string>());
        }

        Directory.Delete(directory, recursive: true);
    }

    private static KubeApiServerOptions Options(string directory, ComponentTokens components, InProcessTransport transport, EncryptionAtRest? encryption) => new()
    {
        Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, InProcess = transport },
        Pki = ClusterPki.Open(directory, new(), TimeProvider.System),
        AdvertiseAddress = IPAddress.Loopback,
        Components = components,
        Encryption = encryption,
    };

    private static async Task<string> Stored(EmbeddedStore store) =>
        Encoding.Latin1.GetString((await store.GetAsync("/registry/secrets/default/a"u8.ToArray())).Record!.Value.Span);

    private static string Version(JsonNode node) => node["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static async Task<JsonNode> Send(HttpClient http, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
