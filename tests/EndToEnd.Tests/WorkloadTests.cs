using System.Diagnostics;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Containers that really run, and what kubectl does with them.</summary>
[Collection("cluster")]
public sealed class WorkloadTests(Cluster cluster)
{
    [Fact]
    public async Task A_rolling_update_is_not_seen_by_a_client_that_keeps_asking()
    {
        var address = (await cluster.KubectlAsync("get service web -o jsonpath={.spec.clusterIP}")).Succeeded().Output.Trim();
        using var stop = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            var answers = 0;
            while (!stop.IsCancellationRequested)
            {
                var answer = await cluster.InsideAsync("curl", "-sf", "--max-time", "10", $"http://{address}/");
                Assert.Contains("Ahoy", answer.Output, StringComparison.Ordinal);
                answers++;
            }

            return answers;
        });
        (await cluster.KubectlAsync($"set env deployment/web ROUND={Guid.NewGuid():N}")).Succeeded();
        (await cluster.KubectlAsync("rollout status deployment/web --timeout=120s")).Succeeded();
        await stop.CancelAsync();
        Assert.True(await asking > 3);
        Assert.Contains("REVISION", (await cluster.KubectlAsync("rollout history deployment/web")).Succeeded().Output, StringComparison.Ordinal);
        (await cluster.KubectlAsync("rollout undo deployment/web")).Succeeded();
        (await cluster.KubectlAsync("rollout status deployment/web --timeout=120s")).Succeeded();
    }

    [Fact]
    public async Task Exec_logs_copy_and_port_forward_reach_a_container()
    {
        await cluster.PodAsync("tool", "echo started; while true; do sleep 1; done");
        Assert.StartsWith("uid=0(root)", (await cluster.KubectlAsync("exec tool -- id")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(7, (await cluster.KubectlAsync(["exec", "tool", "--", "sh", "-c", "exit 7"])).Code);
        Assert.Equal("over here", (await cluster.KubectlAsync("exec -i tool -- cat", "over here")).Succeeded().Output.Trim());
        Assert.Equal("started", (await cluster.KubectlAsync("logs tool")).Succeeded().Output.Trim());
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "cargo");
        (await cluster.KubectlAsync(["cp", file, "tool:/tmp/cargo"])).Succeeded();
        Assert.Equal("cargo", (await cluster.KubectlAsync("exec tool -- cat /tmp/cargo")).Succeeded().Output.Trim());
        File.Delete(file);

        using var forward = cluster.StartKubectl("port-forward", "service/web", "18080:80");
        try
        {
            await Cluster.UntilAsync(() => cluster.InsideAsync("curl", "-s", "--max-time", "10", "http://127.0.0.1:18080/"), static o => o.Output.Contains("Ahoy", StringComparison.Ordinal));
        }
        finally
        {
            forward.Kill(entireProcessTree: true);
        }

        (await cluster.KubectlAsync("delete pod tool --now")).Succeeded();
    }

    [Fact]
    public async Task Names_of_services_resolve_inside_a_pod()
    {
        await cluster.PodAsync("sailor", "sleep 1000");
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync("exec sailor -- wget -qO- http://web/"), "Ahoy");
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync("exec sailor -- wget -qO- http://web.default.svc.cluster.local/"), "Ahoy");
        await Cluster.UntilAsync(() => cluster.KubectlAsync("exec sailor -- nslookup kubernetes.default.svc.cluster.local"), static o => o.Output.Contains("10.43.0.1", StringComparison.Ordinal));
        Assert.Contains("token", (await cluster.KubectlAsync("exec sailor -- ls /var/run/secrets/kubernetes.io/serviceaccount")).Succeeded().Output, StringComparison.Ordinal);
        (await cluster.KubectlAsync("delete pod sailor --now")).Succeeded();
    }

    [Fact]
    public async Task A_pod_that_dies_is_replaced_and_a_container_that_exits_is_started_again()
    {
        var before = (await cluster.KubectlAsync("get pods -l app=web -o name")).Succeeded().Output;
        var victim = before.Split('\n')[0];
        (await cluster.KubectlAsync($"delete {victim} --now")).Succeeded();
        (await cluster.KubectlAsync("rollout status deployment/web --timeout=120s")).Succeeded();
        Assert.DoesNotContain(victim, (await cluster.KubectlAsync("get pods -l app=web -o name")).Output, StringComparison.Ordinal);

        await cluster.PodAsync("crash", "exit 3", ready: false);
        await Cluster.UntilAsync(() => cluster.KubectlAsync("get pod crash"), static o => o.Output.Contains("CrashLoopBackOff", StringComparison.Ordinal));
        (await cluster.KubectlAsync("delete pod crash --now")).Succeeded();
    }

    [Fact]
    public async Task A_node_port_answers_and_endpoints_that_are_not_ready_get_nothing()
    {
        (await cluster.KubectlAsync("create service nodeport door --tcp=80:8080 --node-port=30080")).Succeeded();
        (await cluster.KubectlAsync("set selector service door app=web")).Succeeded();
        await Cluster.UntilAsync(() => cluster.InsideAsync("curl", "-s", "--max-time", "10", $"http://{Cluster.Address}:30080/"), static o => o.Output.Contains("Ahoy", StringComparison.Ordinal));
        (await cluster.KubectlAsync("set selector service door app=nobody")).Succeeded();

        // Refused at once, which curl tells with 7, not left to time out.
        await Cluster.UntilAsync(() => cluster.InsideAsync("curl", "-s", "--max-time", "10", $"http://{Cluster.Address}:30080/"), static o => o.Code == 7);
        (await cluster.KubectlAsync("delete service door")).Succeeded();
    }

    [Fact]
    public async Task A_job_runs_to_completion_and_one_that_fails_says_so()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: hold}
            spec:
              completions: 4
              parallelism: 2
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: c, image: "tiphys.local/busybox:1", command: [sh, -c, "echo stowed"]}]
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: wreck}
            spec:
              backoffLimit: 0
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: c, image: "tiphys.local/busybox:1", command: [sh, -c, "exit 1"]}]
            """)).Succeeded();
        (await cluster.KubectlAsync("wait --for=condition=Complete job/hold --timeout=120s")).Succeeded();
        (await cluster.KubectlAsync("wait --for=condition=Failed job/wreck --timeout=120s")).Succeeded();
        Assert.Equal("4", (await cluster.KubectlAsync("get job hold -o jsonpath={.status.succeeded}")).Output.Trim());
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync("describe job wreck"), "BackoffLimitExceeded");
        Assert.Equal("stowed", (await cluster.KubectlAsync("logs job/hold --tail=1")).Succeeded().Output.Trim());
        (await cluster.KubectlAsync("delete job hold wreck")).Succeeded();
    }
}
