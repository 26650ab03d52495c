using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class EndpointTests(TestCluster cluster)
{
    [Fact]
    public async Task A_services_slices_hold_its_ready_pods()
    {
        var ns = await cluster.NamespaceAsync();
        var deployment = DeploymentTests.Web(ns, 2);
        deployment.Spec.Template.Spec.Containers[0].Ports = [new() { Name = "http", Port = 8080 }];
        await cluster.Client.Resource<Service>().CreateAsync(new() { Metadata = new() { Name = "web", Namespace = ns }, Spec = new() { Selector = new() { ["app"] = "web" }, Ports = [new() { Port = 80, TargetPort = "http" }] } }, default);
        await cluster.WaitAllAsync<EndpointSlice>(ns, "kubernetes.io/service-name=web", static s => s is [{ Endpoints.Count: 0 }]);
        await cluster.Client.Resource<Deployment>().CreateAsync(deployment, default);
        var slices = await cluster.WaitAllAsync<EndpointSlice>(ns, "kubernetes.io/service-name=web", static s => s.Sum(static s => s.Endpoints.Count(static e => e.Conditions.Ready == true)) == 2 && s.Count == 1);
        var slice = slices.Single();
        Assert.Equal(8080, slice.Ports.Single().Port);
        Assert.Equal("endpointslice-controller.k8s.io", slice.Metadata.Labels!["endpointslice.kubernetes.io/managed-by"]);
        Assert.All(slice.Endpoints, static e => Assert.Equal("zone-a", e.Zone));

        var endpoints = await cluster.WaitAsync<Api.Core.V1.Endpoints>(ns, "web", static e => e?.Subsets is [{ Addresses.Count: 2 }]);
        Assert.Equal(8080, endpoints.Subsets![0].Ports![0].Port);

        await cluster.Client.Resource<Service>().DeleteAsync(ns, "web", null, default);
        await cluster.WaitAllAsync<EndpointSlice>(ns, null, static s => s.Count == 0);
        await cluster.WaitAsync<Api.Core.V1.Endpoints>(ns, "web", static e => e is null);
    }

    [Fact]
    public async Task Endpoints_kept_by_hand_are_mirrored()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Service>().CreateAsync(new() { Metadata = new() { Name = "db", Namespace = ns }, Spec = new() { Ports = [new() { Port = 5432 }] } }, default);
        await cluster.Client.Resource<Api.Core.V1.Endpoints>().CreateAsync(new() { Metadata = new() { Name = "db", Namespace = ns }, Subsets = [new() { Addresses = [new() { IP = "192.0.2.7" }], Ports = [new() { Port = 5432 }] }] }, default);
        var slices = await cluster.WaitAllAsync<EndpointSlice>(ns, "endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io", static s => s is [{ Endpoints.Count: 1 }]);
        Assert.Equal("192.0.2.7", slices[0].Endpoints[0].Addresses.Single());
    }
}
