using System.Diagnostics;
using System.Net;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Testing;

namespace Tiphys.EndToEnd.Tests;

/// <summary>
/// Three machines for servers, the third a node too, and a fourth that is only a node, each a network namespace with data of its own, on
/// one switch without a way out. A machine's programs can be killed, and its cable pulled.
/// </summary>
public sealed class ThreeMachines : IAsyncDisposable
{
    public const string Node = "boat";
    public const string ServerAndNode = "three";
    private const string Switch = "tiphys-e2e-quay";
    private static readonly Dictionary<string, string> s_addresses = new() { ["one"] = "10.96.7.1", ["two"] = "10.96.7.2", ["three"] = "10.96.7.3", [Node] = "10.96.7.9" };
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-e2e-quay-").FullName;
    private readonly Dictionary<(string Machine, string Program), Process> _running = [];
    private TestCertificates? _etcdCertificates;

    public static IReadOnlyList<string> Servers { get; } = ["one", "two", "three"];

    /// <summary>Flags of a server that keeps its objects in the machines' etcd.</summary>
    public string[] EtcdFlags =>
    [
        "--etcd-servers", string.Join(',', Servers.Select(static s => $"https://{s_addresses[s]}:2379")),
        .. LoopbackControlPlane.EtcdFlags(Certificates),
    ];

    private TestCertificates Certificates => _etcdCertificates ??= new TestCertificates(Path.Combine(_directory, "etcd-pki"), Servers.Select(static s => IPAddress.Parse(s_addresses[s])));

    public static string Address(string machine) => s_addresses[machine];

    /// <summary>A machine's data directory.</summary>
    public string Data(string machine) => Path.Combine(_directory, machine);

    public async Task StartAsync()
    {
        await Shell.RunAsync("ip", ["netns", "delete", Switch]);
        await IpAsync("netns", "add", Switch);
        await IpAsync("-n", Switch, "link", "add", "quay", "type", "bridge");
        await IpAsync("-n", Switch, "link", "set", "quay", "up");
        foreach (var (machine, address) in s_addresses)
        {
            await Shell.RunAsync("ip", ["netns", "delete", Network(machine)]);
            await IpAsync("netns", "add", Network(machine));
            await IpAsync("link", "add", "cable", "netns", Network(machine), "type", "veth", "peer", "name", machine, "netns", Switch);
            await IpAsync("-n", Switch, "link", "set", machine, "master", "quay", "up");
            await IpAsync("-n", Network(machine), "link", "set", "lo", "up");
            await IpAsync("-n", Network(machine), "address", "add", address + "/24", "dev", "cable");
            await IpAsync("-n", Network(machine), "link", "set", "cable", "up");
            await IpAsync("-n", Network(machine), "route", "add", "default", "via", "10.96.7.254");
            Directory.CreateDirectory(Data(machine));
        }

        foreach (var machine in (string[])[Node, ServerAndNode])
        {
            var images = Directory.CreateDirectory(Path.Combine(Data(machine), "agent", "images")).FullName;
            BusyboxImage.Build("tiphys.local/busybox:1").WriteTo(Path.Combine(images, "busybox.tar"));
        }
    }

    /// <summary>Starts a machine's member of an etcd of three.</summary>
    public void StartEtcd(string machine)
    {
        var address = s_addresses[machine];
        Start(
            machine, "etcd", LoopbackControlPlane.Etcd("etcd"),
            [
                "--name", machine, "--data-dir", Path.Combine(Data(machine), "etcd"),
                "--listen-client-urls", $"https://{address}:2379", "--advertise-client-urls", $"https://{address}:2379",
                "--listen-peer-urls", $"http://{address}:2380", "--initial-advertise-peer-urls", $"http://{address}:2380",
                "--initial-cluster", string.Join(',', Servers.Select(static s => $"{s}=http://{s_addresses[s]}:2380")),
                "--log-level", "error", .. LoopbackControlPlane.ServingFlags(Certificates),
            ]);
    }

    /// <summary>Starts tiphys on a machine and leaves it running; the arguments begin with the role.</summary>
    public void StartTiphys(string machine, params string[] arguments) =>
        Start(machine, "tiphys", Cluster.ProgramPath, [arguments[0], .. Own(machine), .. arguments[1..], .. machine is Node or ServerAndNode ? ["--node-name", machine] : new[] { "--disable=agent,proxy" }]);

    /// <summary>Runs tiphys on a machine until it ends.</summary>
    public Task<Outcome> TiphysAsync(string machine, params string[] arguments) => InAsync(machine, Cluster.ProgramPath, [.. arguments, .. Own(machine)]);

    public async Task ServerIsReadyAsync(string machine) => await UntilAsync(
        async () => File.Exists(Kubeconfig(machine)) ? await KubectlAsync(machine, "get --raw /readyz") : new Outcome(1, "", "not started"), static o => o.Code == 0, machine);

    /// <summary>Waits for something, and tells the log of a machine when it does not come.</summary>
    public async Task UntilAsync(Func<Task<Outcome>> ask, Func<Outcome, bool> good, string machine)
    {
        try
        {
            await Cluster.UntilAsync(ask, good);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nthe log of {machine}:\n{Log(machine)}", e);
        }
    }

    /// <summary>What tiphys logged on a machine.</summary>
    public string Log(string machine)
    {
        using var reader = new StreamReader(new FileStream(LogFile(machine, "tiphys"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>kill -9, as when the power fails.</summary>
    public void Kill(string machine, string program)
    {
        if (!_running.Remove((machine, program), out var process)) return;
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Stops a program in good order.</summary>
    public async Task StopAsync(string machine, string program)
    {
        if (!_running.Remove((machine, program), out var process)) return;
        (await Shell.RunAsync("kill", ["-TERM", $"{process.Id}"])).Succeeded();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Pulls a machine's cable, or puts it in again: nobody is told anything.</summary>
    public Task CableAsync(string machine, bool plugged) => IpAsync("-n", Switch, "link", "set", machine, plugged ? "up" : "down");

    public Task<Outcome> KubectlAsync(string machine, string arguments, string? input = null) => Shell.RunAsync(
        "nsenter", [$"--net=/run/netns/{Network(machine)}", Cluster.Kubectl("sid"), "--kubeconfig", Kubeconfig(machine), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], input);

    public async ValueTask DisposeAsync()
    {
        foreach (var (machine, program) in _running.Keys.ToList()) Kill(machine, program);
        foreach (var machine in (string[])[Node, ServerAndNode]) await TiphysAsync(machine, "down", "--purge");
        foreach (var name in s_addresses.Keys.Select(Network).Append(Switch)) await Shell.RunAsync("ip", ["netns", "delete", name]);
        Directory.Delete(_directory, recursive: true);
    }

    private static Task<Outcome> InAsync(string machine, string program, string[] arguments) => Shell.RunAsync("nsenter", [$"--net=/run/netns/{Network(machine)}", program, .. arguments]);

    private static string Network(string machine) => "tiphys-e2e-" + machine;

    private static async Task IpAsync(params string[] arguments) => (await Shell.RunAsync("ip", arguments)).Succeeded();

    private string[] Own(string machine) => ["--data-dir", Data(machine)];

    private string Kubeconfig(string machine) => Path.Combine(Data(machine), "server", "kubeconfig.yaml");

    private string LogFile(string machine, string program) => Path.Combine(_directory, $"{machine}-{program}.log");

    /// <summary>The shell keeps the log, so that no pipe fills up; exec makes the process the program itself.</summary>
    private void Start(string machine, string name, string program, params string[] arguments) => _running[(machine, name)] = Process.Start(
        new ProcessStartInfo("nsenter", [$"--net=/run/netns/{Network(machine)}", "sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", LogFile(machine, name), program, .. arguments]))!;
}
