using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Evictions: what a disruption budget allows, and what it does not.</summary>
public sealed class EvictionTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Merge = "application/merge-patch+json";

    [Fact]
    public async Task A_pod_without_a_budget_goes_and_says_why()
    {
        var pods = await PodAsync(ready: true);
        Assert.Equal(201, (await EvictAsync(pods)).Code);
        var (_, pod) = await cluster.SendAsync("GET", pods + "/p");
        Assert.NotNull(pod["metadata"]!["deletionTimestamp"]);
        Assert.Contains(pod["status"]!["conditions"]!.AsArray(), static c => (string?)c!["type"] == "DisruptionTarget" && (string?)c["reason"] == "EvictionByEvictionAPI");
    }

    [Fact]
    public async Task A_dry_run_leaves_it()
    {
        var pods = await PodAsync(ready: true);
        Assert.Equal(201, (await EvictAsync(pods, ""","deleteOptions":{"dryRun":["All"]}""")).Code);
        Assert.Null((await cluster.SendAsync("GET", pods + "/p")).Body["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    public async Task A_budget_without_disruptions_left_holds_it_and_one_with_some_counts_it()
    {
        var pods = await PodAsync(ready: true);
        var budget = await BudgetAsync(pods, allowed: 0, healthy: 1, desired: 1);
        var (code, refused) = await EvictAsync(pods);
        Assert.Equal(429, code);
        Assert.Equal("TooManyRequests", (string?)refused["reason"]);
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", (string?)refused["message"]);
        var cause = refused["details"]!["causes"]![0]!;
        Assert.Equal("DisruptionBudget", (string?)cause["reason"]);
        Assert.Equal("The disruption budget b needs 1 healthy pods and has 1 currently", (string?)cause["message"]);

        await StatusAsync(budget, allowed: 1, healthy: 2, desired: 1);
        Assert.Equal(201, (await EvictAsync(pods)).Code);
        var (_, after) = await cluster.SendAsync("GET", budget);
        Assert.Equal(0, (int)after["status"]!["disruptionsAllowed"]!);
        Assert.NotNull(after["status"]!["disruptedPods"]!["p"]);
    }

    [Fact]
    public async Task An_unready_pod_goes_when_the_rest_is_healthy_enough()
    {
        var pods = await PodAsync(ready: false);
        await BudgetAsync(pods, allowed: 0, healthy: 1, desired: 1);
        Assert.Equal(201, (await EvictAsync(pods)).Code);
    }

    [Fact]
    public async Task Two_budgets_are_an_error_and_a_stale_one_is_waited_for()
    {
        var pods = await PodAsync(ready: true);
        var budget = await BudgetAsync(pods, allowed: 1, healthy: 2, desired: 1);
        Assert.Equal(200, (await cluster.SendAsync("PATCH", budget, """{"spec":{"minAvailable":2}}""", contentType: Merge)).Code);
        var (stale, body) = await EvictAsync(pods);
        Assert.Equal(429, stale);
        Assert.Contains("is still being processed by the server", body.ToJsonString(), StringComparison.Ordinal);
        await cluster.CreateAsync(budget[..budget.LastIndexOf('/')], """{"metadata":{"name":"c"},"spec":{"minAvailable":1,"selector":{}}}""");
        var (twice, error) = await EvictAsync(pods);
        Assert.Equal(500, twice);
        Assert.Contains("more than one PodDisruptionBudget", (string?)error["message"], StringComparison.Ordinal);
    }

    private async Task<(int Code, JsonNode Body)> EvictAsync(string pods, string more = "") =>
        await cluster.SendAsync("POST", pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}""" + more + "}");

    private async Task<string> PodAsync(bool ready)
    {
        var ns = await cluster.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        await cluster.CreateAsync(pods, TestCluster.Pod("p", ""","nodeName":"n" """));
        var status = """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"READY"}]}}""".Replace("READY", ready ? "True" : "False", StringComparison.Ordinal);
        Assert.Equal(200, (await cluster.SendAsync("PATCH", pods + "/p/status", status, contentType: Merge)).Code);
        return pods;
    }

    private async Task<string> BudgetAsync(string pods, int allowed, int healthy, int desired)
    {
        var budgets = pods.Replace("/api/v1", "/apis/policy/v1", StringComparison.Ordinal).Replace("/pods", "/poddisruptionbudgets", StringComparison.Ordinal);
        await cluster.CreateAsync(budgets, """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{}}}""");
        await StatusAsync(budgets + "/b", allowed, healthy, desired);
        return budgets + "/b";
    }

    private async Task StatusAsync(string budget, int allowed, int healthy, int desired) =>
        Assert.Equal(200, (await cluster.SendAsync("PATCH", budget + "/status", $$$"""{"status":{"observedGeneration":1,"disruptionsAllowed":{{{allowed}}},"currentHealthy":{{{healthy}}},"desiredHealthy":{{{desired}}},"expectedPods":2}}""", contentType: Merge)).Code);
}
