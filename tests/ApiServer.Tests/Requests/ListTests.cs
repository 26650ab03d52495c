using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Lists: whole, in pages, selected, at old revisions.</summary>
public sealed class ListTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Pages_show_one_revision_and_say_how_much_is_left()
    {
        var maps = await MapsAsync(7);
        var (_, first) = await cluster.SendAsync("GET", $"{maps}?limit=3");
        Assert.Equal(["m0", "m1", "m2"], Names(first));
        Assert.Equal(4, (int)first["metadata"]!["remainingItemCount"]!);
        await cluster.CreateAsync(maps, """{"metadata":{"name":"m9"}}""");
        var (_, second) = await cluster.SendAsync("GET", $"{maps}?limit=3&continue={first["metadata"]!["continue"]}");
        Assert.Equal(["m3", "m4", "m5"], Names(second));
        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)second["metadata"]!["resourceVersion"]);
        var (_, last) = await cluster.SendAsync("GET", $"{maps}?limit=3&continue={second["metadata"]!["continue"]}");
        Assert.Equal(["m6"], Names(last)); // m9 came later
        Assert.Null(last["metadata"]!["continue"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Pages_of_selected_objects_leave_none_out(int limit)
    {
        var maps = await MapsAsync(11); // every second has the label
        var seen = new List<string>();
        var token = "";
        do
        {
            var (_, page) = await cluster.SendAsync("GET", $"{maps}?labelSelector=odd%3Dyes&limit={limit}&continue={token}");
            var names = Names(page);
            Assert.True(names.Count <= limit);
            Assert.Null(page["metadata"]!["remainingItemCount"]); // nobody knows
            seen.AddRange(names);
            token = (string?)page["metadata"]!["continue"] ?? "";
        }
        while (token.Length > 0);
        Assert.Equal(["m1", "m3", "m5", "m7", "m9"], seen);
    }

    [Fact]
    public async Task A_token_whose_revision_is_gone_is_answered_with_one_that_goes_on()
    {
        var maps = await MapsAsync(4);
        var (_, first) = await cluster.SendAsync("GET", $"{maps}?limit=2");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"m9"}}""");
        await cluster.CompactAsync();
        var (code, expired) = await cluster.SendAsync("GET", $"{maps}?limit=2&continue={first["metadata"]!["continue"]}");
        Assert.Equal(410, code);
        Assert.Equal("Expired", (string?)expired["reason"]);
        Assert.StartsWith("The provided continue parameter is too old to display a consistent list result.", (string?)expired["message"], StringComparison.Ordinal);
        var (_, rest) = await cluster.SendAsync("GET", $"{maps}?limit=10&continue={expired["metadata"]!["continue"]}");
        Assert.Equal(["m2", "m3", "m9"], Names(rest));
    }

    [Fact]
    public async Task An_exact_revision_that_is_gone_is_expired_and_a_future_one_too_large()
    {
        var maps = await MapsAsync(1);
        var (_, list) = await cluster.SendAsync("GET", maps);
        var revision = (string?)list["metadata"]!["resourceVersion"];
        await cluster.CreateAsync(maps, """{"metadata":{"name":"m9"}}""");
        var (_, exact) = await cluster.SendAsync("GET", $"{maps}?resourceVersion={revision}&resourceVersionMatch=Exact");
        Assert.Equal(["m0"], Names(exact));
        await cluster.CompactAsync();
        Assert.Equal(410, (await cluster.SendAsync("GET", $"{maps}?resourceVersion={revision}&resourceVersionMatch=Exact")).Code);
        var (code, large) = await cluster.SendAsync("GET", $"{maps}?resourceVersion=999999999&resourceVersionMatch=NotOlderThan");
        Assert.Equal(504, code);
        Assert.Contains("Too large resource version: 999999999", (string?)large["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersion=5&resourceVersionMatch=Nearly", "Unsupported value: \"Nearly\"")]
    public async Task Options_that_make_no_sense_are_refused(string query, string why)
    {
        var (code, body) = await cluster.SendAsync("GET", $"/api/v1/configmaps?{query}");
        Assert.Equal(422, code);
        Assert.Contains(why, (string?)body["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("labelSelector=%3D%3D", 400)]
    [InlineData("fieldSelector=spec.sails%3D3", 400)]
    [InlineData("continue=nonsense", 400)]
    [InlineData("limit=few", 400)]
    public async Task Queries_that_cannot_be_read_are_bad_requests(string query, int expected) =>
        Assert.Equal(expected, (await cluster.SendAsync("GET", $"/api/v1/configmaps?{query}")).Code);

    private async Task<string> MapsAsync(int count)
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        for (var i = 0; i < count; i++)
        {
            var odd = i % 2 == 1 ? "yes" : "no";
            await cluster.CreateAsync(maps, $$"""{"metadata": {"name": "m{{i}}", "labels": {"odd": "{{odd}}"} } }""");
        }

        return maps;
    }

    private static List<string> Names(JsonNode list) => [.. list["items"]!.AsArray().Select(static i => (string)i!["metadata"]!["name"]!).Where(static n => n != "kube-root-ca.crt")];
}
