using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class StatefulSetTests(TestCluster cluster)
{
    [Fact]
    public async Task Pods_come_in_order_and_are_replaced_from_the_highest_down()
    {
        var ns = await cluster.NamespaceAsync();
        var set = new StatefulSet
        {
            Metadata = new() { Name = "db", Namespace = ns },
            Spec = new()
            {
                Replicas = 3,
                ServiceName = "db",
                Selector = new() { MatchLabels = new() { ["app"] = "db" } },
                Template = new() { Metadata = new() { Labels = new() { ["app"] = "db" } }, Spec = new() { Containers = [new() { Name = "a", Image = "a:1" }] } },
                VolumeClaimTemplates = [new() { Metadata = new() { Name = "data" }, Spec = new() { AccessModes = ["ReadWriteOnce"], Resources = new() { Requests = new() { ["storage"] = Api.Quantity.Parse("1Gi") } } } }],
            },
        };
        await cluster.Client.Resource<StatefulSet>().CreateAsync(set, default);
        await cluster.WaitAsync<StatefulSet>(ns, "db", static s => s!.Status is { Replicas: 3, ReadyReplicas: 3, AvailableReplicas: 3, UpdatedReplicas: 3, CurrentReplicas: 3 });
        var pods = (await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default)).Items.OrderBy(static p => p.Metadata.Name).ToList();
        Assert.Equal(["db-0", "db-1", "db-2"], pods.Select(static p => p.Metadata.Name));
        Assert.All(pods, static p => Assert.Equal("data-" + p.Metadata.Name, p.Spec.Volumes!.Single(static v => v.Name == "data").PersistentVolumeClaim!.ClaimName));
        Assert.Equal("db", pods[0].Spec.Subdomain);
        Assert.Equal(3, (await cluster.Client.Resource<PersistentVolumeClaim>().ListAsync(ns, ListQuery.All, default)).Items.Count);

        await cluster.Client.Resource<StatefulSet>().PatchAsync(ns, "db", PatchType.StrategicMerge, """{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}},"template":{"spec":{"containers":[{"name":"a","image":"a:2"}]}}}}""", null, default);
        await cluster.WaitAsync<Pod>(ns, "db-2", static p => p?.Spec.Containers[0].Image == "a:2" && p.Status.Phase == "Running");
        Assert.Equal("a:1", (await cluster.Client.Resource<Pod>().GetAsync(ns, "db-1", default)).Spec.Containers[0].Image);
        await cluster.Client.Resource<StatefulSet>().PatchAsync(ns, "db", PatchType.StrategicMerge, """{"spec":{"replicas":2,"updateStrategy":{"rollingUpdate":{"partition":0}}}}""", null, default);
        var done = await cluster.WaitAsync<StatefulSet>(ns, "db", static s => s!.Status is { Replicas: 2, ReadyReplicas: 2, UpdatedReplicas: 2 } && s.Status.CurrentRevision == s.Status.UpdateRevision && s.Status.ObservedGeneration == s.Metadata.Generation);
        Assert.Equal(2, done.Status.CurrentReplicas);
        await cluster.WaitAsync<Pod>(ns, "db-2", static p => p is null);
        Assert.Equal("a:2", (await cluster.Client.Resource<Pod>().GetAsync(ns, "db-0", default)).Spec.Containers[0].Image);
    }
}
