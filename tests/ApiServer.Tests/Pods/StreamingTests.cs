namespace Tiphys.ApiServer.Tests;

/// <summary>What clients are told when a kubelet cannot be asked.</summary>
public sealed class StreamingTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_kubelet_that_does_not_answer_is_told_in_the_words_of_Gos_client()
    {
        var pods = await PodAsync("");
        var (code, body) = await cluster.SendAsync("GET", pods + "/p/log");
        Assert.Equal(500, code);
        Assert.Equal($"Get \"https://127.0.0.1:1/containerLogs/{pods.Split('/')[4]}/p/c\": dial tcp 127.0.0.1:1: connect: connection refused", (string)body["message"]!);
        Assert.Null(body["reason"]);
    }

    [Fact]
    public async Task All_containers_are_named_where_one_must_be_chosen()
    {
        var pods = await PodAsync(""","initContainers":[{"name":"i","image":"x"}]""", """,{"name":"d","image":"x"}""");
        var (code, body) = await cluster.SendAsync("GET", pods + "/p/log");
        Assert.Equal(400, code);
        Assert.Equal("a container name must be specified for pod p, choose one of: [i c d]", (string)body["message"]!);
    }

    private async Task<string> PodAsync(string extra, string containers = "")
    {
        var (code, _) = await cluster.SendAsync("POST", "/api/v1/nodes", """{"metadata":{"name":"gone"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":1}}}}""");
        Assert.True(code is 201 or 409);
        var pods = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/pods";
        await cluster.CreateAsync(pods, $$$"""{"metadata":{"name":"p"},"spec":{"nodeName":"gone","containers":[{"name":"c","image":"x"}{{{containers}}}]{{{extra}}}}}""");
        return pods;
    }
}
