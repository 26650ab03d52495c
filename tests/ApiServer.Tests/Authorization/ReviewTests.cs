namespace Tiphys.ApiServer.Tests;

/// <summary>What reviews answer besides their answer: metadata as upstream gives it, and refusals in its words.</summary>
public sealed class ReviewTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Authorization = "/apis/authorization.k8s.io/v1";
    private const string Pods = "\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\",\"namespace\":\"default\"}";

    [Fact]
    public async Task Answers_say_who_asked_what()
    {
        var (code, review) = await cluster.SendAsync("POST", $"{Authorization}/subjectaccessreviews?fieldManager=me", $$"""{"metadata":{"namespace":"default"},"spec":{"user":"a",{{Pods}} } }""");
        Assert.Equal(201, code);
        Assert.Null(review["metadata"]!["namespace"]); // the kind has none
        var entry = Assert.Single(review["metadata"]!["managedFields"]!.AsArray())!;
        Assert.Equal(("me", "Update", "authorization.k8s.io/v1"), ((string?)entry["manager"], (string?)entry["operation"], (string?)entry["apiVersion"]));
        Assert.Equal("""{"f:spec":{"f:resourceAttributes":{".":{},"f:namespace":{},"f:resource":{},"f:verb":{}},"f:user":{}}}""", entry["fieldsV1"]!.ToJsonString());

        (_, review) = await cluster.SendAsync("POST", $"{Authorization}/namespaces/default/localsubjectaccessreviews", $$"""{"spec":{"user":"a",{{Pods}} } }""");
        Assert.Equal("default", (string?)review["metadata"]!["namespace"]);
        (_, review) = await cluster.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", """{"spec":{"token":"abc"}}""");
        Assert.Equal("""{"f:spec":{"f:token":{}}}""", review["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString());
        (_, review) = await cluster.SendAsync("POST", $"{Authorization}/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        Assert.Null(review["metadata"]!["managedFields"]);
        Assert.Null(review["spec"]!["namespace"]);
    }

    [Theory]
    [InlineData("subjectaccessreviews", "{}", "[spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: \"\": at least one of user or group must be specified]")]
    [InlineData("selfsubjectaccessreviews", "{}", "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [InlineData("selfsubjectaccessreviews", "{" + Pods + ",\"nonResourceAttributes\":{\"path\":\"/x\"}}", "spec.nonResourceAttributes: Invalid value: {\"Path\":\"/x\",\"Verb\":\"\"}: cannot be specified in combination with resourceAttributes")]
    [InlineData("namespaces/default/localsubjectaccessreviews", "{\"user\":\"a\",\"nonResourceAttributes\":{\"path\":\"/x\",\"verb\":\"get\"}}", "spec.nonResourceAttributes: Invalid value: {\"Path\":\"/x\",\"Verb\":\"get\"}: disallowed on this kind of request")]
    [InlineData("namespaces/kube-system/localsubjectaccessreviews", "{\"user\":\"a\"," + Pods + "}", "spec.resourceAttributes.namespace: Invalid value: \"default\": must match metadata.namespace")]
    [InlineData("selfsubjectaccessreviews", "{\"resourceAttributes\":{\"fieldSelector\":{}}}", "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required")]
    [InlineData("selfsubjectaccessreviews", "{\"resourceAttributes\":{\"labelSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"In\"}]}}}", "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    public async Task Questions_that_make_no_sense_are_refused_without_a_kind(string resource, string spec, string why)
    {
        var (code, body) = await cluster.SendAsync("POST", $"{Authorization}/{resource}", $$"""{"spec":{{spec}} }""");
        Assert.Equal((422, $".authorization.k8s.io \"\" is invalid: {why}"), (code, (string?)body["message"]));
        Assert.Null(body["details"]!["kind"]);
    }

    [Fact]
    public async Task Reviews_have_no_names()
    {
        var (code, body) = await cluster.SendAsync("POST", $"{Authorization}/selfsubjectaccessreviews", $$"""{"metadata":{"name":"x"},"spec":{ {{Pods}} } }""");
        Assert.Equal(422, code);
        Assert.EndsWith(": must be empty", (string?)body["message"], StringComparison.Ordinal);
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Authorization}/selfsubjectaccessreviews/x")).Code);
        Assert.Equal(405, (await cluster.SendAsync("GET", $"{Authorization}/selfsubjectaccessreviews")).Code);
        Assert.Equal(422, (await cluster.SendAsync("POST", $"{Authorization}/selfsubjectaccessreviews?dryRun=some", $$"""{"spec":{ {{Pods}} } }""")).Code);
        var (_, elsewhere) = await cluster.SendAsync("POST", $"{Authorization}/namespaces/default/localsubjectaccessreviews", $$"""{"metadata":{"namespace":"other"},"spec":{"user":"a",{{Pods}} } }""");
        Assert.Equal("the namespace of the provided object does not match the namespace sent on the request", (string?)elsewhere["message"]);
    }

    [Theory]
    [InlineData("/api/v1/nodes", """{"metadata":{"name":"n"},"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}}""", """metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair""")]
    [InlineData("/apis/apps/v1/namespaces/default/daemonsets", """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"updateStrategy":{"type":"x","rollingUpdate":{"maxUnavailable":2}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}""", """spec.updateStrategy: Unsupported value: {"Type":"x","RollingUpdate":{"MaxUnavailable":2,"MaxSurge":0}}: supported values: "RollingUpdate", "OnDelete" """)]
    [InlineData("/apis/apps/v1/namespaces/default/statefulsets", """{"metadata":{"name":"s"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"updateStrategy":{"type":"x","rollingUpdate":{"partition":1}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}""", """spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":{"Partition":1,"MaxUnavailable":null}}: must be 'RollingUpdate' or 'OnDelete'""")]
    [InlineData("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"r"},"handler":"h","scheduling":{"tolerations":[{"key":"a"},{"key":"a"}]}}""", """scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"","Value":"","Effect":"","TolerationSeconds":null}""")]
    public async Task Structures_are_printed_by_the_names_of_upstreams_inside(string path, string body, string why)
    {
        var (code, refused) = await cluster.SendAsync("POST", path, body);
        Assert.Equal(422, code);
        Assert.EndsWith(" is invalid: " + why.TrimEnd(), (string?)refused["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"labelSelector":{"rawSelector":"!!"} }""", "spec.resourceAttributes.labelSelector ignored due to parse error")]
    [InlineData("""{"fieldSelector":{"rawSelector":"!!"} }""", "spec.resourceAttributes.fieldSelector ignored due to parse error")]
    [InlineData("""{"fieldSelector":{"rawSelector":"a b"},"labelSelector":{"rawSelector":"a b"} }""", "spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error")]
    [InlineData("""{"labelSelector":{"requirements":[{"key":"a","operator":"Foo"},{"key":"b","operator":"Exists"}]} }""", "spec.resourceAttributes.labelSelector partially ignored due to parse error")]
    [InlineData("""{"labelSelector":{"rawSelector":"a in (b)"},"fieldSelector":{"rawSelector":"a=b"} }""", null)]
    public async Task A_selector_that_cannot_be_read_is_said_to_be_ignored(string selectors, string? error)
    {
        var spec = $$"""{"spec":{"user":"a","resourceAttributes":{"verb":"get","resource":"pods",{{selectors[1..]}} } }""";
        var (code, review) = await cluster.SendAsync("POST", $"{Authorization}/subjectaccessreviews", spec);
        Assert.Equal((201, error), (code, (string?)review["status"]!["evaluationError"]));
    }

    [Fact]
    public async Task The_rules_of_masters_are_those_of_their_role()
    {
        var (_, review) = await cluster.SendAsync("POST", $"{Authorization}/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        Assert.Single(review["status"]!["nonResourceRules"]!.AsArray(), r => (string?)r!["nonResourceURLs"]![0] == "*");
    }
}
