using System.Net;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class NodeTests(TestCluster cluster)
{
    [Fact]
    public async Task Nodes_get_networks_of_their_own()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            var name = $"ipam-{i}";
            await cluster.Client.Resource<Node>().CreateAsync(new() { Metadata = new() { Name = name } }, default);
            var node = await cluster.WaitAsync<Node>(null, name, static n => n!.Spec.PodCIDR.Length > 0 && n.Metadata.Annotations?.GetValueOrDefault("node.alpha.kubernetes.io/ttl") == "0");
            Assert.Equal(node.Spec.PodCIDR, Assert.Single(node.Spec.PodCIDRs!));
            Assert.True(IPNetwork.Parse("10.42.0.0/16").Contains(IPNetwork.Parse(node.Spec.PodCIDR).BaseAddress));
            Assert.EndsWith("/24", node.Spec.PodCIDR, StringComparison.Ordinal);
            Assert.True(seen.Add(node.Spec.PodCIDR));
        }
    }

    [Fact]
    public void A_pool_gives_parts_back()
    {
        var pool = new CidrPool(IPNetwork.Parse("10.0.0.0/23"), 24);
        pool.Occupy("a", IPNetwork.Parse("10.0.0.0/24"));
        Assert.Equal("10.0.1.0/24", pool.Take("b").ToString());
        Assert.Null(pool.Take("c"));
        pool.Free("a");
        Assert.Equal("10.0.0.0/24", pool.Take("c").ToString());
        Assert.Equal("10.0.0.0/24", pool.Take("c").ToString());
    }

    [Fact]
    public async Task Conditions_become_taints_and_pods_that_do_not_tolerate_them_go()
    {
        var ns = await cluster.NamespaceAsync();
        const string name = "tainted";
        await cluster.Client.Resource<Node>().CreateAsync(new() { Metadata = new() { Name = name }, Spec = new() { Unschedulable = true } }, default);
        await cluster.WaitAsync<Node>(null, name, static n => n!.Spec.Taints?.Exists(static t => t is { Key: "node.kubernetes.io/unschedulable", Effect: "NoSchedule" }) == true);
        await MakeAsync("weak", null);
        await MakeAsync("strong", [new() { Operator = "Exists" }]);
        await cluster.Client.Resource<Node>().PatchAsync(null, name, PatchType.StrategicMerge, """{"status":{"conditions":[{"type":"Ready","status":"False","reason":"KubeletNotReady","message":"x"}]}}""", "status", default);
        var node = await cluster.WaitAsync<Node>(null, name, static n => n!.Spec.Taints?.Exists(static t => t is { Key: "node.kubernetes.io/not-ready", Effect: "NoExecute" }) == true);
        Assert.Contains(node.Spec.Taints!, static t => t is { Key: "node.kubernetes.io/not-ready", Effect: "NoSchedule" });
        await cluster.WaitAsync<Pod>(ns, "weak", static p => p is null || p.Metadata.DeletionTimestamp is not null);
        await cluster.Client.Resource<Node>().PatchAsync(null, name, PatchType.StrategicMerge, """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"}]},"spec":{"unschedulable":false}}""", "status", default);
        await cluster.WaitAsync<Node>(null, name, static n => n!.Spec.Taints?.Exists(static t => t.Key == "node.kubernetes.io/not-ready") != true);
        Assert.Null((await cluster.Client.Resource<Pod>().GetAsync(ns, "strong", default)).Metadata.DeletionTimestamp);

        Task MakeAsync(string pod, List<Toleration>? tolerations) => cluster.Client.Resource<Pod>().CreateAsync(
            new() { Metadata = new() { Name = pod, Namespace = ns }, Spec = new() { NodeName = name, Tolerations = tolerations ?? [new() { Key = "node.kubernetes.io/not-ready", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 0 }], Containers = [new() { Name = "a", Image = "a:1" }] } }, default);
    }

    [Fact]
    public async Task Silent_nodes_become_unknown_and_are_emptied_unless_all_are_silent()
    {
        var time = new SteppedTime();
        await using var own = new TestCluster(static o => o with { LeaderElect = false, NodeMonitorGracePeriod = TimeSpan.FromSeconds(50) }, time);
        await own.InitializeAsync();
        await own.WaitAllAsync<Event>("default", null, static e => e.Exists(static e => e is { Reason: "RegisteredNode", InvolvedObject.Name: FakeNodes.Name }));
        time.Advance(TimeSpan.FromSeconds(51));
        await own.Client.Resource<Node>().PatchAsync(null, FakeNodes.Name, PatchType.Merge, """{"metadata":{"annotations":{"look":"again"}}}""", null, default); // timers go by the real clock
        var node = await own.WaitAsync<Node>(null, FakeNodes.Name, static n => n?.Status.Conditions?.Find(static c => c.Type == "Ready")?.Status == "Unknown" && n.Spec.Taints?.Exists(static t => t.Key == "node.kubernetes.io/unreachable") == true);
        Assert.Equal("NodeStatusUnknown", node.Status.Conditions!.Single(static c => c.Type == "Ready").Reason);
        Assert.Equal("NodeStatusNeverUpdated", node.Status.Conditions!.Single(static c => c.Type == "MemoryPressure").Reason);
        Assert.Equal([("node.kubernetes.io/unreachable", "NoSchedule")], node.Spec.Taints!.Select(static t => (t.Key, t.Effect)));

        using var stop = new CancellationTokenSource();
        var alive = KeepAliveAsync(own.Client, stop.Token);
        await own.WaitAsync<Node>(null, FakeNodes.Name, static n => n!.Spec.Taints!.Exists(static t => t is { Key: "node.kubernetes.io/unreachable", Effect: "NoExecute" }));
        Assert.Null((await own.Client.Resource<Node>().GetAsync(null, "alive", default)).Spec.Taints?.Find(static t => t.Key.EndsWith("unreachable", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await alive;
    }

    private static async Task KeepAliveAsync(KubernetesClient client, CancellationToken cancel)
    {
        await client.Resource<Node>().CreateAsync(new() { Metadata = new() { Name = "alive" }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True", LastHeartbeatTime = DateTimeOffset.UtcNow }] } }, default);
        var lease = await client.Resource<Lease>().CreateAsync(new() { Metadata = new() { Name = "alive", Namespace = "kube-node-lease" }, Spec = new() { HolderIdentity = "alive", RenewTime = DateTimeOffset.UtcNow } }, default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                lease.Spec.RenewTime = DateTimeOffset.UtcNow;
                lease = await client.Resource<Lease>().UpdateAsync(lease, default);
            }
        }
        catch (OperationCanceledException)
        {
            // it dies
        }
    }
}
