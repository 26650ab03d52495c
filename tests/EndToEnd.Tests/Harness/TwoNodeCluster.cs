using System.Diagnostics;
using System.Text;

namespace Tiphys.EndToEnd.Tests;

/// <summary>
/// A server in one network namespace and, in another, a node that joins it; a cable between them and no way out. Both have
/// containerd and data of their own.
/// </summary>
public sealed class TwoNodeCluster : IAsyncLifetime
{
    public const string ServerAddress = "10.97.0.1";
    public const string AgentAddress = "10.97.0.2";
    private const string Sea = "tiphys-e2e-sea";
    private const string Shore = "tiphys-e2e-shore";
    private readonly StringBuilder _log = new();
    private Process? _agent;

    public string ServerData { get; } = Directory.CreateTempSubdirectory("tiphys-e2e-sea-").FullName;

    public string AgentData { get; } = Directory.CreateTempSubdirectory("tiphys-e2e-shore-").FullName;

    /// <summary>What the agent has logged.</summary>
    public string AgentLog
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public async ValueTask InitializeAsync()
    {
        foreach (var name in (string[])[Sea, Shore])
        {
            await Shell.RunAsync("ip", ["netns", "delete", name]);
            await IpAsync("netns", "add", name);
            await IpAsync("-n", name, "link", "set", "lo", "up");
        }

        await IpAsync("link", "add", "cable", "netns", Sea, "type", "veth", "peer", "name", "cable", "netns", Shore);
        foreach (var (name, address) in ((string, string)[])[(Sea, ServerAddress), (Shore, AgentAddress)])
        {
            await IpAsync("-n", name, "address", "add", address + "/24", "dev", "cable");
            await IpAsync("-n", name, "link", "set", "cable", "up");
            await IpAsync("-n", name, "route", "add", "default", "via", "10.97.0.254");
        }

        (await AtSeaAsync(Cluster.ProgramPath, "up", "--data-dir", ServerData, "--node-name", "sea", "--no-sample")).Succeeded();
        Directory.CreateDirectory(Path.Combine(AgentData, "agent", "images"));
        File.Copy(Path.Combine(ServerData, "agent", "images", "busybox.tar"), Path.Combine(AgentData, "agent", "images", "busybox.tar"));
        StartAgent(await JoinFlagsAsync());
        await UntilReadyAsync("shore");
    }

    public async ValueTask DisposeAsync()
    {
        KillAgent();
        foreach (var down in await Task.WhenAll(AtShoreAsync(Cluster.ProgramPath, "down", "--data-dir", AgentData, "--purge"), AtSeaAsync(Cluster.ProgramPath, "down", "--data-dir", ServerData, "--purge"))) down.Succeeded();
        foreach (var name in (string[])[Sea, Shore])
        {
            Assert.DoesNotContain("10.42.", (await Shell.RunAsync("ip", ["-n", name, "route"])).Output, StringComparison.Ordinal);
            await IpAsync("netns", "delete", name);
        }

        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo");
        Assert.DoesNotContain(ServerData, mounts, StringComparison.Ordinal);
        Assert.DoesNotContain(AgentData, mounts, StringComparison.Ordinal);
    }

    /// <summary>Flags with which a node joins, with a fresh token.</summary>
    public async Task<string[]> JoinFlagsAsync()
    {
        var command = (await TokenAsync("create", "--ttl", "1h", "--print-join-command")).Succeeded().Output.Trim();
        Assert.StartsWith($"tiphys agent --server https://{ServerAddress}:6443 --token ", command, StringComparison.Ordinal);
        return command.Split(' ')[2..];
    }

    /// <summary>Ends a token, and waits until the cluster vouches for itself to its bearer no longer.</summary>
    public async Task RevokeAsync(string token)
    {
        (await TokenAsync("revoke", token)).Succeeded();
        await Cluster.UntilAsync(() => KubectlAsync("get configmap cluster-info -n kube-public -o yaml"), o => o.Code == 0 && !o.Output.Contains($"jws-kubeconfig-{token[..6]}", StringComparison.Ordinal));
    }

    public Task<Outcome> TokenAsync(params string[] arguments) => AtSeaAsync(Cluster.ProgramPath, ["token", .. arguments, "--data-dir", ServerData]);

    /// <summary>Tries to join as another node, which must not succeed.</summary>
    public async Task<string> RefusalAsync(string name, params string[] flags)
    {
        var data = Directory.CreateTempSubdirectory("tiphys-e2e-refused-").FullName;
        try
        {
            var outcome = await AtShoreAsync(Cluster.ProgramPath, ["agent", .. flags, "--data-dir", data, "--node-name", name]);
            Assert.Equal(1, outcome.Code);
            return outcome.Errors;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Starts the agent and leaves it running.</summary>
    public void StartAgent(params string[] flags)
    {
        var start = new ProcessStartInfo("nsenter", [$"--net=/run/netns/{Shore}", Cluster.ProgramPath, "agent", .. flags, "--data-dir", AgentData, "--node-name", "shore"]) { RedirectStandardError = true };
        _agent = Process.Start(start)!;
        _agent.ErrorDataReceived += (_, line) =>
        {
            lock (_log) _log.AppendLine(line.Data);
        };
        _agent.BeginErrorReadLine();
    }

    /// <summary>kill -9, as a crash would.</summary>
    public void KillAgent()
    {
        _agent?.Kill();
        _agent?.WaitForExit();
    }

    public async Task UntilReadyAsync(string node)
    {
        try
        {
            await Cluster.UntilSaidAsync(() => KubectlAsync($"get node {node}"), " Ready ");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nthe agent's log:\n{AgentLog}");
        }
    }

    public Task<Outcome> AtSeaAsync(string program, params string[] arguments) => InAsync(Sea, program, arguments);

    public Task<Outcome> AtShoreAsync(string program, params string[] arguments) => InAsync(Shore, program, arguments);

    public Task<Outcome> KubectlAsync(string arguments, string? input = null) => Shell.RunAsync(
        "nsenter",
        [$"--net=/run/netns/{Sea}", Cluster.Kubectl("sid"), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        input,
        Cluster.AdministratorOf(ServerData));

    private static Task<Outcome> InAsync(string name, string program, string[] arguments) => Shell.RunAsync("nsenter", [$"--net=/run/netns/{name}", program, .. arguments]);

    private static async Task IpAsync(params string[] arguments) => (await Shell.RunAsync("ip", arguments)).Succeeded();
}

/// <summary>Tests of joining share two nodes.</summary>
[CollectionDefinition("two nodes", DisableParallelization = true)]
public sealed class TwoNodeTests : ICollectionFixture<TwoNodeCluster>;
