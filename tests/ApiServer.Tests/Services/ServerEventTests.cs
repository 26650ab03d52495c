using System.Text.Json.Nodes;
using Tiphys.Api.Core.V1;
using Tiphys.Testing;

namespace Tiphys.ApiServer.Tests;

/// <summary>Events of the server's own parts.</summary>
public sealed class ServerEventTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task What_is_said_again_becomes_a_series_that_ends()
    {
        var time = new ManualTime();
        var events = new ServerEvents(cluster.Resources, "portallocator-repair-controller", time);
        var service = new Service { Metadata = new() { Namespace = await cluster.NamespaceAsync(), Name = "web", Uid = "u" } };
        await WarnAsync("Port 30100 is not allocated; repairing");
        var first = await OneAsync();
        Assert.Null(first["series"]);
        Assert.Equal("Port 30100 is not allocated; repairing", (string?)first["note"]);
        Assert.Equal("portallocator-repair-controller", (string?)first["reportingController"]);
        Assert.Equal("PortAllocation", (string?)first["action"]);

        await WarnAsync("Port 30101 is not allocated; repairing");
        await WarnAsync("Port 30102 is not allocated; repairing");
        Assert.Equal(2, (int)(await OneAsync())["series"]!["count"]!);
        await events.KeepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (int)(await OneAsync())["series"]!["count"]!);
        time.Advance(TimeSpan.FromMinutes(7));
        await events.KeepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, (int)(await OneAsync())["series"]!["count"]!);

        Task WarnAsync(string note) => events.WarnAsync(service, "PortNotAllocated", "PortAllocation", note, TestContext.Current.CancellationToken);

        async Task<JsonNode> OneAsync()
        {
            var (_, list) = await cluster.SendAsync("GET", $"/apis/events.k8s.io/v1/namespaces/{service.Metadata.Namespace}/events");
            return Assert.Single(list["items"]!.AsArray())!;
        }
    }

    [Fact]
    public async Task What_upstreams_older_controllers_say_has_source_and_count()
    {
        var service = new Service { Metadata = new() { Namespace = await cluster.NamespaceAsync(), Name = "web", Uid = "u" } };
        await new ServerEvents(cluster.Resources, "kubernetes-service-cidr-controller", TimeProvider.System).WarnOnceAsync(service, "Inconsistent", "it is", TestContext.Current.CancellationToken);
        var (_, list) = await cluster.SendAsync("GET", $"/api/v1/namespaces/{service.Metadata.Namespace}/events");
        var item = Assert.Single(list["items"]!.AsArray())!;
        Assert.Equal(("kubernetes-service-cidr-controller", 1), ((string?)item["source"]!["component"], (int)item["count"]!));
        Assert.Null(item["eventTime"]);
    }
}
