namespace Tiphys.ApiServer.Tests;

public sealed class AdmissionTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_is_not_there()
    {
        var (code, body) = await cluster.SendAsync("POST", "/api/v1/namespaces/nowhere/configmaps", """{"metadata":{"name":"a"}}""");
        Assert.Equal(404, code);
        Assert.Equal("namespaces \"nowhere\" not found", (string)body["message"]!);
    }

    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_goes_away()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        Assert.Equal(403, code);
        Assert.Equal($"configmaps \"a\" is forbidden: unable to create new content in namespace {ns} because it is being terminated", (string)body["message"]!);
        Assert.Contains(body["details"]!["causes"]!.AsArray(), c => (string)c!["reason"]! == "NamespaceTerminating");
    }

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    public async Task The_clusters_own_namespaces_stay(string ns)
    {
        var (code, body) = await cluster.SendAsync("DELETE", "/api/v1/namespaces/" + ns);
        Assert.Equal(403, code);
        Assert.Equal($"namespaces \"{ns}\" is forbidden: this namespace may not be deleted", (string)body["message"]!);
    }

    [Fact]
    public async Task A_pod_gets_an_account_a_token_a_priority_and_tolerations()
    {
        var ns = await cluster.NamespaceAsync();
        var spec = (await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"priorityClassName\":\"system-node-critical\"")))["spec"]!;
        Assert.Equal("default", (string)spec["serviceAccountName"]!);
        Assert.Equal(2000001000, (int)spec["priority"]!);
        var volume = spec["volumes"]![0]!;
        Assert.StartsWith("kube-api-access-", (string)volume["name"]!);
        Assert.Equal(["serviceAccountToken", "configMap", "downwardAPI"], volume["projected"]!["sources"]!.AsArray().Select(s => s!.AsObject().Single().Key));
        Assert.Equal(3607, (int)volume["projected"]!["sources"]![0]!["serviceAccountToken"]!["expirationSeconds"]!);
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", (string)spec["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!);
        Assert.Equal(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"], spec["tolerations"]!.AsArray().Select(t => (string)t!["key"]!));
    }

    [Fact]
    public async Task An_account_may_keep_its_token_to_itself()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"quiet"},"automountServiceAccountToken":false,"imagePullSecrets":[{"name":"pull"}]}""");
        var spec = (await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"serviceAccountName\":\"quiet\"")))["spec"]!;
        Assert.Null(spec["volumes"]);
        Assert.Equal("pull", (string)spec["imagePullSecrets"]![0]!["name"]!);
    }

    [Fact]
    public async Task An_unknown_account_or_priority_class_is_refused()
    {
        var ns = await cluster.NamespaceAsync();
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"serviceAccountName\":\"nobody\""));
        Assert.Equal(403, code);
        Assert.Equal($"pods \"p\" is forbidden: error looking up service account {ns}/nobody: serviceaccount \"nobody\" not found", (string)body["message"]!);
        (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"priorityClassName\":\"none\""));
        Assert.Equal(403, code);
        Assert.Equal("pods \"p\" is forbidden: no PriorityClass with name none was found", (string)body["message"]!);
    }

    [Fact]
    public async Task A_limit_range_fills_in_and_bounds()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/limitranges", """{"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"cpu":"500m"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"1"}}]}}""");
        await cluster.Resources.Of<Api.Core.V1.LimitRange>().WaitFreshAsync(default);
        var pod = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p"));
        var resources = pod["spec"]!["containers"]![0]!["resources"]!;
        Assert.Equal("100m", (string)resources["requests"]!["cpu"]!);
        Assert.Equal("500m", (string)resources["limits"]!["cpu"]!);
        Assert.Equal("LimitRanger plugin set: cpu request for container c; cpu limit for container c", (string)pod["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"]!);
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"q"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"2"}}}]}}""");
        Assert.Equal(403, code);
        Assert.Equal("pods \"q\" is forbidden: maximum cpu usage per Container is 1, but limit is 2", (string)body["message"]!);
    }

    [Fact]
    public async Task A_node_keeps_to_itself()
    {
        var node = cluster.TokenOf("system:node:n7", "system:nodes");
        var made = await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"n7","labels":{"kubernetes.io/hostname":"n7"}}}""", node);
        Assert.Equal("node.kubernetes.io/not-ready", (string)made["spec"]!["taints"]![0]!["key"]!);
        var (code, body) = await cluster.SendAsync("POST", "/api/v1/nodes", """{"metadata":{"name":"n8"}}""", node);
        Assert.Equal(403, code);
        Assert.Equal("nodes \"n8\" is forbidden: node \"n7\" is not allowed to modify node \"n8\"", (string)body["message"]!);
        (code, body) = await cluster.SendAsync("PATCH", "/api/v1/nodes/n7", """{"metadata":{"labels":{"node-restriction.kubernetes.io/x":"y"}}}""", node, "application/merge-patch+json");
        Assert.Equal(403, code);
        Assert.Equal("nodes \"n7\" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/x", (string)body["message"]!);
        (code, _) = await cluster.SendAsync("PATCH", "/api/v1/nodes/n7", """{"spec":{"taints":null}}""", node, "application/merge-patch+json");
        Assert.Equal(403, code);
        (code, _) = await cluster.SendAsync("PATCH", "/api/v1/nodes/n7/status", """{"status":{"nodeInfo":{"kubeletVersion":"v1"}}}""", node, "application/merge-patch+json");
        Assert.Equal(200, code);
    }

    [Fact]
    public async Task A_node_gets_tokens_only_for_its_pods()
    {
        var ns = await cluster.NamespaceAsync();
        var node = cluster.TokenOf("system:node:n9", "system:nodes");
        var pod = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p", ",\"nodeName\":\"n9\""));
        await cluster.Resources.Of<Api.Core.V1.Pod>().WaitFreshAsync(default);
        var path = $"/api/v1/namespaces/{ns}/serviceaccounts/default/token";
        var (code, body) = await cluster.SendAsync("POST", path, """{"spec":{}}""", node);
        Assert.Equal(403, code);
        Assert.EndsWith("node requested token not bound to a pod", (string)body["message"]!);
        var bound = $$$$"""{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"{{{{pod["metadata"]!["uid"]}}}}"}}}""";
        await cluster.CreateAsync(path, bound, node);
    }

    [Fact]
    public async Task Claims_are_held_until_nobody_uses_them()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync("/apis/storage.k8s.io/v1/storageclasses", $$$$"""{"metadata":{"name":"{{{{ns}}}}","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"x"}""");
        await cluster.Resources.Of<Api.Storage.V1.StorageClass>().WaitFreshAsync(default);
        var claim = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", """{"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");
        Assert.Equal("kubernetes.io/pvc-protection", (string)claim["metadata"]!["finalizers"]![0]!);
        Assert.Equal(ns, (string)claim["spec"]!["storageClassName"]!);
    }

    [Fact]
    public async Task A_quota_is_charged_and_ends()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"2","requests.cpu":"1","count/configmaps":"1"}}}""");
        await cluster.Resources.Of<Api.Core.V1.ResourceQuota>().WaitFreshAsync(default);
        await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}/resourcequotas/q/status", """{"status":{"hard":{"pods":"2","requests.cpu":"1","count/configmaps":"1"},"used":{"pods":"0","requests.cpu":"0","count/configmaps":"0"}}}""", null, "application/merge-patch+json");
        static string Asking(string name, string cpu) => $$$$"""{"metadata":{"name":"{{{{name}}}}"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"{{{{cpu}}}}"}}}]}}""";
        var path = $"/api/v1/namespaces/{ns}/pods";
        var (code, body) = await cluster.SendAsync("POST", path, TestCluster.Pod("none"));
        Assert.Equal(403, code);
        Assert.Equal("pods \"none\" is forbidden: failed quota: q: must specify requests.cpu for: c", (string)body["message"]!);
        await cluster.CreateAsync(path, Asking("a", "600m"));
        (code, body) = await cluster.SendAsync("POST", path, Asking("b", "600m"));
        Assert.Equal(403, code);
        Assert.Equal("pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1", (string)body["message"]!);
        await cluster.CreateAsync(path, Asking("b", "400m"));
        (code, body) = await cluster.SendAsync("POST", path, Asking("c", "1m"));
        Assert.Contains("requested: pods=1,requests.cpu=1m, used: pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1", (string)body["message"]!);
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"m"}}""");
        Assert.Equal(403, (await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"n"}}""")).Code);
    }

    [Fact]
    public async Task An_account_may_hold_its_pods_to_its_own_secrets()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"strict","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}},"secrets":[{"name":"mine"}]}""");
        static string Mounting(string name, string secret) => TestCluster.Pod(name, ",\"serviceAccountName\":\"strict\",\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"" + secret + "\"}}]");
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", Mounting("a", "mine"));
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", Mounting("b", "other"));
        Assert.Equal(403, code);
        Assert.EndsWith("volume with secret.secretName=\"other\" is not allowed because service account strict does not reference that secret", (string)body["message"]!);
    }
}
