namespace Tiphys.EndToEnd.Tests;

/// <summary>What a pod and the node reach, by which name, and who answers.</summary>
[Collection("cluster")]
public sealed class NetworkTests(Cluster cluster)
{
    private const string Nobody = "nobody";

    [Fact]
    public async Task A_pod_asks_the_API_server_with_its_mounted_token_and_authority()
    {
        (await cluster.KubectlAsync("create serviceaccount lookout")).Succeeded();
        await cluster.PodAsync("lookout", "sleep 1000", image: ToolsImage.Name, spec: "serviceAccountName: lookout");
        const string Ask = """
            cd /var/run/secrets/kubernetes.io/serviceaccount
            curl -sS --cacert ca.crt -H "Authorization: Bearer $(cat token)" https://kubernetes.default.svc/api/v1/namespaces/$(cat namespace)/pods/$HOSTNAME
            """;
        Assert.Contains("User \\\"system:serviceaccount:default:lookout\\\" cannot get resource", (await cluster.ExecAsync("lookout", Ask)).Succeeded().Output, StringComparison.Ordinal);
        (await cluster.KubectlAsync("create rolebinding lookout --clusterrole=view --serviceaccount=default:lookout")).Succeeded();
        await Cluster.UntilAsync(() => cluster.ExecAsync("lookout", Ask), static o => o.Output.Contains("\"phase\":\"Running\"", StringComparison.Ordinal));

        // Bound to its pod: once that is gone, so is the token's worth.
        var token = (await cluster.ExecAsync("lookout", "cat /var/run/secrets/kubernetes.io/serviceaccount/token")).Succeeded().Output.Trim();
        var address = "https://127.0.0.1:6443/api/v1/namespaces/default/pods";
        Assert.Equal("200", (await cluster.InsideAsync("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer " + token, address)).Output.Trim());
        (await cluster.KubectlAsync("delete pod lookout --now")).Succeeded();
        await Cluster.UntilAsync(() => cluster.InsideAsync("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer " + token, address), static o => o.Output.Trim() == "401");
        (await cluster.KubectlAsync("delete rolebinding/lookout serviceaccount/lookout")).Succeeded();
    }

    [Fact]
    public async Task Names_outside_the_cluster_are_asked_of_the_nodes_resolver()
    {
        await cluster.PodAsync("stargazer", "sleep 1000");
        await Cluster.UntilSaidAsync(() => cluster.ExecAsync("stargazer", "nslookup -type=a " + OutsideDns.Name), OutsideDns.Address);
        await Cluster.UntilAsync(() => cluster.ExecAsync("stargazer", "nslookup -type=a nowhere.example"), static o => o.All.Contains("NXDOMAIN", StringComparison.Ordinal));
        (await cluster.KubectlAsync("delete pod stargazer --now")).Succeeded();
    }

    [Fact]
    public async Task Services_are_reached_by_short_and_full_name_over_TCP_and_UDP()
    {
        await cluster.PodAsync("beacon", "socat UDP-RECVFROM:7001,fork EXEC:'echo lit-udp' & exec socat TCP-LISTEN:7000,fork,reuseaddr EXEC:'echo lit-tcp'", image: ToolsImage.Name);
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: v1
            kind: Service
            metadata: {name: beacon}
            spec:
              selector: {app: beacon}
              ports: [{name: t, port: 70, targetPort: 7000}, {name: u, port: 70, targetPort: 7001, protocol: UDP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: beacon-headless}
            spec: {clusterIP: None, selector: {app: beacon}, ports: [{port: 7000}]}
            """)).Succeeded();
        await cluster.PodAsync("seer", "sleep 1000", image: ToolsImage.Name);
        foreach (var name in new[] { "beacon", "beacon.default", "beacon.default.svc.cluster.local" })
        {
            await Cluster.UntilAsync(() => cluster.ExecAsync("seer", $"socat -t2 - TCP:{name}:70 </dev/null"), static o => o.Output.Contains("lit-tcp", StringComparison.Ordinal));
            await Cluster.UntilAsync(() => cluster.ExecAsync("seer", $"echo ask | socat -t1 - UDP:{name}:70"), static o => o.Output.Contains("lit-udp", StringComparison.Ordinal));
        }

        var pod = (await cluster.KubectlAsync("get pod beacon -o jsonpath={.status.podIP}")).Succeeded().Output.Trim();
        await Cluster.UntilSaidAsync(() => cluster.ExecAsync("seer", "nslookup -type=a beacon-headless.default.svc.cluster.local"), pod);
        await Cluster.UntilSaidAsync(() => cluster.ExecAsync("seer", "nslookup -type=srv _u._udp.beacon.default.svc.cluster.local"), "70");
        (await cluster.KubectlAsync("delete service beacon beacon-headless")).Succeeded();
        (await cluster.KubectlAsync("delete pod beacon seer --now")).Succeeded();
    }

    [Fact]
    public async Task Load_spreads_over_all_ready_endpoints_and_leaves_one_that_turns_unready()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: crew}
            spec:
              replicas: 3
              selector: {matchLabels: {app: crew}}
              template:
                metadata: {labels: {app: crew}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: c
                    image: "tiphys.local/busybox:1"
                    command: [sh, -c, "mkdir /www; hostname >/www/index.html; touch /fit; exec httpd -f -p 80 -h /www"]
                    readinessProbe: {periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 1, exec: {command: [test, -e, /fit]}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: crew}
            spec: {selector: {app: crew}, ports: [{port: 80}]}
            """)).Succeeded();
        (await cluster.KubectlAsync("rollout status deployment/crew --timeout=120s")).Succeeded();
        var address = (await cluster.KubectlAsync("get service crew -o jsonpath={.spec.clusterIP}")).Succeeded().Output.Trim();
        var all = await Cluster.UntilAsync(() => AnswersAsync(address), static names => names.Count == 3 && !names.ContainsKey(Nobody));
        Assert.True(all.Values.Min() > 5, string.Join(", ", all)); // 20 of 60 are expected of each

        var unfit = all.Keys.First();
        (await cluster.ExecAsync(unfit, "rm /fit")).Succeeded();
        await Cluster.UntilAsync(() => AnswersAsync(address), names => names.Count == 2 && !names.ContainsKey(unfit) && !names.ContainsKey(Nobody));
        (await cluster.ExecAsync(unfit, "touch /fit")).Succeeded();
        await Cluster.UntilAsync(() => AnswersAsync(address), names => all.Keys.All(names.ContainsKey));
        (await cluster.KubectlAsync("delete deployment/crew service/crew")).Succeeded();
    }

    /// <summary>Who answered how often, of 60 requests.</summary>
    private static async Task<Dictionary<string, int>> AnswersAsync(string address)
    {
        using var http = Cluster.Http();
        var names = new Dictionary<string, int>();
        for (var i = 0; i < 60; i++)
        {
            try
            {
                var name = (await http.GetStringAsync(new Uri($"http://{address}/"))).Trim();
                names[name] = names.GetValueOrDefault(name) + 1;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // The proxy has not caught up; the caller asks again.
                names[Nobody] = names.GetValueOrDefault(Nobody) + 1;
            }
        }

        return names;
    }
}
