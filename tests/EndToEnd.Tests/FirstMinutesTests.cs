namespace Tiphys.EndToEnd.Tests;

/// <summary>What a user sees in the first five minutes.</summary>
[Collection("cluster")]
public sealed class FirstMinutesTests(Cluster cluster)
{
    [Fact]
    public void Up_shows_its_steps_and_ends_with_the_kubeconfig()
    {
        Assert.Contains("e2e is Ready", cluster.UpOutput, StringComparison.Ordinal);
        Assert.Contains("answers at 10.43.0.10", cluster.UpOutput, StringComparison.Ordinal);
        Assert.Contains("kubeconfig.yaml", cluster.UpOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_up_says_that_it_runs_already()
    {
        var again = (await cluster.TiphysAsync("up")).Succeeded();
        Assert.Contains("runs already", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_names_every_component()
    {
        var status = (await Cluster.UntilAsync(() => cluster.TiphysAsync("status"), static s => s.Code == 0)).Output;
        foreach (var part in new[] { "process", "apiserver", "controller-manager", "scheduler", "kubelet", "proxy", "routes", "containerd", "node e2e", "dns", "pods", "deployments" }) Assert.Contains(part, status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sid")]
    [InlineData("trixie")]
    public async Task Real_kubectls_of_both_versions_are_at_home(string version)
    {
        Task<Outcome> Kubectl(string arguments) => cluster.KubectlAsync(arguments, version: version);
        Assert.Contains("Server Version: v1.36", (await Kubectl("version")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("deployments", (await Kubectl("api-resources")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("FIELD: image <string>", (await Kubectl("explain pod.spec.containers.image")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("e2e", (await Kubectl("get nodes -o wide")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("web", (await Kubectl("describe deployment web")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("3", (await Kubectl("get deployment web -o jsonpath={.spec.replicas}")).Succeeded().Output.Trim());
        Assert.Contains("NAME", (await Kubectl("get pods -A -l app=web -o custom-columns=NAME:.metadata.name")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("yes", (await Kubectl("auth can-i create pods")).Succeeded().Output.Trim());
        Assert.Contains("Metrics API not available", (await Kubectl("top nodes")).Errors, StringComparison.Ordinal);
        Assert.Contains("control plane", (await Kubectl("cluster-info")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_image_and_a_pod_that_fits_nowhere_say_so()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: v1
            kind: Pod
            metadata: {name: big}
            spec:
              containers: [{name: c, image: "tiphys.local/busybox:1", resources: {requests: {cpu: "640"}}}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: absent}
            spec:
              containers: [{name: c, image: "tiphys.local/absent:1", imagePullPolicy: Never}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: lost}
            spec:
              containers: [{name: c, image: "127.0.0.1:5/lost:1"}]
            """)).Succeeded();
        await Cluster.UntilAsync(() => cluster.KubectlAsync("describe pod big"), static o => o.Output.Contains("0/1 nodes are available: 1 Insufficient cpu.", StringComparison.Ordinal));
        await Cluster.UntilAsync(() => cluster.KubectlAsync("get pod absent"), static o => o.Output.Contains("ErrImageNeverPull", StringComparison.Ordinal));
        await Cluster.UntilAsync(() => cluster.KubectlAsync("get pod lost -o jsonpath={.status.containerStatuses[0].state.waiting.reason}"), static o => o.Output.Trim() == "ImagePullBackOff");
        await Cluster.UntilSaidAsync(
            () => cluster.KubectlAsync("describe pod lost"),
            "Pulling image \"127.0.0.1:5/lost:1\"", "Failed to pull image \"127.0.0.1:5/lost:1\"", "Error: ErrImagePull", "Back-off pulling image \"127.0.0.1:5/lost:1\"");
        (await cluster.KubectlAsync("delete pod big absent lost --now")).Succeeded();
    }

    [Fact]
    public async Task Wrong_input_is_answered_as_upstream_answers()
    {
        var invalid = await cluster.KubectlAsync("create -f -", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: wrong}
            spec:
              selector: {matchLabels: {a: b}}
              template:
                metadata: {labels: {a: c}}
                spec: {containers: [{name: c, image: x}]}
            """);
        Assert.Contains("The Deployment \"wrong\" is invalid: spec.template.metadata.labels: Invalid value: {\"a\":\"c\"}: `selector` does not match template `labels`", invalid.Errors, StringComparison.Ordinal);
        Assert.Contains("Error from server (NotFound): pods \"nobody\" not found", (await cluster.KubectlAsync("get pod nobody")).Errors, StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.foo\"", (await cluster.KubectlAsync("create -f -", "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {foo: 1, ports: [{port: 1}]}}")).Errors, StringComparison.Ordinal);
        var stale = await cluster.KubectlAsync("replace -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: web, resourceVersion: \"1\"}, data: {}}");
        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", stale.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gets_in_without_credentials_and_rbac_decides()
    {
        var anonymous = await cluster.InsideAsync("curl", "-sk", "https://127.0.0.1:6443/api/v1/namespaces");
        Assert.Contains("namespaces is forbidden: User \\\"system:anonymous\\\" cannot list resource", anonymous.Output, StringComparison.Ordinal);
        Assert.Equal("ok", (await cluster.InsideAsync("curl", "-sk", "https://127.0.0.1:6443/readyz")).Output.Trim());
        var denied = await cluster.KubectlAsync("get secrets --as=jane");
        Assert.Contains("User \"jane\" cannot list resource \"secrets\"", denied.Errors, StringComparison.Ordinal);
        (await cluster.KubectlAsync("create rolebinding jane --clusterrole=view --user=jane")).Succeeded();
        await Cluster.UntilAsync(() => cluster.KubectlAsync("get pods --as=jane"), static o => o.Code == 0);
    }
}
