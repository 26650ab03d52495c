using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Two servers on one real etcd, on loopback addresses of their own.</summary>
[Collection("shared etcd")]
public sealed class SharedEtcdTests : IAsyncLifetime
{
    // Nobody keeps the node alive: on a slow machine it is tainted before the last pod needs it.
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d}
        spec:
          selector: {matchLabels: {app: d}}
          template:
            metadata: {labels: {app: d}}
            spec:
              tolerations: [{operator: Exists}]
              containers: [{name: c, image: x}]
        """;

    private readonly LoopbackControlPlane _plane = new();
    private readonly Process?[] _servers = new Process?[2];
    private string _etcd = "";

    public async ValueTask InitializeAsync()
    {
        _etcd = await _plane.StartEtcdAsync();
        var port = LoopbackControlPlane.FreePorts(1)[0];
        for (var i = 0; i < 2; i++) _plane.Put($"s{i}", $"127.0.0.{i + 1}", $"192.0.2.{i + 1}", port);
        await StartServerAsync(0);
        Directory.CreateDirectory(_plane.At("s1/server"));
        (await Shell.RunAsync("cp", ["-r", _plane.At("s0/server/pki"), _plane.At("s1/server")])).Succeeded();
        await StartServerAsync(1);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task What_one_writes_the_other_sees_and_when_the_leader_dies_the_other_goes_on()
    {
        // Read your writes, through whichever server.
        for (var i = 0; i < 5; i++)
        {
            (await KubectlAsync(i % 2, $"create configmap c{i} --from-literal=k=v")).Succeeded();
            (await KubectlAsync(i % 2, $"label configmap c{i} n=v{i}")).Succeeded();
            Assert.Equal($"configmap/c{i}", (await KubectlAsync((i + 1) % 2, $"get configmap -l n=v{i} -o name")).Succeeded().Output.Trim());
        }

        await EndpointsAsync(1, "192.0.2.1 192.0.2.2");
        (await KubectlAsync(0, "create -f -", """
            {"kind":"Node","apiVersion":"v1","metadata":{"name":"n"},"status":{
              "allocatable":{"cpu":"8","memory":"8Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}]}}
            """)).Succeeded();
        (await KubectlAsync(0, "apply -f -", Deployment)).Succeeded();
        await BoundAsync(0, 1);

        // The first server came first and leads.
        _servers[0]!.Kill();
        var since = Stopwatch.StartNew();
        (await KubectlAsync(1, "scale deployment d --replicas=3")).Succeeded();
        await BoundAsync(1, 3);
        TestContext.Current.SendDiagnosticMessage($"from kill -9 of the leader to pods made and bound by the other: {since.Elapsed.TotalSeconds:0.0} s");
        await EndpointsAsync(1, "192.0.2.2");
        Assert.Equal("v", (await KubectlAsync(1, "get configmap c0 -o jsonpath={.data.k}")).Succeeded().Output.Trim());

        // One that is stopped in good order leaves no gap: its Leases and its endpoint are given up at once.
        await StartServerAsync(0);
        await EndpointsAsync(0, "192.0.2.1 192.0.2.2");
        since.Restart();
        await _plane.StopAsync(_servers[1]!);
        await EndpointsAsync(0, "192.0.2.1");
        (await KubectlAsync(0, "scale deployment d --replicas=4")).Succeeded();
        await BoundAsync(0, 4);
        TestContext.Current.SendDiagnosticMessage($"from SIGTERM to the leader to pods made and bound by the other: {since.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task No_address_and_no_port_is_given_out_twice()
    {
        const int each = 300;
        (await KubectlAsync(0, "create service clusterip a --tcp=80 --clusterip=10.43.0.50")).Succeeded();
        Assert.Contains("provided IP is already allocated", (await KubectlAsync(1, "create service clusterip b --tcp=80 --clusterip=10.43.0.50")).Errors, StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            var services = Enumerable.Range(0, each).Select(i => $$$"""{"kind":"Service","apiVersion":"v1","metadata":{"name":"w{{{writer}}}-{{{i}}}"},"spec":{"type":"NodePort","ports":[{"port":80}]}}""");
            (await KubectlAsync(writer % 2, "create -f -", $$"""{"kind":"List","apiVersion":"v1","items":[{{string.Join(',', services)}}]}""")).Succeeded();
        }));
        var list = JsonNode.Parse((await KubectlAsync(0, "get services -o json")).Succeeded().Output)!["items"]!.AsArray();
        var addresses = list.Select(static s => (string)s!["spec"]!["clusterIP"]!).ToList();
        var ports = list.Select(static s => s!["spec"]!["ports"]![0]!["nodePort"]).Where(static p => p is not null).Select(static p => (int)p!).ToList();
        Assert.Equal((4 * each) + 2, addresses.Distinct().Count()); // with kubernetes and a
        Assert.Equal(4 * each, ports.Distinct().Count());
        var taken = (await KubectlAsync(1, "get ipaddresses -o name")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('/')[1]);
        Assert.Equal(addresses.Order(), taken.Order());
    }

    private Task EndpointsAsync(int server, string addresses) => Cluster.UntilAsync(
        () => KubectlAsync(server, "get endpoints kubernetes -o jsonpath={.subsets[*].addresses[*].ip}"), o => o.Output.Trim() == addresses);

    /// <summary>Waits for pods that have a node.</summary>
    private Task BoundAsync(int server, int count) => Cluster.UntilAsync(
        () => KubectlAsync(server, "get pods --field-selector spec.nodeName=n -o name"), o => o.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == count);

    private async Task StartServerAsync(int server) => _servers[server] = await _plane.StartServerAsync($"s{server}", "--etcd-servers", _etcd);

    private Task<Outcome> KubectlAsync(int server, string arguments, string? input = null) => _plane.KubectlAsync($"s{server}", arguments, input);
}

/// <summary>Runs apart from what else needs the processors.</summary>
[CollectionDefinition("shared etcd", DisableParallelization = true)]
public sealed class SharedEtcdCollection;
