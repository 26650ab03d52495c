using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer.Tests;

/// <summary>The warnings that come with answers. <c>warnings.jsonl</c> holds what kube-apiserver 1.36 was sent, and what it warned of.</summary>
public sealed class WarningTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Twice = """{"containers":[{"name":"c","image":"x","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}""";

    [Fact]
    public async Task Clients_are_warned_of_what_upstream_warns_of()
    {
        var ns = await cluster.NamespaceAsync();
        var differences = new List<string>();
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Warnings", "warnings.jsonl"), TestContext.Current.CancellationToken))
        {
            var recorded = JsonNode.Parse(line)!;
            var path = ((string)recorded[0]!).Replace("/namespaces/default/", $"/namespaces/{ns}/", StringComparison.Ordinal);
            var (code, warnings) = await SendAsync("POST", path + "?dryRun=All", recorded[1]!.ToJsonString());
            if (code != (int)recorded[2]! || !warnings.SequenceEqual(recorded[3]!.AsArray().Select(static w => (string)w!)))
                differences.Add($"{line[..Math.Min(line.Length, 400)]}\n  {code}\n  {string.Join("\n  ", warnings)}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences.Take(5))}");
    }

    [Fact]
    public async Task Changes_are_warned_of_where_a_new_generation_is_made()
    {
        var ns = await cluster.NamespaceAsync();
        var deployments = $"/apis/apps/v1/namespaces/{ns}/deployments";
        var (_, created) = await SendAsync("POST", deployments, """{"metadata":{"name":"w"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":""" + Twice + "}}}");
        Assert.Equal(["spec.template.spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply"], created);
        Assert.Equal((200, 0), await PatchAsync(deployments + "/w", """{"metadata":{"labels":{"x":"y"}}}"""));
        Assert.Equal((200, 1), await PatchAsync(deployments + "/w", """{"spec":{"replicas":3}}"""));

        var pods = $"/api/v1/namespaces/{ns}/pods";
        Assert.Single((await SendAsync("POST", pods, """{"metadata":{"name":"w"},"spec":""" + Twice + "}")).Warnings);
        Assert.Equal((200, 0), await PatchAsync(pods + "/w", """{"spec":{"containers":[{"name":"c","image":"y"}]}}"""));
    }

    [Fact]
    public async Task Deprecated_versions_are_warned_of_whatever_the_answer()
    {
        const string text = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
        Assert.Equal([text], (await SendAsync("GET", "/api/v1/namespaces/default/endpoints")).Warnings);
        var (code, warnings) = await SendAsync("GET", "/api/v1/namespaces/default/endpoints/none");
        Assert.Equal(404, code);
        Assert.Equal([text], warnings);
        Assert.Equal([text], (await SendAsync("GET", "/api/v1/endpoints?watch=1&timeoutSeconds=1")).Warnings);
    }

    [Fact]
    public async Task Unknown_fields_are_told_though_the_object_is_refused()
    {
        var (code, warnings) = await SendAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"NOT GOOD"},"zork":1,"data":{"a":"b","a":"c"}}""");
        Assert.Equal(422, code);
        Assert.Equal(["unknown field \"zork\"", "duplicate field \"data.a\""], warnings);
    }

    [Fact]
    public async Task An_annotation_of_AppArmor_becomes_the_field()
    {
        var ns = await cluster.NamespaceAsync();
        var pod = await cluster.CreateAsync(
            $"/api/v1/namespaces/{ns}/pods",
            """{"metadata":{"name":"a","annotations":{"container.apparmor.security.beta.kubernetes.io/c":"localhost/x"}},"spec":{"terminationGracePeriodSeconds":-5,"containers":[{"name":"c","image":"x"}]}}""");
        Assert.Equal("""{"type":"Localhost","localhostProfile":"x"}""", pod["spec"]!["containers"]![0]!["securityContext"]!["appArmorProfile"]!.ToJsonString());
        Assert.Equal(1, (int)pod["spec"]!["terminationGracePeriodSeconds"]!);
    }

    [Theory]
    [InlineData("a", "a", "tls: failed to find any PEM data in certificate input")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "", "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched")]
    public async Task A_pair_that_is_none_is_warned_of(string certificate, string key, string expected)
    {
        var secret = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "pair" },
            ["type"] = "kubernetes.io/tls",
            ["stringData"] = new JsonObject { ["tls.crt"] = certificate, ["tls.key"] = key },
        };
        var (code, warnings) = await SendAsync("POST", "/api/v1/namespaces/default/secrets?dryRun=All", secret.ToJsonString());
        Assert.Equal(201, code);
        Assert.Equal([expected], warnings);
    }

    [Fact]
    public void The_same_is_told_once_and_too_much_is_cut()
    {
        var headers = new HeaderDictionary();
        var warnings = new WarningHeaders(headers);
        warnings.Add("a \"b\"");
        warnings.Add("a \"b\"");
        warnings.Add("");
        warnings.Add("line\nbreak");
        Assert.Equal("299 - \"a \\\"b\\\"\"", headers["Warning"]);
        for (var i = 0; i < 20; i++) warnings.Add(i + new string('x', 1000));
        Assert.All(headers["Warning"].Skip(1), static w => Assert.Equal(256 + "299 - \"\"".Length, w!.Length));
        Assert.Equal(17, headers["Warning"].Count); // until 4096 are together
    }

    private async Task<(int Code, int Count)> PatchAsync(string path, string patch)
    {
        var (code, warnings) = await SendAsync("PATCH", path, patch, "application/strategic-merge-patch+json");
        return (code, warnings.Count);
    }

    private async Task<(int Code, List<string> Warnings)> SendAsync(string method, string path, string? body = null, string? type = null)
    {
        var (response, _) = await cluster.SendRawAsync(method, path, body, contentType: type);
        using (response)
        {
            var told = response.Headers.NonValidated.TryGetValues("Warning", out var values) ? values.ToList() : [];
            return ((int)response.StatusCode, told.ConvertAll(static w => w["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)));
        }
    }
}
