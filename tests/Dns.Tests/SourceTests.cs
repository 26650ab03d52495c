using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Dns.Source;
using Tiphys.Dns.Wire;
using Tiphys.Dns.Zone;
using EndpointPort = Tiphys.Api.Discovery.V1.EndpointPort;

namespace Tiphys.Dns.Tests;

public sealed class SourceTests
{
    private static Service Service(string name, Action<ServiceSpec>? change = null)
    {
        var service = new Service { Metadata = new ObjectMeta { Namespace = "default", Name = name } };
        service.Spec.Type = "ClusterIP";
        change?.Invoke(service.Spec);
        return service;
    }

    private static EndpointSlice Slice(string name, string service, params (string Address, string? Hostname, bool? Ready)[] endpoints) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name, Labels = new() { ["kubernetes.io/service-name"] = service } },
        AddressType = "IPv4",
        Ports = [new EndpointPort { Name = "http", Port = 8080, Protocol = "TCP" }],
        Endpoints = [.. endpoints.Select(e => new Endpoint
        {
            Addresses = [e.Address], Hostname = e.Hostname, Conditions = new EndpointConditions { Ready = e.Ready },
        })],
    };

    [Fact]
    public void Services_are_translated()
    {
        var normal = ServiceTranslator.Translate(
            Service("a", s =>
            {
                s.ClusterIP = "10.0.0.1";
                s.ClusterIPs = ["10.0.0.1", "fd00::1"];
                s.Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }];
            }),
            []);
        Assert.False(normal.IsHeadless);
        Assert.Equal([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")], normal.ClusterIPs);
        Assert.Equal([new PortEntry("http", "TCP", 80)], normal.Ports);

        Assert.True(ServiceTranslator.Translate(Service("b", s => s.ClusterIP = "None"), []).IsHeadless);
        Assert.Empty(ServiceTranslator.Translate(Service("pending"), []).ClusterIPs);
        var external = ServiceTranslator.Translate(Service("c", s => (s.Type, s.ExternalName) = ("ExternalName", "www.example.com")), []);
        Assert.Equal("www.example.com", external.ExternalName);
    }

    [Fact]
    public void Only_ready_endpoints_count_and_no_word_means_ready()
    {
        var entry = ServiceTranslator.Translate(
            Service("a", s => s.ClusterIP = "None"),
            [Slice("s2", "a", ("10.1.0.3", null, null)), Slice("s1", "a", ("10.1.0.1", "first", true), ("10.1.0.2", null, false))]);
        Assert.Equal(["first", "10-1-0-3"], entry.Endpoints.Select(e => e.Label));
    }

    [Fact]
    public async Task Changes_reach_the_zone()
    {
        var (services, slices, namespaces) = (new FakeInformer<Service>(), new FakeInformer<EndpointSlice>(), new FakeInformer<Namespace>());
        var source = new InformerServiceSource(services, slices, namespaces, TimeProvider.System);
        namespaces.Put(new Namespace { Metadata = new ObjectMeta { Name = "default" } });
        services.Put(Service("a", s => s.ClusterIP = "None"));
        slices.Put(Slice("s1", "a", ("10.1.0.1", null, true)));
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(stop.Token);
        Assert.False(source.HasSynced);
        services.Synced.SetResult();
        slices.Synced.SetResult();
        namespaces.Synced.SetResult();
        await Patience.UntilAsync(() => source.HasSynced);
        Assert.Equal(["10.1.0.1"], Addresses("a"));

        slices.Put(Slice("s2", "a", ("10.1.0.2", null, true)));
        await Patience.UntilAsync(() => Addresses("a").Length == 2);
        services.Put(Service("b", s => s.ClusterIP = "None"));
        slices.Put(Slice("s2", "b", ("10.1.0.2", null, true)));
        await Patience.UntilAsync(() => Addresses("a").Length == 1 && Addresses("b") is ["10.1.0.2"]);
        services.Remove("default", "a");
        await Patience.UntilAsync(() => Addresses("a").Length == 0);
        Assert.False(source.Current.ByEndpoint.ContainsKey(IPAddress.Parse("10.1.0.1")));
        namespaces.Remove("", "default");
        await Patience.UntilAsync(() => source.Current.Namespaces.Count == 0);
        await stop.CancelAsync();
        await running;

        string[] Addresses(string name) =>
            [.. TestCluster.Zone.Answer(TestCluster.Question($"{name}.default.svc.cluster.local", DnsType.A), source.Current)
                .Response.Answers.OfType<AddressRecord>().Select(r => r.Address.ToString())];
    }
}

/// <summary>An informer that is told its objects.</summary>
internal sealed class FakeInformer<T> : IInformer<T> where T : class, IKubernetesObject<T>
{
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly List<IInformerHandler<T>> _handlers = [];
    private readonly Dictionary<string, Func<T, IEnumerable<string>>> _indexes = [];

    public TaskCompletionSource Synced { get; } = new();

    public bool HasSynced => Synced.Task.IsCompleted;

    public int Count => _objects.Count;

    public Task WaitForSyncAsync(CancellationToken cancel) => Synced.Task.WaitAsync(cancel);

    public T? Get(ObjectKey key)
    {
        lock (_objects)
            return _objects.GetValueOrDefault(key);
    }

    public IReadOnlyList<T> List()
    {
        lock (_objects)
            return [.. _objects.Values];
    }

    public IReadOnlyList<T> List(string ns) => [.. List().Where(o => o.Metadata.Namespace == ns)];

    public IReadOnlyList<T> ByIndex(string index, string value) => [.. List().Where(o => _indexes[index](o).Contains(value))];

    public void AddIndex(string index, Func<T, IEnumerable<string>> values) => _indexes.Add(index, values);

    public void AddHandler(IInformerHandler<T> handler) => _handlers.Add(handler);

    public void Put(T item)
    {
        T? before;
        lock (_objects)
        {
            _objects.Remove(ObjectKey.Of(item), out before);
            _objects[ObjectKey.Of(item)] = item;
        }
        foreach (var handler in _handlers)
        {
            if (before is null)
                handler.OnAdded(item);
            else
                handler.OnUpdated(before, item);
        }
    }

    public void Remove(string ns, string name)
    {
        T? item;
        lock (_objects)
            _objects.Remove(new ObjectKey(ns, name), out item);
        foreach (var handler in _handlers)
            handler.OnDeleted(item!);
    }
}
