using Tiphys.Api.Core.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class ServiceCidrTests(TestCluster cluster)
{
    private const string Finalizer = "networking.k8s.io/service-cidr-finalizer";

    [Fact]
    public async Task A_network_is_ready_and_stays_until_no_service_needs_it()
    {
        var ns = await cluster.NamespaceAsync();
        var networks = cluster.Client.Resource<ServiceCIDR>();
        await networks.CreateAsync(new() { Metadata = new() { Name = ns }, Spec = new() { Cidrs = ["10.77.0.0/24"] } }, default);
        var ready = await cluster.WaitAsync<ServiceCIDR>(null, ns, static n => Ready(n)?.Status == "True" && n!.Metadata.Finalizers?.Contains(Finalizer) == true);
        Assert.Equal("Kubernetes Service CIDR is ready", Ready(ready)!.Message);
        var service = await cluster.Client.Resource<Service>().CreateAsync(
            new() { Metadata = new() { Name = "s", Namespace = ns }, Spec = new() { ClusterIP = "10.77.0.9", Ports = [new() { Port = 80 }] } }, default);
        await cluster.WaitAsync<IPAddress>(null, service.Spec.ClusterIP, static a => a is not null);

        await networks.DeleteAsync(null, ns, null, default);
        var held = await cluster.WaitAsync<ServiceCIDR>(null, ns, static n => Ready(n)?.Status == "False");
        Assert.Equal("Terminating", Ready(held)!.Reason);
        Assert.Equal("There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR", Ready(held)!.Message);

        // What holds it may go, or another network may take its addresses over.
        await networks.CreateAsync(new() { Metadata = new() { Name = ns + "-larger" }, Spec = new() { Cidrs = ["10.77.0.0/20"] } }, default);
        await cluster.WaitAsync<ServiceCIDR>(null, ns, static n => n is null);
        await cluster.Client.Resource<Service>().DeleteAsync(ns, "s", null, default);
        await networks.DeleteAsync(null, ns + "-larger", null, default);
        await cluster.WaitAsync<ServiceCIDR>(null, ns + "-larger", static n => n is null);
    }

    [Fact]
    public async Task The_default_network_is_ready_by_the_controllers_word()
    {
        var network = await cluster.WaitAsync<ServiceCIDR>(null, "kubernetes", static n => n?.Metadata.Finalizers?.Contains(Finalizer) == true && Ready(n)?.Message == "Kubernetes Service CIDR is ready");
        Assert.Single(network.Status.Conditions!);
    }

    private static Api.Meta.V1.Condition? Ready(ServiceCIDR? network) => network?.Status.Conditions?.Find(static c => c.Type == "Ready");
}
