namespace Tiphys.ApiServer.Tests;

/// <summary>Writes that cannot be understood, and what upstream says of them.</summary>
public sealed class WriteFaultTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Theory]
    [InlineData("PATCH", "application/json-patch+json", """[{"op":"test","path":"/data/a","value":"z"}]""", 422, "the server rejected our request due to an error in our request")]
    [InlineData("PATCH", "application/json-patch+json", """[{"op":"remove","path":"/data/z"}]""", 422, "the server rejected our request due to an error in our request")]
    [InlineData("PATCH", "application/some-patch", "{}", 415, "415: Unsupported Media Type")]
    [InlineData("PUT", null, """{"metadata":{"name":"m","resourceVersion":"abc"}}""", 500, "strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("PUT", null, """{"metadata":{"name":"m","resourceVersion":"1"}}""", 409, "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your changes to the latest version and try again")]
    public async Task Faulty_writes_are_refused_in_upstreams_words(string method, string? type, string body, int expected, string why)
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps, """{"metadata":{"name":"m"},"data":{"a":"b"}}""");
        var (code, answer) = await cluster.SendAsync(method, $"{maps}/m", body, contentType: type);
        Assert.Equal((expected, why), (code, (string?)answer["message"]));
    }

    [Fact]
    public async Task Deletions_whose_options_are_no_json_are_told_so()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        var (code, answer) = await cluster.SendAsync("DELETE", maps, "{bad");
        Assert.Equal((400, "couldn't get version/kind; json parse error: invalid character 'b' looking for beginning of object key string"), (code, (string?)answer["message"]));
    }
}
