using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

public sealed class FieldManagerTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string ApplyType = "application/apply-patch+yaml";

    private static string Deployment(int? replicas = null, string image = "nginx", string env = "", string labels = "") => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web{{{labels}}} }}
        spec:
          {{{Line("replicas: ", replicas?.ToString())}}}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: c
                image: {{{image}}}
                {{{Line("env: ", env.Length == 0 ? null : $"[{env}]")}}}
        """;

    private static string Line(string name, string? value) => value is null ? "" : name + value;

    private async Task<(int Code, JsonNode Body)> ApplyAsync(string ns, string yaml, string manager = "tool", bool force = false) =>
        await cluster.SendAsync("PATCH", $"/apis/apps/v1/namespaces/{ns}/deployments/web?fieldManager={manager}{(force ? "&force=true" : "")}", yaml, null, ApplyType);

    private static JsonNode? FieldsOf(JsonNode item, string manager, string subresource = "") =>
        item["metadata"]!["managedFields"]?.AsArray().FirstOrDefault(m => (string)m!["manager"]! == manager && ((string?)m["subresource"] ?? "") == subresource)?["fieldsV1"];

    [Fact]
    public void Sets_of_fields_are_written_as_they_are_read()
    {
        const string json = """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{}}},"f:finalizers":{"v:\"x\"":{}}}}""";
        var tree = FieldTree.Decode(Encoding.UTF8.GetBytes(json));
        Assert.Equal(json, Encoding.UTF8.GetString(tree.Encode()));
        Assert.Equal([".metadata.labels", ".metadata.labels.a", ".spec.containers[name=\"c\"]", ".spec.containers[name=\"c\"].image", ".spec.finalizers[=\"x\"]"], tree.Paths());
        Assert.True(tree.Except(tree).IsEmpty);
        Assert.True(tree.Union(FieldTree.Empty).SameAs(tree));
        Assert.True(tree.Intersect(tree).SameAs(tree));
    }

    [Fact]
    public async Task A_creator_owns_what_it_sent_and_not_what_admission_added()
    {
        var ns = await cluster.NamespaceAsync();
        var pod = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods?fieldManager=maker", """{"metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal(
            """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}""",
            FieldsOf(pod, "maker")!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task Status_is_its_own_entry()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods?fieldManager=maker", TestCluster.Pod("p"));
        var (_, pod) = await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/pods/p/status?fieldManager=kubelet", """{"status":{"phase":"Running","podIP":"10.0.0.1"}}""", null, "application/merge-patch+json");
        var fields = FieldsOf(pod, "kubelet", "status")!;
        Assert.NotNull(fields["f:status"]!["f:phase"]);
        Assert.Null(fields["f:spec"]);
        Assert.Null(FieldsOf(pod, "maker")!["f:status"]);
    }

    [Fact]
    public async Task Apply_creates_merges_and_drops_what_is_no_longer_applied()
    {
        var ns = await cluster.NamespaceAsync();
        var (code, made) = await ApplyAsync(ns, Deployment(2, env: "{name: A, value: '1'}", labels: ", x: 'y'"));
        Assert.Equal(201, code);
        Assert.NotNull(FieldsOf(made, "tool")!["f:spec"]!["f:replicas"]);
        (code, var again) = await ApplyAsync(ns, Deployment(2));
        Assert.Equal(200, code);
        Assert.Null(again["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]);
        Assert.Null(again["metadata"]!["labels"]!["x"]);
        Assert.Equal("nginx", (string)again["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
    }

    [Fact]
    public async Task Applying_the_same_twice_changes_nothing()
    {
        var ns = await cluster.NamespaceAsync();
        var (_, first) = await ApplyAsync(ns, Deployment(2));
        cluster.Time.Advance(TimeSpan.FromSeconds(5));
        var (_, second) = await ApplyAsync(ns, Deployment(2));
        Assert.Equal((string)first["metadata"]!["resourceVersion"]!, (string)second["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task What_others_changed_is_a_conflict_unless_forced()
    {
        var ns = await cluster.NamespaceAsync();
        await ApplyAsync(ns, Deployment(2));
        await cluster.SendAsync("PATCH", $"/apis/apps/v1/namespaces/{ns}/deployments/web?fieldManager=scaler", """{"spec":{"replicas":5}}""", null, "application/merge-patch+json");
        var (code, body) = await ApplyAsync(ns, Deployment(2));
        Assert.Equal(409, code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas", (string)body["message"]!);
        var cause = Assert.Single(body["details"]!["causes"]!.AsArray())!;
        Assert.Equal("FieldManagerConflict", (string)cause["reason"]!);
        Assert.Equal(".spec.replicas", (string)cause["field"]!);

        (code, var forced) = await ApplyAsync(ns, Deployment(2), force: true);
        Assert.Equal(200, code);
        Assert.Equal(2, (int)forced["spec"]!["replicas"]!);
        Assert.Null(FieldsOf(forced, "scaler"));
    }

    [Fact]
    public async Task Two_appliers_may_agree_and_each_may_leave()
    {
        var ns = await cluster.NamespaceAsync();
        await ApplyAsync(ns, Deployment(3), "one");
        var (code, both) = await ApplyAsync(ns, Deployment(3), "two");
        Assert.Equal(200, code);
        Assert.NotNull(FieldsOf(both, "one")!["f:spec"]!["f:replicas"]);
        Assert.NotNull(FieldsOf(both, "two")!["f:spec"]!["f:replicas"]);
        var (_, after) = await ApplyAsync(ns, Deployment(), "one");
        Assert.Equal(3, (int)after["spec"]!["replicas"]!);
        Assert.Null(FieldsOf(after, "one")!["f:spec"]!["f:replicas"]);
        (code, var body) = await ApplyAsync(ns, Deployment(4), "one");
        Assert.Equal(409, code);
        Assert.Contains("conflict with \"two\": .spec.replicas", (string)body["message"]!);
    }

    [Fact]
    public async Task Entries_of_lists_are_merged_by_their_keys()
    {
        var ns = await cluster.NamespaceAsync();
        await ApplyAsync(ns, Deployment(env: "{name: A, value: '1'}"), "one");
        const string other = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec: {template: {spec: {containers: [{name: c, env: [{name: B, value: '2'}]}, {name: side, image: busybox}]}}}
            """;
        var (code, merged) = await ApplyAsync(ns, other, "two");
        Assert.True(code == 200, (string?)merged["message"]);
        var containers = merged["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["c", "side"], containers.Select(c => (string)c!["name"]!));
        Assert.Equal(["A", "B"], containers[0]!["env"]!.AsArray().Select(e => (string)e!["name"]!));
        (_, merged) = await ApplyAsync(ns, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n", "two");
        containers = merged["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal("A", (string)Assert.Single(Assert.Single(containers)!["env"]!.AsArray())!["name"]!);
    }

    [Fact]
    public async Task Fields_from_before_tracking_belong_to_somebody()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"m"},"data":{"a":"1"}}""");
        await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/configmaps/m", """{"metadata":{"managedFields":[{}]}}""", null, "application/merge-patch+json");
        var (_, cleared) = await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/configmaps/m");
        Assert.Null(cleared["metadata"]!["managedFields"]);
        var (code, body) = await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/configmaps/m?fieldManager=tool", "apiVersion: v1\nkind: ConfigMap\ndata: {a: '2'}\n", null, ApplyType);
        Assert.Equal(409, code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a", (string)body["message"]!);
    }

    [Fact]
    public async Task Managers_that_make_up_names_are_joined()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/configmaps?fieldManager=m0", """{"metadata":{"name":"m"},"data":{"k0":"v"}}""");
        JsonNode item = new JsonObject();
        for (var i = 1; i < 15; i++)
        {
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
            (_, item) = await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/configmaps/m?fieldManager=m{i}", $$$"""{"data":{"k{{{i}}}":"v"}}""", null, "application/merge-patch+json");
        }

        Assert.Equal(10, item["metadata"]!["managedFields"]!.AsArray().Count);
        Assert.NotNull(FieldsOf(item, "ancient-changes")!["f:data"]!["f:k1"]);
    }

    [Fact]
    public async Task An_applied_configuration_must_not_speak_of_managers()
    {
        var ns = await cluster.NamespaceAsync();
        await ApplyAsync(ns, Deployment());
        var (code, body) = await ApplyAsync(ns, Deployment().Replace("metadata: {name: web,", "metadata: {name: web, managedFields: [],", StringComparison.Ordinal));
        Assert.Equal(400, code);
        Assert.Equal("metadata.managedFields must be nil", (string)body["message"]!);
    }

    [Fact]
    public async Task Kubectl_takes_over_from_its_former_self()
    {
        var ns = await cluster.NamespaceAsync();
        const string last = """{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":\"1\",\"b\":\"1\"}}""";
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/configmaps?fieldManager=kubectl-client-side-apply", """{"metadata":{"name":"m","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"LAST"}},"data":{"a":"1","b":"1"}}""".Replace("LAST", last, StringComparison.Ordinal));
        await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/configmaps/m?fieldManager=other", """{"data":{"b":"9"}}""", null, "application/merge-patch+json");
        const string path = "/api/v1/namespaces/{0}/configmaps/m?fieldManager={1}";
        var (code, _) = await cluster.SendAsync("PATCH", string.Format(null, path, ns, "tool"), "apiVersion: v1\nkind: ConfigMap\ndata: {a: '2'}\n", null, ApplyType);
        Assert.Equal(409, code);
        (code, var item) = await cluster.SendAsync("PATCH", string.Format(null, path, ns, "kubectl"), "apiVersion: v1\nkind: ConfigMap\ndata: {a: '2'}\n", null, ApplyType);
        Assert.Equal(200, code);
        Assert.Equal("2", (string)item["data"]!["a"]!);
        Assert.Contains("\"a\":\"2\"", (string)item["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!);
        (code, item) = await cluster.SendAsync("PATCH", string.Format(null, path, ns, "kubectl"), "apiVersion: v1\nkind: ConfigMap\ndata: {b: '2'}\n", null, ApplyType);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"other\" using v1: .data.b", (string)item["message"]!);
    }

    [Fact]
    public async Task Raw_values_are_the_same_whatever_their_blanks()
    {
        var ns = await cluster.NamespaceAsync();
        const string path = "/apis/apps/v1/namespaces/{0}/controllerrevisions";
        await cluster.CreateAsync(string.Format(null, path, ns) + "?fieldManager=maker", """{"metadata":{"name":"r"},"revision":1,"data":{ "a" : 1 , "b": [ 2 ] } }""");
        var (code, body) = await cluster.SendAsync("PATCH", string.Format(null, path, ns) + "/r?fieldManager=tool", "apiVersion: apps/v1\nkind: ControllerRevision\nrevision: 1\ndata: {b: [2], a: 1}\n", null, ApplyType);
        Assert.True(code == 200, (string?)body["message"]);
    }

    [Theory]
    [InlineData("[]", false)]
    [InlineData("[{}]", false)]
    [InlineData("null", true)]
    [InlineData("""[{"manager":"nonsense"}]""", true)]
    public async Task An_empty_list_of_managers_forgets_them_and_nonsense_does_not(string managers, bool kept)
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps + "?fieldManager=first", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        var (code, item) = await cluster.SendAsync("PATCH", maps + "/a", $$"""{"metadata":{"managedFields":{{managers}} } }""", contentType: "application/merge-patch+json");
        Assert.Equal((200, kept), (code, FieldsOf(item, "first") is not null));
    }
}
