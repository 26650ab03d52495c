namespace Tiphys.ApiServer.Tests;

/// <summary>Patches that cannot be; all answers are upstream's.</summary>
public sealed class PatchFaultTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Apply = "application/apply-patch+yaml";
    private const string Strategic = "application/strategic-merge-patch+json";

    [Theory]
    [InlineData("""{"apiVersion":"v1"}""", "invalid object type: /v1, Kind=")]
    [InlineData("""{"kind":"ConfigMap"}""", "invalid object type: /, Kind=ConfigMap")]
    [InlineData("{}", "invalid object type: /, Kind=")]
    [InlineData("", "invalid object type: /, Kind=")]
    [InlineData("null", "invalid object type: /, Kind=")]
    [InlineData("""{"apiVersion":1,"kind":"ConfigMap"}""", "invalid object type: /, Kind=ConfigMap")]
    [InlineData("""{"apiVersion":"a/b/c","kind":"ConfigMap"}""", "invalid object type: /, Kind=")]
    [InlineData("""{"apiVersion":"v1","kind":"Secret"}""", "invalid object type: /v1, Kind=Secret")]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment"}""", "invalid object type: apps/v1, Kind=Deployment")]
    [InlineData("[]", "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("\"a\"", "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}")]
    [InlineData("a: [", "error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"}}""", "the name of the object (other) does not match the name on the URL (NAME)")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other","namespace":"kube-system"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other","managedFields":[]}}""", "metadata.managedFields must be nil")]
    public async Task What_is_applied_must_say_what_it_is(string configuration, string message)
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps, """{"metadata":{"name":"there"}}""");
        foreach (var name in new[] { "there", "new" })
        {
            var (code, status) = await cluster.SendAsync("PATCH", $"{maps}/{name}?fieldManager=m", configuration, contentType: Apply);
            Assert.Equal((400, message.Replace("NAME", name, StringComparison.Ordinal), "BadRequest"), (code, (string?)status["message"], (string?)status["reason"]));
        }
    }

    [Fact]
    public async Task What_is_applied_anew_must_have_a_name()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        const string configuration = """{"apiVersion":"v1","kind":"ConfigMap"}""";
        var (code, status) = await cluster.SendAsync("PATCH", maps + "/new?fieldManager=m", configuration, contentType: Apply);
        Assert.Equal((400, "the name of the object (new based on URL) was undeterminable: name must be provided"), (code, (string?)status["message"]));
        await cluster.CreateAsync(maps, """{"metadata":{"name":"there"}}""");
        Assert.Equal(200, (await cluster.SendAsync("PATCH", maps + "/there?fieldManager=m", configuration, contentType: Apply)).Code);
        (code, status) = await cluster.SendAsync("PATCH", maps + "/there", """{"metadata":null}""", contentType: "application/merge-patch+json");
        Assert.Equal((400, "the name of the object (there based on URL) was undeterminable: name must be provided"), (code, (string?)status["message"]));
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"y"}]}}""", 500, "map: map[image:y] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"containers":[{"name":"c","env":[{"value":"x"}]}]}}""", 500, "map: map[value:x] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"containers":[{"$patch":"delete"}]}}""", 500, "map: map[$patch:delete] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"containers":[{"$patch":"foo","name":"c"}]}}""", 500, "unknown patch type: foo in map: map[$patch:foo name:c]")]
    [InlineData("""{"spec":{"$patch":"foo"}}""", 500, "unknown patch type: foo in map: map[$patch:foo]")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{}]}}""", 500, "map: map[] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"$setElementOrder/containers":"x"}}""", 500, "expected a []interface {}, but received a string")]
    [InlineData("""{"spec":{"$retainKeys":"a"}}""", 400, "invalid patch format of retainKeys")]
    public async Task A_strategic_patch_that_cannot_be_merged_is_told_in_upstreams_words(string patch, int code, string message)
    {
        var pods = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/pods";
        await cluster.CreateAsync(pods, TestCluster.Pod("p"));
        var (got, status) = await cluster.SendAsync("PATCH", pods + "/p", patch, contentType: Strategic);
        Assert.Equal((code, message, code == 400 ? "BadRequest" : null), (got, (string?)status["message"], (string?)status["reason"]));
        Assert.Null(status["details"]);
    }
}
