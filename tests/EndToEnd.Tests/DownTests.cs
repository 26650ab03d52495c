using System.Globalization;

namespace Tiphys.EndToEnd.Tests;

/// <summary><c>down</c> leaves nothing but data on the machine, whatever the cluster was doing and however it ended.</summary>
[Collection("cluster")]
public sealed class DownTests(Cluster cluster)
{
    [Fact]
    public async Task After_pods_with_host_ports_and_pods_that_never_started()
    {
        await TroublesomePodsAsync();
        await cluster.DownAsync();
        await BackAsync();
    }

    /// <summary>Containers outlive a killed server and a killed containerd, and nobody else knows how to find them.</summary>
    [Fact]
    public async Task After_server_and_containerd_were_killed()
    {
        await TroublesomePodsAsync();
        var server = cluster.ServerPid();
        var started = (await File.ReadAllTextAsync($"/proc/{server}/stat")).Split(' ')[21]; // others had the id before
        await Cluster.KillAsync(server);
        await Cluster.KillAsync(ContainerdPid());
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"*-{server}-{started}-*"));
        var shims = (await Shell.RunAsync("ps", ["-eo", "args"])).Succeeded().Output.Split('\n').Count(l => l.Contains("containerd-shim", StringComparison.Ordinal) && l.Contains(cluster.DataDir, StringComparison.Ordinal));
        Assert.True(shims > 0);
        await cluster.DownAsync();
        await BackAsync();
    }

    /// <summary>What is still to be removed is written in the data, so that it must not go first.</summary>
    [Fact]
    public async Task A_containerd_that_cannot_be_started_keeps_the_data()
    {
        await cluster.PodAsync("kept", "sleep 1000");
        await Cluster.KillAsync(cluster.ServerPid());
        await Cluster.KillAsync(ContainerdPid());
        var refused = await cluster.InsideAsync("unshare", "--mount", "sh", "-c", $"mount --bind /bin/false $(command -v containerd) && exec {cluster.Program} down --purge --data-dir {cluster.DataDir}");
        Assert.Equal(1, refused.Code);
        Assert.Contains("pods of this node are left", refused.Errors, StringComparison.Ordinal);
        Assert.Single(refused.Errors.Trim().Split('\n'));
        Assert.True(Directory.Exists(cluster.DataDir));
        (await cluster.UpAsync()).Succeeded(); // takes the pod over again
        Assert.Equal("0", (await cluster.KubectlAsync("get pod kept -o jsonpath={.status.containerStatuses[0].restartCount}")).Succeeded().Output.Trim());
        (await cluster.KubectlAsync("delete pod kept --now")).Succeeded();
    }

    private async Task TroublesomePodsAsync()
    {
        await cluster.PodAsync("porter", "sleep 1000", container: ", ports: [{containerPort: 80, hostPort: 8099}]");
        await cluster.PodAsync("stuck", "sleep 1000", ready: false, container: ", volumeMounts: [{name: v, mountPath: /v}]", spec: "volumes: [{name: v, configMap: {name: absent}}]");
        await Cluster.UntilSaidAsync(() => cluster.KubectlAsync("describe pod stuck"), "FailedMount");
        Assert.Contains("CNI-HOSTPORT-DNAT", (await cluster.InsideAsync("nft", "list", "table", "ip", "nat")).Succeeded().Output, StringComparison.Ordinal);
    }

    private async Task BackAsync()
    {
        (await cluster.UpAsync()).Succeeded();
        (await cluster.KubectlAsync("delete pod porter stuck --now")).Succeeded();
    }

    private int ContainerdPid() => int.Parse(File.ReadAllText(Path.Combine(cluster.DataDir, "agent", "containerd", "containerd.pid")).Trim(), CultureInfo.InvariantCulture);
}
