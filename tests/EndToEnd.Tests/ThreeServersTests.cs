using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tiphys.EndToEnd.Tests;

/// <summary>The operator's way from one machine to three, line by line, and then what it is for: the first one dies.</summary>
[Collection("three servers")]
public sealed class ThreeServersTests : IAsyncLifetime
{
    private const string Oars = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: oars}
        spec:
          replicas: 2
          selector: {matchLabels: {app: oars}}
          template:
            metadata: {labels: {app: oars}}
            spec:
              nodeSelector: {kubernetes.io/hostname: boat}
              terminationGracePeriodSeconds: 1
              containers: [{name: c, image: "tiphys.local/busybox:1", command: [sleep, "1000000"]}]
        """;

    private readonly ThreeMachines _machines = new();

    public async ValueTask InitializeAsync() => await _machines.StartAsync();

    public ValueTask DisposeAsync() => _machines.DisposeAsync();

    [Fact]
    public async Task A_cluster_grows_from_one_machine_to_three_and_outlives_the_first()
    {
        await GrowAsync();
        await ServersAreNodesAsync();
        await TheFirstDiesAsync();
        await TheFirstComesBackAsync();
        await ACableIsPulledAsync();
    }

    private async Task GrowAsync()
    {
        // One machine, with the store embedded: nobody can join that.
        _machines.StartTiphys("one", "server");
        await _machines.ServerIsReadyAsync("one");
        (await _machines.KubectlAsync("one", "create configmap cargo --from-literal=k=fleece")).Succeeded();
        var refusal = await _machines.TiphysAsync("one", "token", "create", "--server");
        Assert.Equal(1, refusal.Code);
        Assert.StartsWith("tiphys: this server keeps its objects in an embedded store, which a second server cannot share: move them to an etcd first with `tiphys etcd migrate`", refusal.Errors, StringComparison.Ordinal);

        // etcd on three machines, and the objects into it.
        await _machines.StopAsync("one", "tiphys");
        foreach (var machine in ThreeMachines.Servers) _machines.StartEtcd(machine);
        await _machines.UntilAsync(() => _machines.TiphysAsync("one", ["etcd", "migrate", .. _machines.EtcdFlags]), static o => o.Code == 0, "one");
        _machines.StartTiphys("one", ["server", .. _machines.EtcdFlags]);
        await _machines.ServerIsReadyAsync("one");

        // A token for nodes is none for servers; the one for servers prints all that is needed.
        var nodeToken = (await _machines.TiphysAsync("one", "token", "create")).Succeeded().Output.Trim();
        refusal = await _machines.TiphysAsync("two", "server", "--server", $"https://{ThreeMachines.Address("one")}:6443", "--token", nodeToken);
        Assert.Contains("is for agents only: run `tiphys token create --server` on the first server and use the token it prints.", refusal.Errors, StringComparison.Ordinal);
        var command = (await _machines.TiphysAsync("one", "token", "create", "--server", "--print-join-command")).Succeeded().Output.Trim().Split(' ');
        Assert.Equal(["tiphys", "server", "--server", $"https://{ThreeMachines.Address("one")}:6443", "--token"], command[..5]);
        Assert.Contains("authentication,server,signing", (await _machines.TiphysAsync("one", "token", "list")).Succeeded().Output, StringComparison.Ordinal);
        foreach (var machine in (string[])["two", "three"])
        {
            _machines.StartTiphys(machine, command[1..]);
            await _machines.ServerIsReadyAsync(machine);
        }

        Assert.Equal("fleece", (await _machines.KubectlAsync("three", "get configmap cargo -o jsonpath={.data.k}")).Succeeded().Output.Trim());
        Assert.Equal(File.ReadAllText(Path.Combine(_machines.Data("one"), "server", "pki", "sa.key")), File.ReadAllText(Path.Combine(_machines.Data("two"), "server", "pki", "sa.key")));
        await EndpointsAsync("two", "one", "two", "three");
        await DnsEndpointsAsync("two", "one", "two", "three");

        // A node joins through any of them; have it be the one that leads and will die.
        var join = (await _machines.TiphysAsync("one", "token", "create", "--print-join-command")).Succeeded().Output.Trim().Split(' ');
        _machines.StartTiphys(ThreeMachines.Node, join[1..]);
        await NodeIsReadyAsync("two");
        await ServersOfTheNodeAsync(static s => s.Length == 3);
        Assert.Contains($"tiphys agent --server https://{ThreeMachines.Address("two")}:6443 --token ", (await _machines.TiphysAsync("two", "token", "create", "--print-join-command")).Succeeded().Output, StringComparison.Ordinal);
        await _machines.UntilAsync(
            () => _machines.TiphysAsync(ThreeMachines.Node, "certs", "status"),
            static o => Array.TrueForAll(["kubelet-client", "kubelet-server", "proxy", "routes"], name => Regex.IsMatch(o.Output, $"(?m)^agent/{name} .* 36[45]d .* ca ")), ThreeMachines.Node);
    }

    /// <summary>A server that joined is a node like any other: whichever server is asked reaches its pods.</summary>
    private async Task ServersAreNodesAsync()
    {
        await _machines.UntilAsync(() => _machines.KubectlAsync("one", "get node three"), static o => o.Output.Contains(" Ready ", StringComparison.Ordinal), "three");
        (await _machines.KubectlAsync("one", "apply -f -", """
            apiVersion: v1
            kind: Pod
            metadata: {name: helm}
            spec:
              nodeName: three
              terminationGracePeriodSeconds: 1
              containers: [{name: c, image: "tiphys.local/busybox:1", command: [sh, -c, "echo ahoy; exec sleep 1000000"]}]
            """)).Succeeded();
        await _machines.UntilAsync(() => _machines.KubectlAsync("two", "logs helm"), static o => o.Output.Trim() == "ahoy", "three");
        foreach (var machine in ThreeMachines.Servers) Assert.Equal("aye", (await _machines.KubectlAsync(machine, "exec helm -- echo aye")).Succeeded().Output.Trim());
    }

    private async Task TheFirstDiesAsync()
    {
        var first = await ServerInUseAsync();
        Assert.Equal("one", first);
        var other = ThreeMachines.Servers.First(s => s != first);
        var before = await ReadyConditionAsync(other);
        var since = Stopwatch.StartNew();
        _machines.Kill(first, "tiphys");
        _machines.Kill(first, "etcd");

        // etcd may have lost its leader too: the outcome of a write under way is unknown then, and it is for the user to ask again.
        await _machines.UntilAsync(() => _machines.KubectlAsync(other, "apply -f -", Oars), static o => o.Code == 0, other);
        await _machines.UntilAsync(() => _machines.KubectlAsync(other, "rollout status deployment/oars --timeout=120s"), static o => o.Code == 0, other);
        TestContext.Current.SendDiagnosticMessage($"from kill -9 of the server the node uses to pods running: {since.Elapsed.TotalSeconds:0.0} s");
        await _machines.UntilAsync(() => _machines.KubectlAsync(other, "exec deploy/oars -- echo ok"), static o => o.Output.Trim() == "ok", other);
        await EndpointsAsync(other, [.. ThreeMachines.Servers.Where(s => s != first)]);
        await DnsEndpointsAsync(other, [.. ThreeMachines.Servers.Where(s => s != first)]);
        await LeaseMovesAsync(other);
        Assert.Equal(before, await ReadyConditionAsync(other));
        await _machines.UntilAsync(() => _machines.KubectlAsync(other, "exec deploy/oars -- nslookup kubernetes.default.svc.cluster.local"), static o => o.Output.Contains("10.43.0.1", StringComparison.Ordinal), other);

        // A node that starts while the server it joined is dead finds another.
        _machines.Kill(ThreeMachines.Node, "tiphys");
        _machines.StartTiphys(ThreeMachines.Node, "agent");
        await LeaseMovesAsync(other);
        Assert.NotEqual(first, await ServerInUseAsync());
    }

    private async Task TheFirstComesBackAsync()
    {
        _machines.StartEtcd("one");
        _machines.StartTiphys("one", "server");
        await _machines.ServerIsReadyAsync("one");

        // Servers start again with what they had: the first with its etcd, one that joined with neither token nor address.
        await _machines.StopAsync("two", "tiphys");
        _machines.StartTiphys("two", "server");
        await _machines.ServerIsReadyAsync("two");
        await EndpointsAsync("two", "one", "two", "three");
        await ServersOfTheNodeAsync(static s => s.Length == 3);
    }

    private async Task ACableIsPulledAsync()
    {
        // Nobody says goodbye: connections stand, and nothing comes.
        var silent = await ServerInUseAsync();
        var other = ThreeMachines.Servers.First(s => s != silent);
        var before = await ReadyConditionAsync(other);
        var since = Stopwatch.StartNew();
        await _machines.CableAsync(silent, plugged: false);
        await _machines.UntilAsync(async () => new Outcome(0, await ServerInUseAsync(), ""), o => o.Output != silent, ThreeMachines.Node);
        TestContext.Current.SendDiagnosticMessage($"from pulling the cable to another server in use: {since.Elapsed.TotalSeconds:0.0} s");
        await LeaseMovesAsync(other);
        Assert.Equal(before, await ReadyConditionAsync(other));
        await _machines.CableAsync(silent, plugged: true);
        await _machines.UntilAsync(() => _machines.KubectlAsync(other, "delete deployment oars --ignore-not-found"), static o => o.Code == 0, other);
    }

    /// <summary>Waits until the node has renewed its Lease twice: it reaches an API server.</summary>
    private async Task LeaseMovesAsync(string server)
    {
        for (var i = 0; i < 2; i++)
        {
            var before = (await LeaseAsync(server)).Output;
            await _machines.UntilAsync(() => LeaseAsync(server), o => o.Code == 0 && o.Output != before, ThreeMachines.Node);
        }
    }

    private Task<Outcome> LeaseAsync(string server) => _machines.KubectlAsync(server, $"get lease -n kube-node-lease {ThreeMachines.Node} -o jsonpath={{.spec.renewTime}}");

    private Task NodeIsReadyAsync(string server) => _machines.UntilAsync(() => _machines.KubectlAsync(server, $"get node {ThreeMachines.Node}"), static o => o.Output.Contains(" Ready ", StringComparison.Ordinal), ThreeMachines.Node);

    /// <summary>Since when the node is ready: the same before and after says that it was never anything else.</summary>
    private async Task<string> ReadyConditionAsync(string server)
    {
        var json = "";
        await _machines.UntilAsync(() => _machines.KubectlAsync(server, $"get node {ThreeMachines.Node} -o json"), o => (json = o.Output).Length > 0 && o.Code == 0, server);
        var node = JsonNode.Parse(json)!;
        var ready = node["status"]!["conditions"]!.AsArray().Single(static c => (string)c!["type"]! == "Ready")!;
        return $"{ready["status"]} since {ready["lastTransitionTime"]}";
    }

    private Task EndpointsAsync(string server, params string[] machines) => _machines.UntilAsync(
        () => _machines.KubectlAsync(server, "get endpointslice kubernetes -o jsonpath={.endpoints[*].addresses[*]}"), o => Same(o, machines), server);

    private Task DnsEndpointsAsync(string server, params string[] machines) => _machines.UntilAsync(
        () => _machines.KubectlAsync(server, "get endpointslice -n kube-system -l kubernetes.io/service-name=kube-dns -o jsonpath={.items[*].endpoints[*].addresses[*]}"), o => Same(o, machines), server);

    private static bool Same(Outcome outcome, string[] machines) => outcome.Code == 0 && outcome.Output.Trim().Split(' ').ToHashSet().SetEquals(machines.Select(ThreeMachines.Address));

    private Task ServersOfTheNodeAsync(Func<string[], bool> good) => _machines.UntilAsync(
        () => Task.FromResult(new Outcome(0, File.ReadAllText(ServersFile), "")), o => good(o.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), ThreeMachines.Node);

    private async Task<string> ServerInUseAsync()
    {
        var address = new Uri((await File.ReadAllLinesAsync(ServersFile))[0]).Host;
        return ThreeMachines.Servers.Single(s => ThreeMachines.Address(s) == address);
    }

    private string ServersFile => Path.Combine(_machines.Data(ThreeMachines.Node), "agent", "servers");
}

/// <summary>Runs apart from what else needs the processors.</summary>
[CollectionDefinition("three servers", DisableParallelization = true)]
public sealed class ThreeServersCollection;
