using System.Text.Json.Nodes;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Where a control plane keeps its objects, as an operator changes and runs it: by commands and flags.</summary>
[Collection("shared etcd")]
public sealed class StoreCommandTests : IAsyncLifetime
{
    private readonly LoopbackControlPlane _plane = new();
    private string[] _tls = [];

    public ValueTask InitializeAsync()
    {
        Certificates = new TestCertificates(_plane.At("tls"));
        _tls = LoopbackControlPlane.EtcdFlags(Certificates);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    private TestCertificates Certificates { get; set; } = null!;

    [Fact]
    public async Task Objects_move_to_an_etcd_that_demands_certificates_and_back()
    {
        var server = await _plane.StartServerAsync("s");
        for (var i = 0; i < 20; i++) (await _plane.KubectlAsync("s", $"create configmap c{i} --from-literal=k=v{i}")).Succeeded();
        (await _plane.KubectlAsync("s", "create secret generic s --from-literal=k=v")).Succeeded();
        (await _plane.KubectlAsync("s", "create deployment d --image=x")).Succeeded();
        await _plane.StopAsync(server);

        var url = await _plane.StartEtcdAsync(Certificates);
        string[] there = ["etcd", "migrate", "--data-dir", _plane.At("s"), "--etcd-servers", url];
        Assert.NotEqual(0, (await _plane.TiphysAsync(there)).Code); // without a certificate
        var copied = (await _plane.TiphysAsync([.. there, .. _tls])).Succeeded().Output;
        Assert.Matches($"^Copied and compared [0-9]+ objects to {url}", copied);
        var again = await _plane.TiphysAsync([.. there, .. _tls]);
        Assert.NotEqual(0, again.Code);
        Assert.Contains("objects already; nothing was changed", again.All, StringComparison.Ordinal);

        var embedded = await ObjectsAsync(() => _plane.StartServerAsync("s"), "s");
        var moved = await ObjectsAsync(() => _plane.StartServerAsync("s", ["--etcd-servers", url, .. _tls]), "s", async () =>
        {
            (await _plane.KubectlAsync("s", "label configmap c0 moved=yes")).Succeeded();
            (await _plane.KubectlAsync("s", "delete configmap c1")).Succeeded();
        });
        Assert.Equal(2, embedded.Except(moved).Count());
        Assert.Equal(21, moved.Count(static o => System.Text.RegularExpressions.Regex.IsMatch(o, "^(ConfigMap/c[0-9]+|Secret/s|Deployment/d) ")));

        Directory.Move(_plane.At("s/server/db"), _plane.At("db.old"));
        (await _plane.TiphysAsync(["etcd", "migrate", "--to", "embedded", "--data-dir", _plane.At("s"), "--etcd-servers", url, .. _tls])).Succeeded();
        var back = await ObjectsAsync(() => _plane.StartServerAsync("s"), "s");
        Assert.Empty(moved.Except(back)); // what controllers had not made yet may be new
        Assert.DoesNotContain(back, static o => o.StartsWith("ConfigMap/c1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Our_store_as_a_server_keeps_its_quota_and_compacts()
    {
        var url = $"https://127.0.0.1:{LoopbackControlPlane.FreePorts(1)[0]}";
        _plane.Start(
            Cluster.ProgramPath,
            ["etcd", "--data-dir", _plane.At("etcd"), "--listen-client-urls", url, .. LoopbackControlPlane.ServingFlags(Certificates), "--quota-backend-bytes", "12000000", "--auto-compaction-mode", "revision", "--auto-compaction-retention", "100000"]);
        await Cluster.UntilAsync(() => EtcdctlAsync(url, "endpoint health"), static o => o.Code == 0);
        await _plane.StartServerAsync("s", ["--etcd-servers", url, .. _tls]);

        // A cluster that has outgrown its quota: reads go on, writes are refused with etcd's words, and readiness says so.
        var written = 0;
        Outcome refused;
        while ((refused = await CreateAsync(written)).Code == 0) Assert.True(++written < 100, "the quota is never reached");
        Assert.Contains("etcdserver: mvcc: database space exceeded", refused.Errors, StringComparison.Ordinal);
        Assert.InRange(written, 5, 30);
        await Cluster.UntilAsync(() => _plane.KubectlAsync("s", "get --raw /readyz"), static o => o.All.Contains("[-]etcd-readiness failed", StringComparison.Ordinal));
        (await _plane.KubectlAsync("s", "get --raw /livez")).Succeeded();
        (await _plane.KubectlAsync("s", "get configmap large0 -o name")).Succeeded();

        (await _plane.KubectlAsync("s", "delete configmap --all -n default")).Succeeded();
        var revision = JsonNode.Parse((await EtcdctlAsync(url, "endpoint status -w json")).Succeeded().Output)![0]!["Status"]!["header"]!["revision"]!.GetValue<long>();
        (await EtcdctlAsync(url, $"compact {revision}")).Succeeded();
        (await EtcdctlAsync(url, "defrag")).Succeeded();
        (await EtcdctlAsync(url, "alarm disarm")).Succeeded();
        (await CreateAsync(1000)).Succeeded();
        await Cluster.UntilAsync(() => _plane.KubectlAsync("s", "get --raw /readyz"), static o => o.Code == 0);
    }

    [Fact]
    public async Task A_snapshot_of_an_etcd_that_is_lost_becomes_an_embedded_store()
    {
        var url = await _plane.StartEtcdAsync(Certificates);
        var lost = await ObjectsAsync(() => _plane.StartServerAsync("s", ["--etcd-servers", url, .. _tls]), "s", async () =>
        {
            for (var i = 0; i < 5; i++) (await _plane.KubectlAsync("s", $"create configmap c{i} --from-literal=k=v{i}")).Succeeded();
        });
        (await EtcdctlAsync(url, $"snapshot save {_plane.At("etcd.snapshot")}")).Succeeded();
        Assert.Contains("etcd 3.5", (await _plane.TiphysAsync("etcd", "snapshot", "status", _plane.At("etcd.snapshot"))).Succeeded().Output, StringComparison.Ordinal);
        (await _plane.TiphysAsync("etcd", "snapshot", "restore", _plane.At("etcd.snapshot"), "--data-dir", _plane.At("s"))).Succeeded();
        Assert.Empty(lost.Except(await ObjectsAsync(() => _plane.StartServerAsync("s"), "s")));
    }

    [Fact]
    public async Task Our_store_as_a_server_forgets_history_by_the_clock()
    {
        var url = $"http://127.0.0.1:{LoopbackControlPlane.FreePorts(1)[0]}";
        _plane.Start(Cluster.ProgramPath, "etcd", "--data-dir", _plane.At("etcd"), "--listen-client-urls", url, "--auto-compaction-retention", "2s");
        await Cluster.UntilAsync(() => EtcdctlAsync(url, "put a 1"), static o => o.Code == 0);
        await EtcdctlAsync(url, "put a 2");
        await EtcdctlAsync(url, "put a 3");
        await Cluster.UntilAsync(() => EtcdctlAsync(url, "get a --rev=2"), static o => o.Errors.Contains("required revision has been compacted", StringComparison.Ordinal));
        Assert.Equal("a\n3\n", (await EtcdctlAsync(url, "get a")).Output.TrimEnd() + "\n");
    }

    /// <summary>Everything of some kinds by kind, name, uid and content, as a server shows it.</summary>
    private async Task<List<string>> ObjectsAsync(Func<Task<System.Diagnostics.Process>> start, string name, Func<Task>? change = null)
    {
        var server = await start();
        if (change is not null) await change();
        var list = JsonNode.Parse((await _plane.KubectlAsync(name, "get configmaps,secrets,deployments,serviceaccounts,clusterroles -A -o json")).Succeeded().Output)!["items"]!.AsArray();
        await _plane.StopAsync(server);
        return [.. list.Select(static o => o!).Select(static o =>
        {
            o["metadata"]!.AsObject().Remove("resourceVersion");

            // Controllers go on with a deployment, and gather the rules of a role, whenever they run.
            var content = o["kind"]!.ToString() == "Deployment" || o["aggregationRule"] is not null ? o["metadata"]!["uid"]! : o;
            return $"{o["kind"]}/{o["metadata"]!["name"]} {content.ToJsonString()}";
        }).Order(StringComparer.Ordinal)];
    }

    private Task<Outcome> CreateAsync(int number) => _plane.KubectlAsync(
        "s", "create -f -", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: large{number}, namespace: default}}\ndata: {{k: {new string((char)('a' + (number % 26)), 700_000)}}}\n");

    private Task<Outcome> EtcdctlAsync(string url, string arguments) => LoopbackControlPlane.EtcdctlAsync(Certificates, url, arguments);
}
