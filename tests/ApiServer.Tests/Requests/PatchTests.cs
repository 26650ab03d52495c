using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Patches: the order they leave lists in, and what is said of those that do not fit. The answers are upstream's.</summary>
public sealed class PatchTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Json = "application/json-patch+json";

    [Theory]
    [InlineData("""[{"name":"b"}]""", "", "b web two three")]
    [InlineData("""[{"name":"b"},{"name":"two"}]""", "", "b web two three")]
    [InlineData("""[{"name":"two"},{"name":"b"},{"name":"web"}]""", "", "two b web three")]
    [InlineData("""[{"name":"three"},{"name":"web"}]""", "", "two three web")]
    [InlineData("""[{"name":"b"},{"name":"web","$patch":"delete"}]""", "", "b two three")]
    [InlineData("""[{"name":"b"},{"$patch":"replace"},{"name":"web"}]""", "", "b web")]
    [InlineData("[]", """[{"name":"three"},{"name":"web"},{"name":"two"}]""", "three web two")]
    [InlineData("""[{"name":"b"}]""", """[{"name":"b"},{"name":"two"}]""", "b web two three")]
    public async Task What_a_patch_adds_comes_before_what_it_does_not_name(string containers, string order, string expected)
    {
        var path = await DeploymentAsync();
        var spec = new JsonObject { ["containers"] = JsonNode.Parse(containers) };
        foreach (var container in spec["containers"]!.AsArray())
            if (container!["$patch"] is null) container["image"] = "y";
        if (order.Length > 0) spec["$setElementOrder/containers"] = JsonNode.Parse(order);
        if (containers == "[]") spec.Remove("containers");
        var patch = new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = spec } } };
        var (code, body) = await cluster.SendAsync("PATCH", path, patch.ToJsonString(), contentType: Strategic);
        Assert.True(code == 200, body.ToJsonString());
        Assert.Equal(expected, string.Join(' ', body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(static c => (string)c!["name"]!)));
    }

    [Theory]
    [InlineData("""{"finalizers":["a.b/n"]}""", "a.b/n a.b/x a.b/y a.b/z")]
    [InlineData("""{"finalizers":["a.b/z","a.b/n","a.b/x"]}""", "a.b/y a.b/z a.b/n a.b/x")]
    [InlineData("""{"$deleteFromPrimitiveList/finalizers":["a.b/y"],"finalizers":["a.b/q"]}""", "a.b/q a.b/x a.b/z")]
    [InlineData("""{"$setElementOrder/finalizers":["a.b/z","a.b/x"]}""", "a.b/y a.b/z a.b/x")]
    public async Task Lists_of_values_are_ordered_alike(string metadata, string expected)
    {
        var (code, body) = await cluster.SendAsync("PATCH", await DeploymentAsync(), $$"""{"metadata":{{metadata}}}""", contentType: Strategic);
        Assert.True(code == 200, body.ToJsonString());
        Assert.Equal(expected, string.Join(' ', body["metadata"]!["finalizers"]!.AsArray().Select(static f => (string)f!)));
    }

    [Theory]
    [InlineData(Strategic, """{"spec":{"replicas":"x"}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[spec:map[replicas:x]]\": unrecognized type: int32")]
    [InlineData(Strategic, """{"spec":{"replicas":1.5}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[spec:map[replicas:1.5]]\": cannot convert float64 to int32")]
    [InlineData(Strategic, """{"metadata":{"labels":{"a":1}}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[metadata:map[labels:map[a:1]]]\": cannot convert int64 to string")]
    [InlineData(Strategic, """{"metadata":{"labels":[]}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[metadata:map[labels:[]]]\": cannot restore map from slice")]
    [InlineData(Strategic, """{"spec":[]}""", 422, " \"\" is invalid: patch: Invalid value: \"map[spec:[]]\": cannot restore struct from: slice")]
    [InlineData(Strategic, """{"spec":{"zork":1}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[spec:map[zork:1]]\": strict decoding error: unknown field \"spec.zork\"")]
    [InlineData(Strategic, """{"spec":{"replicas":1,"replicas":2}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[spec:map[replicas:2]]\": strict decoding error: duplicate field \"spec.replicas\"")]
    [InlineData(Strategic, "[]", 400, "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData(Strategic, "{bad", 400, "invalid character 'b' looking for beginning of object key string")]
    [InlineData(Merge, "\"x\"", 400, "error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}")]
    [InlineData(Merge, "null", 400, "Invalid JSON Patch")]
    [InlineData(Json, "[1]", 400, "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [InlineData(Json, "[{\"op\":1}]", 400, "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    [InlineData(Json, "[{\"op\":\"add\"}]", 422, "the server rejected our request due to an error in our request")]
    [InlineData(Json, """[{"op":"add","path":"","value":{}}]""", 422, "the server rejected our request due to an error in our request")]
    public async Task Patches_that_do_not_fit_are_refused_in_upstreams_words(string type, string patch, int expected, string message)
    {
        var (code, body) = await cluster.SendAsync("PATCH", await DeploymentAsync() + "?fieldValidation=Strict", patch, contentType: type);
        Assert.Equal(message, (string)body["message"]!);
        Assert.Equal(expected, code);
        Assert.Null(body["details"]?["name"]);
    }

    [Theory]
    [InlineData(Merge, """{"spec":{"replicas":"x"}}""")]
    [InlineData(Json, """[{"op":"replace","path":"/spec/replicas","value":"x"}]""")]
    public async Task The_whole_object_is_shown_where_it_is_decoded(string type, string patch)
    {
        var (code, body) = await cluster.SendAsync("PATCH", await DeploymentAsync(), patch, contentType: type);
        Assert.Equal(422, code);
        var cause = (string)body["details"]!["causes"]![0]!["message"]!;
        Assert.Contains("\\\"replicas\\\":\\\"x\\\"", cause, StringComparison.Ordinal);
        Assert.EndsWith(": json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32", cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_fields_that_come_twice_the_last_counts_and_clients_are_warned()
    {
        var (response, text) = await cluster.SendRawAsync("PATCH", await DeploymentAsync(), """{"spec":{"replicas":1,"replicas":2}}""", contentType: Strategic);
        using (response)
        {
            Assert.Equal(2, (int)JsonNode.Parse(text)!["spec"]!["replicas"]!);
            Assert.Equal("299 - \"duplicate field \\\"spec.replicas\\\"\"", response.Headers.NonValidated["Warning"].ToString());
        }
    }

    private async Task<string> DeploymentAsync()
    {
        var path = $"/apis/apps/v1/namespaces/{await cluster.NamespaceAsync()}/deployments";
        await cluster.CreateAsync(
            path,
            """{"metadata":{"name":"d","finalizers":["a.b/x","a.b/y","a.b/z"]},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"web","image":"x"},{"name":"two","image":"x"},{"name":"three","image":"x"}]}}}}""");
        return path + "/d";
    }
}
