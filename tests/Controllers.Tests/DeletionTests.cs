using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class DeletionTests(TestCluster cluster)
{
    [Fact]
    public async Task Dependents_follow_their_owner()
    {
        var ns = await RunningAsync();
        await cluster.Client.Resource<Deployment>().DeleteAsync(ns, "web", null, default);
        await cluster.WaitAllAsync<ReplicaSet>(ns, null, static s => s.Count == 0);
        await cluster.WaitAllAsync<Pod>(ns, null, static p => p.Count == 0);
    }

    [Fact]
    public async Task In_the_foreground_the_owner_goes_last()
    {
        var ns = await RunningAsync();
        await cluster.Client.Resource<Deployment>().DeleteAsync(ns, "web", new() { PropagationPolicy = "Foreground" }, default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d is null);
        Assert.Empty((await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default)).Items);
        Assert.Empty((await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default)).Items);
    }

    [Fact]
    public async Task Orphans_stay_without_their_owner()
    {
        var ns = await RunningAsync();
        await cluster.Client.Resource<Deployment>().DeleteAsync(ns, "web", new() { PropagationPolicy = "Orphan" }, default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d is null);
        var set = Assert.Single((await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default)).Items);
        Assert.True(set.Metadata.OwnerReferences is null or []);
        Assert.Equal(2, (await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default)).Items.Count);
    }

    [Fact]
    public async Task Objects_whose_owner_never_was_are_collected()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<ConfigMap>().CreateAsync(new() { Metadata = new() { Name = "lost", Namespace = ns, OwnerReferences = [new() { ApiVersion = "v1", Kind = "Secret", Name = "none", Uid = "11111111-2222-3333-4444-555555555555" }] } }, default);
        await cluster.WaitAsync<ConfigMap>(ns, "lost", static m => m is null);
    }

    [Fact]
    public async Task A_namespace_goes_with_all_it_holds()
    {
        var ns = await RunningAsync();
        await cluster.Client.Resource<ConfigMap>().CreateAsync(new() { Metadata = new() { Name = "held", Namespace = ns, Finalizers = ["example.com/hold"] } }, default);
        await cluster.Client.Resource<Namespace>().DeleteAsync(null, ns, null, default);
        var stuck = await cluster.WaitAsync<Namespace>(null, ns, static n => n!.Status.Conditions?.Any(static c => c is { Type: "NamespaceFinalizersRemaining", Status: "True" }) == true);
        Assert.Equal("Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances", stuck.Status.Conditions!.Single(static c => c.Type == "NamespaceFinalizersRemaining").Message);
        await cluster.Client.Resource<ConfigMap>().PatchAsync(ns, "held", PatchType.Merge, """{"metadata":{"finalizers":null}}""", null, default);
        await cluster.WaitAsync<Namespace>(null, ns, static n => n is null);
    }

    private async Task<string> RunningAsync()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(DeploymentTests.Web(ns, 2), default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.AvailableReplicas == 2);
        return ns;
    }
}
