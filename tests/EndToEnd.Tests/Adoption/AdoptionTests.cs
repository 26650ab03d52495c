using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.EndToEnd.Tests.Adoption;

/// <summary>
/// An API server in the place of a cluster's own, as docs/operations.md tells it: with kubeadm's keys, on the etcd as it lies there.
/// <c>stored.jsonl</c> was recorded from kube-apiserver 1.36.2: a key and a value as it stored them, and its answer to a GET.
/// </summary>
[Collection("shared etcd")]
public sealed class AdoptionTests : IAsyncLifetime
{
    private const string Foreign = "/registry/example.com/things/default/a";
    private readonly LoopbackControlPlane _plane = new();
    private readonly JsonNode[] _stored = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Adoption", "stored.jsonl")).Select(static l => JsonNode.Parse(l)!)];
    private KubeadmKeys _keys = null!;
    private TestCertificates _tls = null!;
    private HttpClient _etcd = null!;

    public async ValueTask InitializeAsync()
    {
        _keys = new KubeadmKeys(_plane.At("kubernetes/pki"));
        _tls = new TestCertificates(_plane.At("tls"));
        _etcd = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_tls.Authority) } },
                ClientCertificates = [X509Certificate2.CreateFromPemFile(_tls.Client + ".crt", _tls.Client + ".key")],
            },
        });
        _etcd.BaseAddress = new Uri(await _plane.StartEtcdAsync(_tls));
        foreach (var entry in _stored) await PutAsync((string)entry["key"]!, Convert.FromBase64String((string)entry["value"]!));
        await PutAsync(Foreign, """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a","namespace":"default"}}"""u8.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        _etcd.Dispose();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task A_cluster_of_kubeadms_is_served_from_its_etcd_with_its_keys()
    {
        Directory.CreateDirectory(_plane.At("data/server"));
        (await Shell.RunAsync("cp", ["-r", _plane.At("kubernetes/pki"), _plane.At("data/server")])).Succeeded();
        await _plane.StartAsync("apiserver", "data", ["--etcd-servers", _etcd.BaseAddress!.OriginalString, .. LoopbackControlPlane.EtcdFlags(_tls)]);
        using var administrator = _keys.Client(_plane.Server("data"));

        var differences = new List<string>();
        foreach (var (path, answer) in _stored.Where(static e => e["path"] is not null).Select(static e => ((string)e["path"]!, e["answer"]!)))
        {
            var served = await GetAsync(administrator, path);
            if (!JsonNode.DeepEquals(Comparable(answer), Comparable(served))) differences.Add($"{path}\n  upstream {answer.ToJsonString()}\n  ours     {served.ToJsonString()}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));

        // Who had access keeps it: by certificate, as the administrator just now, and by token.
        var account = _stored.Single(static e => (string)e["key"]! == "/registry/serviceaccounts/default/t")["answer"]!;
        using var pod = _keys.Client(_plane.Server("data"), _keys.Token("default", "t", (string)account["metadata"]!["uid"]!));
        using var review = new StringContent("""{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}""", new MediaTypeHeaderValue("application/json"));
        var who = JsonNode.Parse(await (await pod.PostAsync(new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative), review, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("system:serviceaccount:default:t", (string?)who["status"]?["userInfo"]?["username"]);

        // What is written stays under upstream's key in a form that upstream reads; what is not ours to know is left alone.
        using var label = new StringContent("""{"metadata":{"labels":{"by":"tiphys"}}}""", new MediaTypeHeaderValue("application/merge-patch+json"));
        var patched = await administrator.PatchAsync(new Uri("/apis/apps/v1/namespaces/default/deployments/t", UriKind.Relative), label, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)patched.StatusCode);
        var written = JsonNode.Parse(await ValueAsync("/registry/deployments/default/t"))!;
        Assert.Equal(("apps/v1", "Deployment", "tiphys"), ((string)written["apiVersion"]!, (string)written["kind"]!, (string)written["metadata"]!["labels"]!["by"]!));
        Assert.Contains("Thing", Encoding.UTF8.GetString(await ValueAsync(Foreign)), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    /// <summary>Without what depends on the store, and with no difference between null and nothing in it.</summary>
    private static JsonNode Comparable(JsonNode node)
    {
        var copy = node.DeepClone();
        copy["metadata"]!.AsObject().Remove("resourceVersion");
        foreach (var part in new[] { copy as JsonObject, copy["status"] as JsonObject }.OfType<JsonObject>())
            foreach (var name in part.Where(static p => p.Value is null or JsonArray { Count: 0 }).Select(static p => p.Key).ToList()) part.Remove(name);
        return copy;
    }

    private async Task PutAsync(string key, byte[] value) => await EtcdAsync("put", new() { ["key"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)), ["value"] = Convert.ToBase64String(value) });

    private async Task<byte[]> ValueAsync(string key) =>
        Convert.FromBase64String((string)(await EtcdAsync("range", new() { ["key"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)) }))["kvs"]![0]!["value"]!);

    private async Task<JsonNode> EtcdAsync(string method, JsonObject request)
    {
        using var body = new StringContent(request.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        var response = await _etcd.PostAsync(new Uri($"/v3/kv/{method}", UriKind.Relative), body, TestContext.Current.CancellationToken);
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }
}
