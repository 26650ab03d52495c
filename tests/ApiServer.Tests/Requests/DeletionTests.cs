namespace Tiphys.ApiServer.Tests;

/// <summary>What a DELETE may ask for, and what becomes of the object.</summary>
public sealed class DeletionTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Theory]
    [InlineData("?dryRun=All", null)]
    [InlineData("", """{"kind":"DeleteOptions","apiVersion":"v1","dryRun":["All"]}""")]
    public async Task A_dry_run_deletes_nothing(string query, string? body)
    {
        var map = await MapAsync();
        var (code, status) = await cluster.SendAsync("DELETE", map + query, body);
        Assert.Equal(200, code);
        Assert.Equal("Success", (string?)status["status"]);
        Assert.Equal(200, (await cluster.SendAsync("GET", map)).Code);
        var maps = map[..map.LastIndexOf('/')];
        Assert.Equal(200, (await cluster.SendAsync("DELETE", maps + query, body)).Code);
        Assert.Equal(200, (await cluster.SendAsync("GET", map)).Code);
    }

    [Theory]
    [InlineData("""{"dryRun":["Some"]}""", "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [InlineData("""{"propagationPolicy":"Sideways"}""", "propagationPolicy: Unsupported value: \"Sideways\"")]
    [InlineData("""{"propagationPolicy":"Orphan","orphanDependents":true}""", "orphanDependents and deletionPropagation cannot be both set")]
    public async Task Options_that_make_no_sense_are_refused(string body, string why)
    {
        var map = await MapAsync();
        var (code, status) = await cluster.SendAsync("DELETE", map, body);
        Assert.Equal(422, code);
        Assert.Contains(why, (string?)status["message"], StringComparison.Ordinal);
        Assert.Equal(200, (await cluster.SendAsync("GET", map)).Code);
    }

    [Fact]
    public async Task Preconditions_and_finalizers_hold_it_back()
    {
        var map = await MapAsync(""","finalizers":["example.com/keel"]""");
        var (code, conflict) = await cluster.SendAsync("DELETE", map, """{"preconditions":{"uid":"someone-else"}}""");
        Assert.Equal(409, code);
        Assert.Contains("the UID in the precondition (someone-else) does not match the UID in record (", (string?)conflict["message"], StringComparison.Ordinal);
        var (_, held) = await cluster.SendAsync("DELETE", map);
        Assert.NotNull(held["metadata"]!["deletionTimestamp"]);
        Assert.Equal(200, (await cluster.SendAsync("PATCH", map, """{"metadata":{"finalizers":null}}""", contentType: "application/merge-patch+json")).Code);
        Assert.Equal(404, (await cluster.SendAsync("GET", map)).Code);
    }

    private async Task<string> MapAsync(string metadata = "")
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps, $$"""{"metadata": {"name": "m"{{metadata}} } }""");
        return maps + "/m";
    }
}
