namespace Tiphys.EndToEnd.Tests;

/// <summary>A node that joins by token.</summary>
[Collection("two nodes")]
public sealed class JoinTests(TwoNodeCluster cluster)
{
    [Fact]
    public async Task Pods_of_both_nodes_reach_each_other_and_services_and_kubectl_reaches_them()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: fleet}
            spec:
              replicas: 4
              selector: {matchLabels: {app: fleet}}
              template:
                metadata: {labels: {app: fleet}}
                spec:
                  terminationGracePeriodSeconds: 1
                  topologySpreadConstraints:
                  - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: fleet}}}
                  containers:
                  - name: ship
                    image: tiphys.local/busybox:1
                    command: [sh, -c, "mkdir /www && echo Ahoy from $NODE > /www/index.html && echo sailing && exec httpd -f -p 8080 -h /www"]
                    env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
                    readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: fleet}
            spec: {selector: {app: fleet}, ports: [{port: 80, targetPort: 8080}]}
            """)).Succeeded();
        (await cluster.KubectlAsync("rollout status deployment/fleet --timeout=120s")).Succeeded();
        var (sea, shore) = (await PodAsync("sea"), await PodAsync("shore"));

        await Cluster.UntilSaidAsync(() => AskAsync(sea.Name, shore.Address + ":8080"), "Ahoy from shore");
        await Cluster.UntilSaidAsync(() => AskAsync(shore.Name, sea.Address + ":8080"), "Ahoy from sea");
        foreach (var asking in (string[])[sea.Name, shore.Name])
        {
            // By its name, and so often that both nodes answer.
            var answers = new HashSet<string>();
            await Cluster.UntilAsync(() => AskAsync(asking, "fleet.default.svc.cluster.local"), o => o.Code == 0 && answers.Add(o.Output) && answers.Count == 2);
        }

        // Its serving certificate is asked for while pods start.
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync($"logs {shore.Name}"), "sailing");
        Assert.Contains("shore", (await cluster.KubectlAsync($"exec {shore.Name} -- cat /www/index.html")).Succeeded().Output, StringComparison.Ordinal);

        // Service addresses work on the node itself, too.
        var service = (await cluster.KubectlAsync("get service fleet -o jsonpath={.spec.clusterIP}")).Succeeded().Output.Trim();
        await Cluster.UntilSaidAsync(() => cluster.AtShoreAsync("curl", "-s", "--max-time", "10", $"http://{service}/"), "Ahoy");
    }

    [Fact]
    public async Task Every_part_of_the_node_has_an_identity_of_its_own_and_no_more_rights_than_it_needs()
    {
        await Cluster.UntilSaidAsync(
            () => cluster.KubectlAsync("get csr -o jsonpath={range.items[*]}{.spec.signerName}{\"|\"}{.spec.username}{\"|\"}{.status.conditions[*].type}{\"\\n\"}{end}"),
            "kubelet-serving|system:node:shore|Approved", "kubernetes.io/kube-apiserver-client-kubelet|system:bootstrap:", "kubernetes.io/kube-apiserver-client|system:node:shore|Approved");

        var pki = Path.Combine(cluster.AgentData, "agent", "kubelet", "pki");
        Assert.Equal("403", await CodeAsync("proxy", "api/v1/secrets"));
        Assert.Equal("200", await CodeAsync("proxy", "apis/discovery.k8s.io/v1/endpointslices"));
        Assert.Equal("403", await CodeAsync("routes", "api/v1/services"));
        Assert.Equal("200", await CodeAsync("routes", "api/v1/nodes"));
        Assert.Equal("403", await CodeAsync("kubelet-client", "api/v1/nodes/sea"));
        Assert.Equal("200", await CodeAsync("kubelet-client", "api/v1/nodes/shore"));

        async Task<string> CodeAsync(string name, string path)
        {
            var file = Path.Combine(pki, name + "-current.pem");
            await Cluster.UntilAsync(() => Task.FromResult(File.Exists(file)), static issued => issued);
            return (await cluster.AtShoreAsync("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--cert", file, "--key", file, $"https://{TwoNodeCluster.ServerAddress}:6443/{path}")).Output.Trim();
        }
    }

    [Fact]
    public async Task What_cannot_be_trusted_is_refused_with_the_reason()
    {
        var flags = await cluster.JoinFlagsAsync();
        var (server, token) = (flags[1], flags[3]);
        var wrong = "sha256:" + new string('0', 64);
        var revoked = RevokedAsync();
        Assert.Contains("is not the one expected", await cluster.RefusalAsync("x", "--server", server, "--token", token, "--discovery-token-ca-cert-hash", wrong), StringComparison.Ordinal);
        Assert.Contains("the cluster's authority must be verified", await cluster.RefusalAsync("x", "--server", server, "--token", token), StringComparison.Ordinal);
        Assert.Contains("a Node with name \"sea\" and status \"Ready\" already exists", await cluster.RefusalAsync("sea", flags), StringComparison.Ordinal);

        Assert.Contains(token, (await cluster.TokenAsync("list")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("is invalid for this cluster or it has expired.", await revoked, StringComparison.Ordinal);

        async Task<string> RevokedAsync()
        {
            var gone = await cluster.JoinFlagsAsync();
            await cluster.RevokeAsync(gone[3]);
            Assert.DoesNotContain(gone[3], (await cluster.TokenAsync("list")).Succeeded().Output, StringComparison.Ordinal);
            return await cluster.RefusalAsync("x", gone);
        }
    }

    [Fact]
    public async Task A_killed_agent_comes_back_without_its_token_and_its_containers_never_stop()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: v1
            kind: Pod
            metadata: {name: stowaway}
            spec:
              nodeName: shore
              terminationGracePeriodSeconds: 1
              containers: [{name: c, image: "tiphys.local/busybox:1", command: [sh, -c, "httpd -f -p 8080"]}]
            """)).Succeeded();
        (await cluster.KubectlAsync("wait --for=condition=Ready pod/stowaway --timeout=120s")).Succeeded();
        var id = (await cluster.KubectlAsync("get pod stowaway -o jsonpath={.status.containerStatuses[0].containerID}")).Succeeded().Output;
        var heartbeat = await HeartbeatAsync();
        cluster.KillAgent();
        var address = (await cluster.KubectlAsync("get pod stowaway -o jsonpath={.status.podIP}")).Succeeded().Output.Trim();
        await Cluster.UntilSaidAsync(() => cluster.AtSeaAsync("curl", "-si", "--max-time", "10", $"http://{address}:8080/"), "404");

        cluster.StartAgent();
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync("exec stowaway -- echo back"), "back");
        await Cluster.UntilAsync(() => cluster.KubectlAsync("get lease shore -n kube-node-lease -o jsonpath={.spec.renewTime}"), o => o.Code == 0 && o.Output != heartbeat);
        await cluster.UntilReadyAsync("shore");
        Assert.Equal(id, (await cluster.KubectlAsync("get pod stowaway -o jsonpath={.status.containerStatuses[0].containerID}")).Succeeded().Output);
        (await cluster.KubectlAsync("delete pod stowaway --now")).Succeeded();

        async Task<string> HeartbeatAsync() => (await cluster.KubectlAsync("get lease shore -n kube-node-lease -o jsonpath={.spec.renewTime}")).Succeeded().Output;
    }

    private async Task<(string Name, string Address)> PodAsync(string node)
    {
        var fields = (await cluster.KubectlAsync($"get pods -l app=fleet --field-selector spec.nodeName={node} -o jsonpath={{.items[0].metadata.name}}|{{.items[0].status.podIP}}")).Succeeded().Output.Trim().Split('|');
        return (fields[0], fields[1]);
    }

    private Task<Outcome> AskAsync(string pod, string address) => cluster.KubectlAsync($"exec {pod} -- wget -qO- http://{address}/");
}
