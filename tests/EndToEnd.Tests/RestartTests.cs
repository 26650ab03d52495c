namespace Tiphys.EndToEnd.Tests;

/// <summary>kill -9, of anything: running containers run on, nothing acknowledged is lost, and the cluster comes back to the same state.</summary>
[Collection("cluster")]
public sealed class RestartTests(Cluster cluster)
{
    [Fact]
    public async Task Killing_the_server_stops_no_container_and_loses_nothing_acknowledged()
    {
        await cluster.PodAsync("survivor", "sleep 1000");
        var id = (await cluster.KubectlAsync("get pod survivor -o jsonpath={.status.containerStatuses[0].containerID}")).Succeeded().Output.Trim();
        (await cluster.KubectlAsync("create configmap acknowledged --from-literal=k=v")).Succeeded();
        await Cluster.KillAsync(cluster.ServerPid());
        var address = (await cluster.InsideAsync("nft", "list", "map", "ip", "kube-proxy", "service-ips")).Succeeded();
        Assert.Contains("10.43.0.1", address.Output, StringComparison.Ordinal); // services go on while the server is away
        (await cluster.UpAsync()).Succeeded();
        Assert.Equal("v", (await cluster.KubectlAsync("get configmap acknowledged -o jsonpath={.data.k}")).Succeeded().Output.Trim());
        Assert.Equal(id, (await cluster.KubectlAsync("get pod survivor -o jsonpath={.status.containerStatuses[0].containerID}")).Succeeded().Output.Trim());
        Assert.Equal("0", (await cluster.KubectlAsync("get pod survivor -o jsonpath={.status.containerStatuses[0].restartCount}")).Succeeded().Output.Trim());
        (await cluster.KubectlAsync("delete pod survivor --now")).Succeeded();
    }

    [Fact]
    public async Task Killing_containerd_stops_no_container_and_the_node_recovers()
    {
        await cluster.PodAsync("anchor", "sleep 1000");
        const string Started = "get pod anchor -o jsonpath={.status.containerStatuses[0].containerID}:{.status.containerStatuses[0].restartCount}";
        var before = (await cluster.KubectlAsync(Started)).Succeeded().Output;
        var pid = int.Parse((await File.ReadAllTextAsync(Path.Combine(cluster.DataDir, "agent", "containerd", "containerd.pid"))).Trim());
        await Cluster.KillAsync(pid);
        await cluster.PodAsync("after", "sleep 1000"); // only a containerd that is back can run it
        Assert.Equal("afloat", (await cluster.ExecAsync("anchor", "echo afloat")).Succeeded().Output.Trim());
        Assert.Equal(before, (await cluster.KubectlAsync(Started)).Succeeded().Output);
        (await cluster.KubectlAsync("delete pod anchor after --now")).Succeeded();
    }
}
