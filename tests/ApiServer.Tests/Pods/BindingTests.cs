namespace Tiphys.ApiServer.Tests;

public sealed class BindingTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Old_clients_bind_through_the_namespace()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p"));
        await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/pods/p/status", """{"status":{"nominatedNodeName":"n"}}""", contentType: "application/merge-patch+json");
        const string binding = """{"kind":"Binding","apiVersion":"v1","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""";
        var (code, answer) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/bindings", binding);
        Assert.Equal((201, "Success"), (code, (string)answer["status"]!));
        var (_, pod) = await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/pods/p");
        Assert.Equal("n", (string)pod["spec"]!["nodeName"]!);
        Assert.Null(pod["status"]!["nominatedNodeName"]);

        // A pod is bound once.
        (code, answer) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/bindings", binding);
        Assert.Equal((409, "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\""), (code, (string)answer["message"]!));
        Assert.Equal(404, (await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/bindings", binding.Replace("\"p\"", "\"q\"", StringComparison.Ordinal))).Code);
    }
}
