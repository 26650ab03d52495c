using System.Collections.Concurrent;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Storage.Embedded;
using ApiIPAddress = Tiphys.Api.Networking.V1.IPAddress;

namespace Tiphys.ApiServer.Tests;

/// <summary>Several servers over one store give out the same addresses and ports.</summary>
public sealed class SharedAllocationTests : IAsyncDisposable
{
    private const int Services = 2000;
    private readonly EmbeddedStore _store = EmbeddedStore.InMemory();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task No_address_and_no_port_is_given_out_twice()
    {
        await using var first = await TestServer.StartAsync(_store, "192.0.2.1");
        await using var second = await TestServer.StartAsync(_store, "192.0.2.2");
        TestServer[] servers = [first, second];
        var made = new ConcurrentBag<Service>();
        await Parallel.ForAsync(0, Services, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (i, cancel) =>
        {
            var client = servers[i % 2].Client;
            var service = await client.Resource<Service>().CreateAsync(New($"s{i}"), cancel);

            // Some go again meanwhile: what they had may be given to others.
            if (i % 10 == 0) await client.Resource<Service>().DeleteAsync("default", service.Metadata.Name, null, cancel);
            else made.Add(service);
        });
        Assert.Equal(made.Count, made.Select(static s => s.Spec.ClusterIP).Distinct().Count());
        Assert.Equal(made.Count, made.Select(static s => s.Spec.Ports![0].NodePort).Distinct().Count());

        // What is written down is what the Services have, no more and no less.
        var addresses = await first.Client.Resource<ApiIPAddress>().ListAsync(null, ListQuery.All, Cancel);
        Assert.Equal(made.Select(static s => s.Spec.ClusterIP).Append("10.43.0.1").Order(), addresses.Items.Select(static a => a.Metadata.Name).Order());
        Assert.Equal(made.Select(static s => s.Spec.Ports![0].NodePort).Order(), await PortsAsync());
    }

    [Fact]
    public async Task One_of_two_that_ask_for_the_same_gets_it()
    {
        await using var first = await TestServer.StartAsync(_store, "192.0.2.1");
        await using var second = await TestServer.StartAsync(_store, "192.0.2.2");
        TestServer[] servers = [first, second];
        for (var round = 0; round < 50; round++)
        {
            var outcomes = await Task.WhenAll(servers.Select(async (server, i) =>
            {
                var service = New($"r{round}-{i}");
                service.Spec.ClusterIP = $"10.43.0.{round + 20}";
                service.Spec.Ports![0].NodePort = 30010 + round;
                try
                {
                    await server.Client.Resource<Service>().CreateAsync(service, Cancel);
                    return "";
                }
                catch (ApiException e)
                {
                    return e.Message;
                }
            }));
            Assert.Single(outcomes, static o => o.Length == 0);
            Assert.Single(outcomes, static o => o.EndsWith("already allocated", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Services_without_records_are_taken_over()
    {
        // As a server stored them that kept no other record of what is taken.
        await using (await TestServer.StartAsync(_store, "192.0.2.1")) { }
        for (var i = 0; i < 100; i++)
        {
            var service = New($"old{i}");
            service.Metadata.Uid = Guid.NewGuid().ToString();
            (service.Spec.ClusterIP, service.Spec.ClusterIPs, service.Spec.IPFamilies, service.Spec.IPFamilyPolicy) = ($"10.43.9.{i + 1}", [$"10.43.9.{i + 1}"], ["IPv4"], "SingleStack");
            service.Spec.Ports![0].NodePort = 31000 + i;
            service.ApplyDefaults();
            await _store.PutIfAsync(Encoding.UTF8.GetBytes($"/registry/services/specs/default/old{i}"), ObjectLayout.Encode(service), 0, cancellationToken: Cancel);
        }

        await _store.DeleteIfAsync("/registry/ranges/servicenodeports"u8.ToArray(), (await _store.GetAsync("/registry/ranges/servicenodeports"u8.ToArray(), cancellationToken: Cancel)).Record!.ModRevision, Cancel);
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1");
        var addresses = await server.Client.Resource<ApiIPAddress>().ListAsync(null, ListQuery.All, Cancel);
        Assert.Equal(101, addresses.Items.Count);
        Assert.Equal(Enumerable.Range(31000, 100), await PortsAsync());
        var wanted = New("new");
        wanted.Spec.ClusterIP = "10.43.9.50";
        Assert.Contains("provided IP is already allocated", (await Assert.ThrowsAsync<ApiException>(() => server.Client.Resource<Service>().CreateAsync(wanted, Cancel))).Message, StringComparison.Ordinal);
        await Patience.ForAsync(() => server.Client.Resource<Event>().ListAsync("default", ListQuery.All, Cancel), static events => events.Items.Exists(static e => e is { Reason: "ClusterIPNotAllocated", Message: "Cluster IP [IPv4]: 10.43.9.1 is not allocated; repairing", InvolvedObject.Name: "old0" }));
    }

    [Fact]
    public async Task An_address_whose_service_never_came_is_given_back()
    {
        var time = new SteppedTime();
        await using (var server = await TestServer.StartAsync(_store, "192.0.2.1", time))
        {
            var leaked = new ApiIPAddress
            {
                Metadata = new() { Name = "10.43.7.7", Labels = new() { ["ipaddress.kubernetes.io/ip-family"] = "IPv4", ["ipaddress.kubernetes.io/managed-by"] = "ipallocator.k8s.io" } },
                Spec = new() { ParentRef = new() { Resource = "services", Namespace = "default", Name = "never" } },
            };
            await server.Client.Resource<ApiIPAddress>().CreateAsync(leaked, Cancel);
        }

        // Within a minute it may still come; a server that starts later finds it.
        await using (var server = await TestServer.StartAsync(_store, "192.0.2.1", time))
            Assert.NotNull(await server.Client.Resource<ApiIPAddress>().FindAsync(null, "10.43.7.7", Cancel));
        time.Advance(TimeSpan.FromSeconds(62));
        await using (var server = await TestServer.StartAsync(_store, "192.0.2.1", time))
            Assert.Null(await server.Client.Resource<ApiIPAddress>().FindAsync(null, "10.43.7.7", Cancel));
    }

    [Fact]
    public async Task An_address_object_that_is_deleted_or_wrong_is_made_anew()
    {
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1");
        var service = await server.Client.Resource<Service>().CreateAsync(New("s"), Cancel);
        var addresses = server.Client.Resource<ApiIPAddress>();
        var before = await addresses.GetAsync(null, service.Spec.ClusterIP, Cancel);
        await addresses.DeleteAsync(null, service.Spec.ClusterIP, null, Cancel);
        var made = await Patience.ForAsync(() => addresses.FindAsync(null, service.Spec.ClusterIP, Cancel), static a => a is not null);
        Assert.NotEqual(before.Metadata.Uid, made!.Metadata.Uid);
        Assert.Equal("s", made.Spec.ParentRef!.Name);
    }

    [Fact]
    public async Task A_port_without_a_service_is_given_back_after_some_looks_and_a_missing_one_is_written_down()
    {
        await using var server = await TestServer.StartAsync(_store, "192.0.2.1");
        var service = New("s");
        service.Spec.Ports![0].NodePort = 30100;
        await server.Client.Resource<Service>().CreateAsync(service, Cancel);
        var registry = new NodePortRegistry(_store, (30000, 32767));
        await registry.ChangeAsync(
            static ports =>
            {
                ports.Take(30200);
                ports.Release(30100);
                return true;
            },
            Cancel);
        var repair = new NodePortRepair(server.Resources, registry, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        for (var look = 0; look < 3; look++)
        {
            await repair.RunOnceAsync(Cancel);
            Assert.Equal([30100, 30200], await PortsAsync());
        }

        await repair.RunOnceAsync(Cancel);
        Assert.Equal([30100], await PortsAsync());
        await Patience.ForAsync(() => server.Client.Resource<Event>().ListAsync("default", ListQuery.All, Cancel), static events => events.Items.Exists(static e => e is { Reason: "PortNotAllocated", Message: "Port 30100 is not allocated; repairing" }));
    }

    [Fact]
    public void The_bitmap_of_ports_lies_as_upstreams_number()
    {
        var ports = new NodePortBitmap(30000, 32767);
        ports.Take(30000);
        ports.Take(30009);
        Assert.Equal([0b10, 0b1], ports.Save());
        Assert.Equal([30000, 30009], NodePortBitmap.Of("30000-32767", [0b10, 0b1]).Taken);
        Assert.Equal([], new NodePortBitmap(30000, 32767).Save());
    }

    private async Task<IEnumerable<int>> PortsAsync() => (await new NodePortRegistry(_store, (30000, 32767)).ReadAsync(Cancel))!.Value.Ports.Taken;

    private static Service New(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = WellKnownNamespaces.Default },
        Spec = new() { Type = ServiceType.NodePort, Ports = [new() { Port = 80 }] },
    };
}
