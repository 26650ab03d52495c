using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class ReplicaSetTests(TestCluster cluster)
{
    private static ReplicaSet Set(string ns, int replicas) => new()
    {
        Metadata = new() { Name = "rs", Namespace = ns },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = new() { ["app"] = "rs" } },
            Template = new() { Metadata = new() { Labels = new() { ["app"] = "rs" } }, Spec = new() { Containers = [new() { Name = "a", Image = "a:1" }] } },
        },
    };

    [Fact]
    public async Task Never_makes_surplus_pods()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<ReplicaSet>().CreateAsync(Set(ns, 20), default);
        await cluster.WaitAsync<ReplicaSet>(ns, "rs", static s => s!.Status is { Replicas: 20, ReadyReplicas: 20, AvailableReplicas: 20, FullyLabeledReplicas: 20 });
        var events = await cluster.WaitAllAsync<Event>(ns, null, static e => e.Where(static e => e.Reason == "SuccessfulCreate").Sum(static e => e.Count) == 20); // from the tenth on in one
        Assert.DoesNotContain(events, static e => e.Reason == "SuccessfulDelete");
    }

    [Fact]
    public async Task Adopts_matching_orphans_and_lets_go_of_pods_that_stop_matching()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Pod>().CreateAsync(new() { Metadata = new() { Name = "orphan", Namespace = ns, Labels = new() { ["app"] = "rs" } }, Spec = new() { Containers = [new() { Name = "a", Image = "a:1" }] } }, default);
        await cluster.WaitAsync<Pod>(ns, "orphan", static p => p!.Status.Phase == "Running"); // it is known by now
        await cluster.Client.Resource<ReplicaSet>().CreateAsync(Set(ns, 2), default);
        await cluster.WaitAsync<ReplicaSet>(ns, "rs", static s => s!.Status.Replicas == 2);
        var adopted = await cluster.Client.Resource<Pod>().GetAsync(ns, "orphan", default);
        Assert.Equal("rs", adopted.Metadata.OwnerReferences!.Single().Name);

        await cluster.Client.Resource<Pod>().PatchAsync(ns, "orphan", PatchType.Merge, """{"metadata":{"labels":{"app":"other"}}}""", null, default);
        await cluster.WaitAsync<Pod>(ns, "orphan", static p => p!.Metadata.OwnerReferences is null or []);
        await cluster.WaitAllAsync<Pod>(ns, "app=rs", static pods => pods.Count == 2);
    }

    [Fact]
    public async Task Deletes_the_cheapest_pods_first()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<ReplicaSet>().CreateAsync(Set(ns, 3), default);
        var pods = await cluster.WaitAllAsync<Pod>(ns, "app=rs", static p => p.Count == 3 && p.All(static p => p.Status.Phase == "Running"));
        await cluster.Client.Resource<Pod>().PatchAsync(ns, pods[1].Metadata.Name, PatchType.Merge, """{"metadata":{"annotations":{"controller.kubernetes.io/pod-deletion-cost":"-5"}}}""", null, default);

        // That another pod, taken away after this, has been replaced proves that the controller knows the cost.
        await cluster.Client.Resource<Pod>().PatchAsync(ns, pods[0].Metadata.Name, PatchType.Merge, """{"metadata":{"labels":{"app":"other"}}}""", null, default);
        await cluster.WaitAllAsync<Pod>(ns, "app=rs", p => p.Count == 3 && p.All(p => p.Metadata.Name != pods[0].Metadata.Name && p.Status.Phase == "Running"));
        await cluster.WaitAsync<ReplicaSet>(ns, "rs", static s => s!.Status.ReadyReplicas == 3);
        await cluster.Client.Resource<ReplicaSet>().PatchAsync(ns, "rs", PatchType.Merge, """{"spec":{"replicas":2}}""", null, default);
        var left = await cluster.WaitAllAsync<Pod>(ns, "app=rs", static p => p.Count == 2);
        Assert.DoesNotContain(left, p => p.Metadata.Name == pods[1].Metadata.Name);
    }
}
