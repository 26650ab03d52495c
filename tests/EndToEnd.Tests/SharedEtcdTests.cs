using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Two servers on one real etcd, on loopback.</summary>
[Collection("shared etcd")]
public sealed class SharedEtcdTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-etcd-").FullName;
    private readonly List<Process> _running = [];
    private readonly int[] _ports = FreePorts(4);

    public async ValueTask InitializeAsync()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Cluster.Kubectl("sid"))))!;
        var program = Path.Combine(root, "etcd", "etcd");
        Assert.True(File.Exists(program), $"{program} is missing; ./test fetches it");
        var (clients, peers) = ($"http://127.0.0.1:{_ports[0]}", $"http://127.0.0.1:{_ports[1]}");
        Start(
            program, "--name", "m0", "--data-dir", Path.Combine(_directory, "etcd"), "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", $"m0={peers}", "--log-level", "error");
        await StartServerAsync(0);
        Directory.CreateDirectory(Path.Combine(_directory, "s1", "server"));
        (await Shell.RunAsync("cp", ["-r", Path.Combine(_directory, "s0", "server", "pki"), Path.Combine(_directory, "s1", "server")])).Succeeded();
        await StartServerAsync(1);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

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

        (await KubectlAsync(0, "create service clusterip a --tcp=80 --clusterip=10.43.0.50")).Succeeded();
        Assert.Contains("provided IP is already allocated", (await KubectlAsync(1, "create service clusterip b --tcp=80 --clusterip=10.43.0.50")).Errors, StringComparison.Ordinal);

        // The first server came first and leads.
        var watch = Start(Cluster.Kubectl("sid"), "--kubeconfig", Kubeconfig(1), "get", "replicasets", "--watch", "-o", "name");
        _running[1].Kill();
        var since = Stopwatch.StartNew();
        (await KubectlAsync(1, "create deployment d --image=x")).Succeeded();
        var line = await watch.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith("replicaset.apps/d-", line, StringComparison.Ordinal);
        Assert.InRange(since.Elapsed.TotalSeconds, 0, 25); // the Lease's 15 s and what a busy machine adds
        Assert.Equal("v", (await KubectlAsync(1, "get configmap c0 -o jsonpath={.data.k}")).Succeeded().Output.Trim());
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var l in listeners) l.Start();
        var ports = listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var l in listeners) l.Stop();
        return ports;
    }

    private string Kubeconfig(int server) => Path.Combine(_directory, $"kubeconfig{server}");

    private async Task StartServerAsync(int server)
    {
        Start(
            Cluster.ProgramPath, "server", "--disable=agent,proxy,dns", "--data-dir", Path.Combine(_directory, $"s{server}"), "--bind-address", "127.0.0.1",
            "--advertise-address", "127.0.0.1", "--secure-port", $"{_ports[2 + server]}", "--write-kubeconfig", Kubeconfig(server), "--etcd-servers", $"http://127.0.0.1:{_ports[0]}");
        await Cluster.UntilAsync(
            async () => File.Exists(Kubeconfig(server)) ? await KubectlAsync(server, "get --raw /readyz") : new Outcome(1, "", "not started"), static o => o.Code == 0);
    }

    private Task<Outcome> KubectlAsync(int server, string arguments) =>
        Shell.RunAsync(Cluster.Kubectl("sid"), ["--kubeconfig", Kubeconfig(server), .. arguments.Split(' ')]);

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        if (!arguments.Contains("--watch")) process.BeginOutputReadLine();
        _running.Add(process);
        return process;
    }
}

/// <summary>Runs apart from what else needs the processors.</summary>
[CollectionDefinition("shared etcd", DisableParallelization = true)]
public sealed class SharedEtcdCollection;
