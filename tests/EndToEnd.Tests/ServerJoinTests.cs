namespace Tiphys.EndToEnd.Tests;

/// <summary>Servers that must not join, and what they are told.</summary>
[Collection("shared etcd")]
public sealed class ServerJoinTests : IAsyncDisposable
{
    private readonly LoopbackControlPlane _plane = new();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task What_is_wrong_is_told_in_a_sentence_and_nothing_is_written()
    {
        var clients = await _plane.StartEtcdAsync();
        await _plane.StartServerAsync("first", "--etcd-servers", clients, "--cluster-domain", "ships.local");
        var server = File.ReadLines(_plane.At("first.kubeconfig")).Select(static l => l.Trim()).First(static l => l.StartsWith("server: ", StringComparison.Ordinal))["server: ".Length..];
        var made = await TokenAsync("create", "--server");
        var token = made.Succeeded().Output.Trim();
        Assert.Contains($"Another server joins within 2h0m0s with:\n\n  tiphys server --server {server} --token {token}\n", made.Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var parts = token.Split('.');
        var other = string.Concat(Enumerable.Repeat("ab", 32));

        await RefusedAsync("--token joins another server's cluster: name that server with --server https://HOST:PORT.", "--token", token);
        await RefusedAsync("a server joins with a token: run `tiphys token create --server` on the first server and give --token what it prints.", "--server", server);
        await RefusedAsync("the token is not of the form ID.SECRET.KEY.HASH that `tiphys token create --server` prints on the first server.", "--server", server, "--token", "ahoy");
        await RefusedAsync($"the cluster CA at {server}/ is not the one expected: none of the public keys \"sha256:{parts[3]}\" are pinned", "--server", server, "--token", $"{parts[0]}.{parts[1]}.{parts[2]}.{other}");
        await RefusedAsync("the token is for the cluster whose CA has the hash sha256:", "--server", server, "--token", token, "--discovery-token-ca-cert-hash", "sha256:" + other);
        await RefusedAsync("the token does not open the cluster's keys: another server token was made after it", "--server", server, "--token", $"{parts[0]}.{parts[1]}.{other}.{parts[3]}");
        await RefusedAsync("failed to verify the JWS signature of the cluster-info ConfigMap with the token", "--server", server, "--token", $"{parts[0]}.0123456789abcdef.{parts[2]}.{parts[3]}");
        await RefusedAsync("--cluster-domain sea.local contradicts the cluster's ships.local: all servers of a cluster share it; leave the flag out.", "--server", server, "--token", token, "--cluster-domain", "sea.local");
        await RefusedAsync($"--secure-port 1 contradicts the cluster's {new Uri(server).Port}: all servers of a cluster share it; leave the flag out.", "--server", server, "--token", token, "--secure-port", "1");
        await RefusedAsync("--etcd-prefix is for objects in an etcd, and this server's are in the embedded store: name the etcd with --etcd-servers, or leave the flag out.", "--etcd-prefix", "/ships");
        await RefusedAsync("is for agents only: run `tiphys token create --server` on the first server", "--server", server, "--token", (await TokenAsync("create")).Succeeded().Output.Trim());

        // The next token ends the one before, and with the last one the keys go too.
        token = (await TokenAsync("create", "--server")).Succeeded().Output.Trim();
        await Cluster.UntilAsync(
            () => _plane.KubectlAsync("first", "get configmap cluster-info -n kube-public -o yaml"), o => o.Code == 0 && !o.Output.Contains($"jws-kubeconfig-{parts[0]}", StringComparison.Ordinal));
        await RefusedAsync($"token id \"{parts[0]}\" is invalid for this cluster or it has expired. Use \"tiphys token create --server\" on the server", "--server", server, "--token", string.Join('.', parts));
        await Cluster.UntilAsync(() => _plane.KubectlAsync("first", "get secret -n kube-system kubeadm-certs -o name"), static o => o.Code == 0);
        (await TokenAsync("delete", token[..6])).Succeeded();
        await Cluster.UntilAsync(() => _plane.KubectlAsync("first", "get secret -n kube-system kubeadm-certs -o name"), static o => o.Errors.Contains("NotFound", StringComparison.Ordinal));
        Assert.Equal(["version"], Directory.GetFileSystemEntries(_plane.At("second")).Select(Path.GetFileName));

        // A server with keys of its own must not lose them.
        var own = await _plane.TiphysAsync("server", "--disable=agent,proxy,dns", "--data-dir", _plane.At("first"), "--server", server, "--token", token);
        Assert.Contains("holds the keys of a cluster of its own: start without --server, or join with an empty --data-dir.", own.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_joined_does_not_begin_another_cluster_on_another_etcd()
    {
        var (clients, others) = (await _plane.StartEtcdAsync(), await _plane.StartEtcdAsync(name: "other"));
        await _plane.StartServerAsync("first", "--etcd-servers", clients);
        var command = (await TokenAsync("create", "--server", "--print-join-command")).Succeeded().Output.Trim().Split(' ');
        await RefusedAsync($"the etcd at {others}/ holds another cluster than the one this server joined: check --etcd-servers.", [.. command[2..], "--etcd-servers", others]);

        Assert.Empty((await LoopbackControlPlane.EtcdctlAsync(null, others, "get / --prefix --keys-only")).Succeeded().Output.Trim());

        // It has joined, and lacks only the right etcd.
        _plane.Put("second", "127.0.0.2", "127.0.0.2", _plane.Server("first").Port);
        await _plane.StartServerAsync("second");
        Assert.Equal(await ClusterAsync("first"), await ClusterAsync("second"));
    }

    [Fact]
    public async Task A_server_goes_on_with_the_etcd_it_was_given_once_until_told_otherwise()
    {
        var clients = await _plane.StartEtcdAsync();
        var first = await _plane.StartServerAsync("first", "--etcd-servers", clients, "--etcd-prefix", "/ships");
        var cluster = await ClusterAsync("first");
        await _plane.StopAsync(first);

        first = await _plane.StartServerAsync("first");
        Assert.Equal(cluster, await ClusterAsync("first"));
        Assert.False(Directory.Exists(_plane.At("first/server/db")));
        await _plane.StopAsync(first);

        await _plane.StartServerAsync("first", "--etcd-servers", "");
        Assert.NotEqual(cluster, await ClusterAsync("first"));
    }

    private async Task<string> ClusterAsync(string server) => (await _plane.KubectlAsync(server, "get namespace kube-system -o jsonpath={.metadata.uid}")).Succeeded().Output;

    private async Task RefusedAsync(string message, params string[] flags)
    {
        var outcome = await _plane.TiphysAsync(["server", "--disable=agent,proxy,dns", "--bind-address", "127.0.0.2", "--data-dir", _plane.At("second"), .. flags]);
        Assert.Equal(1, outcome.Code);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    private Task<Outcome> TokenAsync(params string[] arguments) => _plane.TiphysAsync(["token", .. arguments, "--data-dir", _plane.At("first")]);
}
