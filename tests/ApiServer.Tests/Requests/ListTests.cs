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

    [Fact]
    public async Task A_limit_with_a_revision_means_exactly_that_revision()
    {
        var maps = await MapsAsync(2);
        var (_, list) = await cluster.SendAsync("GET", maps);
        var revision = (string?)list["metadata"]!["resourceVersion"];
        await cluster.CreateAsync(maps, """{"metadata":{"name":"a"}}""");
        var (_, page) = await cluster.SendAsync("GET", $"{maps}?resourceVersion={revision}&limit=1");
        Assert.Equal((revision, "m0"), ((string?)page["metadata"]!["resourceVersion"], Assert.Single(Names(page))));
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersion=5&resourceVersionMatch=Nearly", "resourceVersionMatch: Unsupported value: \"Nearly\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("resourceVersionMatch=Exact&continue=x", "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]")]
    [InlineData("sendInitialEvents=false", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [InlineData("watch=1&sendInitialEvents=false", "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("watch=1&resourceVersionMatch=NotOlderThan", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData("watch=1&resourceVersionMatch=Exact&sendInitialEvents=true", "[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    public async Task Options_that_make_no_sense_are_refused(string query, string why)
    {
        var (code, body) = await cluster.SendAsync("GET", $"/api/v1/configmaps?{query}");
        Assert.Equal((422, $"ListOptions.meta.k8s.io \"\" is invalid: {why}"), (code, (string?)body["message"]));
    }

    [Theory]
    [InlineData("resourceVersion=abc", 400, "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("resourceVersion=-1&limit=1", 400, "invalid resource version: resourceVersion: Invalid value: \"-1\": strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("resourceVersion=99999999999999999999", 400, "invalid resource version: resourceVersion: Invalid value: \"99999999999999999999\": strconv.ParseUint: parsing \"99999999999999999999\": value out of range")]
    [InlineData("resourceVersion=abc&watch=1", 500, "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("limit=few", 400, "strconv.ParseInt: parsing \"few\": invalid syntax")]
    [InlineData("limit=", 400, "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("limit=99999999999999999999", 400, "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    [InlineData("limit=few&timeoutSeconds=long&labelSelector=!", 400, "strconv.ParseInt: parsing \"long\": invalid syntax")]
    [InlineData("labelSelector=%3D%3D", 400, "found '==', expected: !, identifier, or 'end of string'")]
    [InlineData("fieldSelector=spec.sails%3D3", 400, "\"spec.sails\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    public async Task Queries_that_cannot_be_read_are_answered_in_upstreams_words(string query, int expected, string why)
    {
        var (code, body) = await cluster.SendAsync("GET", $"/api/v1/configmaps?{query}");
        Assert.Equal((expected, why), (code, (string?)body["message"]));
    }

    [Fact]
    public async Task Kinds_with_fields_of_their_own_say_otherwise_which_are_unknown()
    {
        Assert.Equal("field label not supported: spec.sails", (string?)(await cluster.SendAsync("GET", "/api/v1/pods?fieldSelector=spec.sails%3D3")).Body["message"]);
        Assert.Equal("field label \"spec.sails\" not supported for Job", (string?)(await cluster.SendAsync("DELETE", "/apis/batch/v1/namespaces/default/jobs?fieldSelector=spec.sails%3D3")).Body["message"]);
    }

    [Theory]
    [InlineData("nonsense", "invalid character '\u009e' looking for beginning of value")]
    [InlineData("%25%25", "illegal base64 data at input byte 0")]
    [InlineData("e30", "server does not recognize this encoded version ")]
    [InlineData("bm90anNvbg", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("W10", "json: cannot unmarshal array into Go value of type storage.continueToken")]
    [InlineData("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6IngiLCJzdGFydCI6InQifQ", "json: cannot unmarshal string into Go struct field continueToken.rv of type int64")]
    [InlineData("eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "incorrect encoded start resourceVersion (version meta.k8s.io/v1)")]
    [InlineData("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiIuLi8uLi94In0", "../../x")]
    public async Task Tokens_that_are_broken_are_bad_requests(string token, string why)
    {
        var (code, body) = await cluster.SendAsync("GET", $"/api/v1/configmaps?continue={token}");
        Assert.Equal((400, $"invalid continue token: continue key is not valid: {why}"), (code, (string?)body["message"]));
    }

    [Fact]
    public async Task Reads_and_deletions_of_many_look_at_the_revision_as_well()
    {
        var maps = await MapsAsync(1);
        var (code, body) = await cluster.SendAsync("GET", $"{maps}/m0?resourceVersion=abc");
        Assert.Equal((500, "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax"), (code, (string?)body["message"]));
        Assert.Equal(422, (await cluster.SendAsync("DELETE", $"{maps}?resourceVersionMatch=Exact")).Code);
        Assert.Equal(400, (await cluster.SendAsync("DELETE", $"{maps}?resourceVersion=abc")).Code);
        Assert.Equal(["m0"], Names((await cluster.SendAsync("GET", maps)).Body));
    }

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
