using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

public sealed class DiscoveryTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    [Fact]
    public async Task Resources_are_listed_with_what_kubectl_needs()
    {
        var (_, list) = await cluster.SendAsync("GET", "/api/v1");
        var pods = list["resources"]!.AsArray().Single(r => (string)r!["name"]! == "pods")!;
        Assert.Equal("Pod", (string)pods["kind"]!);
        Assert.Equal("pod", (string)pods["singularName"]!);
        Assert.True((bool)pods["namespaced"]!);
        Assert.Equal("xPOwRZ+Yhw8=", (string)pods["storageVersionHash"]!);
        Assert.Equal(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"], pods["verbs"]!.AsArray().Select(v => (string)v!));
        Assert.Equal(["po"], pods["shortNames"]!.AsArray().Select(v => (string)v!));
        Assert.Equal(["all"], pods["categories"]!.AsArray().Select(v => (string)v!));
        var token = list["resources"]!.AsArray().Single(r => (string)r!["name"]! == "serviceaccounts/token")!;
        Assert.Equal("authentication.k8s.io", (string)token["group"]!);
        Assert.Equal("TokenRequest", (string)token["kind"]!);
    }

    [Fact]
    public async Task Groups_come_in_upstreams_order()
    {
        var (_, list) = await cluster.SendAsync("GET", "/apis");
        var names = list["groups"]!.AsArray().Select(g => (string)g!["name"]!).ToList();
        Assert.Equal("apps", names[0]);
        Assert.True(names.IndexOf("batch") < names.IndexOf("rbac.authorization.k8s.io"));
        var (_, apps) = await cluster.SendAsync("GET", "/apis/apps");
        Assert.Equal("apps/v1", (string)apps["preferredVersion"]!["groupVersion"]!);
        foreach (var path in new[] { "/apis/nothing.example.com", "/apis/apps/v7" })
        {
            var (missing, text) = await cluster.SendRawAsync("GET", path);
            Assert.Equal((404, "404 page not found"), ((int)missing.StatusCode, text.TrimEnd()));
        }
    }

    [Fact]
    public async Task Everything_comes_in_one_document_that_need_not_be_sent_twice()
    {
        var (response, text) = await cluster.SendRawAsync("GET", "/apis", headers: ("Accept", Aggregated));
        Assert.Equal("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", response.Content.Headers.GetValues("Content-Type").Single().Replace(" ", "", StringComparison.Ordinal));
        var document = JsonNode.Parse(text)!;
        Assert.Equal("APIGroupDiscoveryList", (string)document["kind"]!);
        Assert.Equal("apidiscovery.k8s.io/v2", (string)document["apiVersion"]!);
        var deployments = document["items"]![0]!["versions"]![0]!["resources"]!.AsArray().Single(r => (string)r!["resource"]! == "deployments")!;
        Assert.Equal("Namespaced", (string)deployments["scope"]!);
        Assert.Contains(deployments["subresources"]!.AsArray(), s => (string)s!["subresource"]! == "scale" && (string)s["responseKind"]!["kind"]! == "Scale");
        var tag = response.Headers.ETag!.Tag;
        var (again, _) = await cluster.SendRawAsync("GET", "/apis", headers: [("Accept", Aggregated), ("If-None-Match", tag)]);
        Assert.Equal(304, (int)again.StatusCode);
    }

    [Fact]
    public async Task The_root_lists_the_paths()
    {
        var (_, root) = await cluster.SendAsync("GET", "/");
        var paths = root["paths"]!.AsArray().Select(p => (string)p!).ToList();
        Assert.Contains("/apis/apps/v1", paths);
        foreach (var path in paths) Assert.Equal(200, (int)(await cluster.SendRawAsync("GET", path)).Response.StatusCode);
    }

    [Fact]
    public async Task The_versions_of_the_core_name_no_version_themselves()
    {
        var (_, versions) = await cluster.SendAsync("GET", "/api");
        Assert.Equal("""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"127.0.0.1:0"}]}""", versions.ToJsonString());
        var (_, yaml) = await cluster.SendRawAsync("GET", "/api", headers: ("Accept", "application/yaml"));
        Assert.StartsWith("kind: APIVersions\n", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_one_clients_can_parse()
    {
        var (_, version) = await cluster.SendAsync("GET", "/version");
        Assert.Equal("1", (string)version["major"]!);
        Assert.Equal("36", (string)version["minor"]!);
        Assert.StartsWith("v1.36.", (string)version["gitVersion"]!);
    }

    [Fact]
    public async Task OpenApi_3_describes_each_version_of_each_group()
    {
        var (_, index) = await cluster.SendAsync("GET", "/openapi/v3");
        var url = (string)index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;
        Assert.StartsWith("/openapi/v3/apis/apps/v1?hash=", url);
        var (code, document) = await cluster.SendAsync("GET", url);
        Assert.Equal(200, code);
        var schemas = document["components"]!["schemas"]!;
        var deployment = schemas["io.k8s.api.apps.v1.Deployment"]!;
        Assert.Equal("""[{"group":"apps","kind":"Deployment","version":"v1"}]""", deployment["x-kubernetes-group-version-kind"]!.ToJsonString());
        var containers = schemas["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!;
        Assert.Equal("name", (string)containers["x-kubernetes-patch-merge-key"]!);
        Assert.Equal("map", (string)containers["x-kubernetes-list-type"]!);
        Assert.Equal("merge", (string)containers["x-kubernetes-patch-strategy"]!);
        var patch = document["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;
        Assert.Contains(patch["parameters"]!.AsArray(), p => (string)p!["name"]! == "fieldValidation");
        Assert.Equal("Deployment", (string)patch["x-kubernetes-group-version-kind"]!["kind"]!);
        AssertReferences(document, document);
    }

    [Fact]
    public async Task OpenApi_2_is_whole_and_has_a_protobuf_form()
    {
        var (_, document) = await cluster.SendAsync("GET", "/openapi/v2");
        Assert.Equal("2.0", (string)document["swagger"]!);
        Assert.NotNull(document["definitions"]!["io.k8s.api.core.v1.Pod"]);
        AssertReferences(document, document);
        var (response, text) = await cluster.SendRawAsync("GET", "/openapi/v2", headers: ("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"));
        Assert.Equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("\n\u00032.0", text);
    }

    [Fact]
    public async Task OpenApi_tells_what_must_be_given_and_what_a_missing_field_counts_as()
    {
        var (_, document) = await cluster.SendAsync("GET", "/openapi/v3/api/v1");
        var schemas = document["components"]!["schemas"]!;
        Assert.Equal("""["type","status"]""", schemas["io.k8s.api.core.v1.PodCondition"]!["required"]!.ToJsonString()); // in the order of the fields
        Assert.Equal("""["action"]""", schemas["io.k8s.api.core.v1.ContainerRestartRule"]!["required"]!.ToJsonString()); // although JSON leaves it out
        Assert.Null(schemas["io.k8s.api.core.v1.ProjectedVolumeSource"]!["required"]); // although JSON always shows it
        Assert.Equal("\"TCP\"", Default("ContainerPort", "protocol"));
        Assert.Equal("\"\"", Default("EnvVar", "name"));
        Assert.Equal("{}", Default("Pod", "spec"));
        Assert.Null(Default("PodSpec", "affinity")); // a pointer
        Assert.Null(Default("PodSpec", "restartPolicy")); // set by code, which the document does not tell
        var (_, old) = await cluster.SendAsync("GET", "/openapi/v2");
        Assert.Null(old["definitions"]!["io.k8s.api.core.v1.ContainerPort"]!["properties"]!["protocol"]!["default"]);

        string? Default(string type, string field) => schemas[$"io.k8s.api.core.v1.{type}"]!["properties"]![field]!["default"]?.ToJsonString();
    }

    [Fact]
    public async Task OpenApi_names_options_of_streams_as_parameters()
    {
        var (_, document) = await cluster.SendAsync("GET", "/openapi/v3/api/v1");
        var exec = document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}/exec"]!;
        Assert.Equal(["command", "container", "name", "namespace", "stderr", "stdin", "stdout", "tty"], exec["parameters"]!.AsArray().Select(static p => (string)p!["name"]!));
        Assert.Equal("connectCoreV1PostNamespacedPodExec", (string)exec["post"]!["operationId"]!);
        Assert.Equal("connect", (string)exec["get"]!["x-kubernetes-action"]!);
        Assert.Equal("readCoreV1NamespacedPodLog", (string)document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}/log"]!["get"]!["operationId"]!);
        Assert.Null(document["components"]!["schemas"]!["io.k8s.api.core.v1.PodExecOptions"]);
    }

    private static void AssertReferences(JsonNode? node, JsonNode document)
    {
        if (node is JsonObject map)
        {
            if (map["$ref"] is JsonValue reference)
            {
                var target = ((string)reference!)[2..].Split('/').Aggregate((JsonNode?)document, static (at, part) => at?[part]);
                Assert.True(target is not null, $"{reference} leads nowhere");
            }

            foreach (var (_, value) in map) AssertReferences(value, document);
        }
        else if (node is JsonArray list)
            foreach (var item in list) AssertReferences(item, document);
    }
}
