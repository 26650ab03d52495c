using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class DaemonSetTests(TestCluster cluster)
{
    [Fact]
    public async Task Runs_on_every_node_that_fits_and_rolls()
    {
        var ns = await cluster.NamespaceAsync();
        await MakeNodeAsync("daemon-a", ns, null);
        await MakeNodeAsync("daemon-b", ns, null);
        await MakeNodeAsync("daemon-c", ns, [new() { Key = "special", Effect = "NoSchedule" }]);
        var set = new DaemonSet
        {
            Metadata = new() { Name = "ds", Namespace = ns },
            Spec = new()
            {
                Selector = new() { MatchLabels = new() { ["app"] = "ds" } },
                Template = new() { Metadata = new() { Labels = new() { ["app"] = "ds" } }, Spec = new() { NodeSelector = new() { ["pool"] = ns }, Containers = [new() { Name = "a", Image = "a:1" }] } },
            },
        };
        await cluster.Client.Resource<DaemonSet>().CreateAsync(set, default);
        await cluster.WaitAsync<DaemonSet>(ns, "ds", static d => d!.Status is { DesiredNumberScheduled: 2, NumberAvailable: 2, UpdatedNumberScheduled: 2, NumberUnavailable: 0 });
        var pods = await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default);
        Assert.Equal(["daemon-a", "daemon-b"], pods.Items.Select(static p => p.Spec.NodeName).Order());

        await cluster.Client.Resource<DaemonSet>().PatchAsync(ns, "ds", PatchType.StrategicMerge, """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:2"}]}}}}""", null, default);
        await cluster.WaitAllAsync<Pod>(ns, "app=ds", static p => p.Count == 2 && p.TrueForAll(static p => p.Spec.Containers[0].Image == "a:2"));
        await cluster.WaitAsync<DaemonSet>(ns, "ds", static d => d!.Status is { UpdatedNumberScheduled: 2, NumberAvailable: 2 } && d.Status.ObservedGeneration == d.Metadata.Generation);
        Assert.Equal(2, (await cluster.Client.Resource<ControllerRevision>().ListAsync(ns, ListQuery.All, default)).Items.Count);

        await MakeNodeAsync("daemon-d", ns, null);
        await cluster.WaitAllAsync<Pod>(ns, "app=ds", static p => p.Exists(static p => p.Spec.NodeName == "daemon-d"));
    }

    private Task MakeNodeAsync(string name, string pool, List<Taint>? taints) => cluster.Client.Resource<Node>().CreateAsync(
        new() { Metadata = new() { Name = name, Labels = new() { ["pool"] = pool } }, Spec = new() { Taints = taints }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] } }, default);
}
