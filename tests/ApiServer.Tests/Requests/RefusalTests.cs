using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Methods and media types that a path does not have; all answers are upstream's.</summary>
public sealed class RefusalTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string One = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private const string Streams = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

    [Theory]
    [InlineData("DELETE", "/api/v1/namespaces")]
    [InlineData("PUT", "/api/v1/namespaces")]
    [InlineData("DELETE", "/api/v1/configmaps")]
    [InlineData("DELETE", "/api/v1/configmaps?fieldSelector=metadata.name=a")]
    [InlineData("POST", "/api/v1/configmaps")]
    [InlineData("PUT", "/api/v1/configmaps")]
    [InlineData("PUT", Maps)]
    [InlineData("POST", Maps + "/a")]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/a/status")]
    [InlineData("GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews")]
    [InlineData("POST", "/api")]
    [InlineData("POST", "/version")]
    public async Task A_method_that_is_not_there_is_405_without_details(string method, string path)
    {
        var (code, status) = await cluster.SendAsync(method, path, method == "GET" ? null : "{}");
        Assert.Equal(405, code);
        Assert.True(JsonNode.DeepEquals(status, JsonNode.Parse(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}""")), status.ToJsonString());
    }

    [Fact]
    public async Task Deleting_across_namespaces_deletes_nothing()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"stays"}}""");
        Assert.Equal(405, (await cluster.SendAsync("DELETE", "/api/v1/configmaps")).Code);
        Assert.Equal(200, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/configmaps/stays")).Code);
    }

    [Theory]
    [InlineData("/version")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData(Maps)]
    public async Task Only_what_is_no_resource_has_HEAD(string path)
    {
        Assert.Equal(405, (int)(await cluster.SendRawAsync("HEAD", path)).Response.StatusCode);
        Assert.Equal(200, (int)(await cluster.SendRawAsync("HEAD", "/apis")).Response.StatusCode);
    }

    [Theory]
    [InlineData("GET", Maps + "/none", "text/plain", One)]
    [InlineData("GET", Maps + "/none", "application/*", One)]
    [InlineData("DELETE", Maps + "/none", "*/json", One)]
    [InlineData("GET", Maps, "application/cbor", One + ", " + Streams)]
    [InlineData("GET", Maps + "?watch=1", "text/plain", One + ", " + Streams)]
    [InlineData("GET", "/api", "text/plain", One)]
    [InlineData("GET", "/apis/apps/v1", "text/plain", One)]
    [InlineData("GET", "/version", "application/foo", "application/json")]
    public async Task A_client_that_takes_nothing_is_told_what_there_is(string method, string path, string accept, string available)
    {
        var (code, status) = await cluster.SendAsync(method, path, headers: ("Accept", accept));
        Assert.Equal(406, code);
        Assert.Equal("406: Not Acceptable\n\nAvailable representations: " + available, (string?)status["message"]);
        Assert.Equal("NotAcceptable", (string?)status["reason"]);
        Assert.Equal("{}", status["details"]!.ToJsonString());
    }

    [Theory]
    [InlineData(Maps + "/none", "application/json;as=Foo", One)]
    [InlineData(Maps, "application/json;as=Table;v=v2;g=meta.k8s.io", One)]
    [InlineData("/apis", "text/plain", One)]
    public async Task A_shape_that_is_not_there_is_refused_in_other_words(string path, string accept, string accepted)
    {
        var (code, status) = await cluster.SendAsync("GET", path, headers: ("Accept", accept));
        Assert.Equal((406, "only the following media types are accepted: " + accepted), (code, (string?)status["message"]));
        Assert.Null(status["details"]);
    }

    [Fact]
    public async Task A_watch_has_no_YAML()
    {
        var (response, text) = await cluster.SendRawAsync("GET", Maps + "?watch=1", headers: ("Accept", "application/yaml"));
        Assert.Equal(406, (int)response.StatusCode);
        Assert.Contains("only the following media types are accepted: application/json;stream=watch", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_no_protobuf_is_shown_from_its_beginning()
    {
        var (code, status) = await cluster.SendAsync("POST", Maps, """{"metadata":{"name":"a"}}""", contentType: "application/vnd.kubernetes.protobuf");
        Assert.Equal(400, code);
        Assert.Equal(
            """the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({"metadata":{"name":"a"}})""",
            (string?)status["message"]);
    }
}
