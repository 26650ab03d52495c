using System.Text.Json.Nodes;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer.Tests;

public sealed class AuthorizationTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private static RequestInfo Request(string verb, string group, string resource, string subresource = "", string name = "", string ns = "") =>
        new() { Path = "", IsResourceRequest = true, Verb = verb, Group = group, Resource = resource, Subresource = subresource, Name = name, Namespace = ns };

    [Theory]
    [InlineData("get", "", "pods", "", "", true)]
    [InlineData("delete", "", "pods", "", "", false)]
    [InlineData("get", "apps", "pods", "", "", false)]
    [InlineData("get", "", "pods", "log", "", true)]
    [InlineData("get", "", "pods", "exec", "", false)]
    [InlineData("get", "", "services", "status", "", true)]
    [InlineData("get", "", "services", "", "", false)]
    public void Rules_match_verb_group_resource_and_subresource(string verb, string group, string resource, string subresource, string name, bool allowed)
    {
        var rule = new CompiledRule(new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["pods", "pods/log", "*/status"] });
        Assert.Equal(allowed, rule.Allows(Request(verb, group, resource, subresource, name)));
    }

    [Fact]
    public void Rules_match_names_and_paths()
    {
        var named = new CompiledRule(new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["configmaps"], ResourceNames = ["a"] });
        Assert.True(named.Allows(Request("get", "", "configmaps", name: "a")));
        Assert.False(named.Allows(Request("get", "", "configmaps", name: "b")));
        var paths = new CompiledRule(new PolicyRule { Verbs = ["get"], NonResourceURLs = ["/healthz", "/apis/*"] });
        Assert.True(paths.Allows(new() { Path = "/apis/apps", Verb = "get" }));
        Assert.True(paths.Allows(new() { Path = "/healthz", Verb = "get" }));
        Assert.False(paths.Allows(new() { Path = "/healthz/x", Verb = "get" }));
    }

    [Fact]
    public async Task A_binding_counts_from_the_moment_it_is_made_until_it_is_gone()
    {
        var ns = await cluster.NamespaceAsync();
        var token = cluster.TokenOf("reader", "readers");
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        Assert.Equal(403, (await cluster.SendAsync("GET", path, token: token)).Code);
        await cluster.CreateAsync($"{Rbac}/namespaces/{ns}/roles", """{"metadata":{"name":"r"},"rules":[{"verbs":["list"],"apiGroups":[""],"resources":["configmaps"]}]}""");
        await cluster.CreateAsync($"{Rbac}/namespaces/{ns}/rolebindings", """{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"readers"}]}""");
        await cluster.Resources.Of<RoleBinding>().WaitFreshAsync(default);
        Assert.Equal(200, (await cluster.SendAsync("GET", path, token: token)).Code);
        Assert.Equal(403, (await cluster.SendAsync("GET", "/api/v1/namespaces/default/configmaps", token: token)).Code);
        Assert.Equal(403, (await cluster.SendAsync("POST", path, """{"metadata":{"name":"x"}}""", token)).Code);

        var (_, review) = await cluster.SendAsync("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", $$$$"""{"spec":{"user":"x","groups":["readers"],"resourceAttributes":{"namespace":"{{{{ns}}}}","verb":"list","resource":"configmaps"}}}""");
        Assert.Equal($"RBAC: allowed by RoleBinding \"b/{ns}\" of Role \"r\" to Group \"readers\"", (string)review["status"]!["reason"]!);

        await cluster.SendAsync("DELETE", $"{Rbac}/namespaces/{ns}/rolebindings/b");
        await cluster.Resources.Of<RoleBinding>().WaitFreshAsync(default);
        Assert.Equal(403, (await cluster.SendAsync("GET", path, token: token)).Code);
    }

    [Fact]
    public async Task Nobody_gives_away_more_than_they_have()
    {
        var ns = await cluster.NamespaceAsync();
        var token = cluster.TokenOf("ns-admin");
        await cluster.CreateAsync($"{Rbac}/namespaces/{ns}/rolebindings", """{"metadata":{"name":"admin"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"ns-admin"}]}""");
        await cluster.Resources.Of<RoleBinding>().WaitFreshAsync(default);
        await cluster.CreateAsync($"{Rbac}/namespaces/{ns}/roles", """{"metadata":{"name":"fine"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""", token);
        var (code, body) = await cluster.SendAsync("POST", $"{Rbac}/namespaces/{ns}/roles", """{"metadata":{"name":"toomuch"},"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["nodes"]}]}""", token);
        Assert.Equal(403, code);
        Assert.Equal("roles.rbac.authorization.k8s.io \"toomuch\" is forbidden: user \"ns-admin\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"list\"]}", (string)body["message"]!);
        var binding = """{"metadata":{"name":"own"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"ns-admin"}]}""";
        Assert.Equal(403, (await cluster.SendAsync("POST", $"{Rbac}/namespaces/{ns}/rolebindings", binding, token)).Code);
    }

    [Fact]
    public async Task A_node_reads_only_what_its_pods_need()
    {
        var ns = await cluster.NamespaceAsync();
        var node = cluster.TokenOf("system:node:n1", "system:nodes");
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"mine"}}""");
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"other"}}""");
        Assert.Equal(403, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/secrets/mine", token: node)).Code);
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"nodeName\":\"n1\",\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"mine\"}}]"));
        await cluster.Resources.Of<Api.Core.V1.Pod>().WaitFreshAsync(default);
        Assert.Equal(200, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/secrets/mine", token: node)).Code);
        var (code, body) = await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/secrets/other", token: node);
        Assert.Equal(403, code);
        Assert.EndsWith("no relationship found between node 'n1' and this object", (string)body["message"]!);
        Assert.Equal(403, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/secrets/mine", token: cluster.TokenOf("system:node:n2", "system:nodes"))).Code);
        Assert.Equal(200, (await cluster.SendAsync("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1", token: node)).Code);
        Assert.Equal(403, (await cluster.SendAsync("GET", "/api/v1/pods", token: node)).Code);

        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p?gracePeriodSeconds=0");
        await cluster.Resources.Of<Api.Core.V1.Pod>().WaitFreshAsync(default);
        Assert.Equal(403, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}/secrets/mine", token: node)).Code);
    }

    [Fact]
    public void The_default_roles_are_whole_from_the_first_moment()
    {
        var roles = BootstrapPolicy.ClusterRoles.ToDictionary(r => r.Metadata.Name);
        Assert.DoesNotContain(roles.Keys, k => k.Contains("openshift", StringComparison.Ordinal));
        bool Allows(string role, RequestInfo request) => roles[role].Rules.Any(r => new CompiledRule(r).Allows(request));
        Assert.True(Allows("view", Request("list", "", "pods")));
        Assert.False(Allows("view", Request("get", "", "secrets")));
        Assert.True(Allows("edit", Request("create", "apps", "deployments")));
        Assert.True(Allows("edit", Request("list", "", "pods")));
        Assert.True(Allows("admin", Request("create", "rbac.authorization.k8s.io", "rolebindings")));
        Assert.True(Allows("admin", Request("create", "apps", "deployments")));
        Assert.True(Allows("system:controller:deployment-controller", Request("update", "apps", "deployments", "status")));
        Assert.Contains(BootstrapPolicy.ClusterRoleBindings, b => b.Metadata.Name == "system:controller:deployment-controller" && b.Subjects![0].Name == "deployment-controller");
    }

    [Fact]
    public async Task A_default_binding_that_lost_a_subject_gets_it_back()
    {
        var path = $"{Rbac}/clusterrolebindings/system:basic-user";
        var (_, binding) = await cluster.SendAsync("GET", path);
        binding["subjects"] = JsonNode.Parse("""[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"added"}]""");
        Assert.Equal(200, (await cluster.SendAsync("PUT", path, binding.ToJsonString())).Code);
        await new BootstrapPolicy(cluster.Resources).ReconcileAsync(default);
        var (_, after) = await cluster.SendAsync("GET", path);
        Assert.Equal(["added", "system:authenticated"], after["subjects"]!.AsArray().Select(s => (string)s!["name"]!));
    }

    [Fact]
    public async Task Rules_are_listed()
    {
        var (_, review) = await cluster.SendAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""", cluster.TokenOf("anybody"));
        Assert.Contains(review["status"]!["resourceRules"]!.AsArray(), r => (string)r!["resources"]![0]! == "selfsubjectreviews");
        Assert.False((bool)review["status"]!["incomplete"]!);
    }
}
