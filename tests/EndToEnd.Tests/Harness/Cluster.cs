using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tiphys.EndToEnd.Tests;

/// <summary>
/// A cluster as a user makes one with <c>tiphys up</c>, in a network namespace of its own without a way out. All tests share
/// it; it is taken down, and looked after for leftovers, at the end.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    private const string Namespace = "tiphys-e2e";
    public const string Address = "10.98.0.2";

    /// <summary>How long what must happen may take. Nothing but a failure takes so long, even on a machine that is busy.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private OutsideDns? _outside;
    private string _routesBefore = "";

    /// <summary>The program under test.</summary>
    public string Program => ProgramPath;

    internal static string ProgramPath { get; } = Path.Combine(Root(), "src", "Tiphys", "bin", Configuration(), "net10.0", "tiphys");

    public string DataDir { get; } = Directory.CreateTempSubdirectory("tiphys-e2e-").FullName;

    public string UpOutput { get; private set; } = "";

    /// <summary>The environment in which a kubectl is the administrator's.</summary>
    private Dictionary<string, string> Administrator => AdministratorOf(DataDir);

    public async ValueTask InitializeAsync()
    {
        await Shell.RunAsync("ip", ["netns", "delete", Namespace]);
        (await Shell.RunAsync("ip", ["netns", "add", Namespace])).Succeeded();
        await InsideAsync("ip", "link", "set", "lo", "up");
        await InsideAsync("ip", "link", "add", "uplink", "type", "bridge");
        await InsideAsync("ip", "address", "add", Address + "/24", "dev", "uplink");
        await InsideAsync("ip", "link", "set", "uplink", "up");
        await InsideAsync("ip", "route", "add", "default", "via", "10.98.0.1", "dev", "uplink");
        await InsideAsync("sysctl", "-qw", "net.ipv4.ip_forward=1");
        _routesBefore = (await InsideAsync("ip", "route")).Output;
        _outside = new OutsideDns(Namespace, IPAddress.Parse(Address));
        var resolvers = Path.Combine(DataDir, "resolv.conf");
        await File.WriteAllTextAsync(resolvers, $"nameserver {Address}\n");
        await ToolsImage.WriteAsync(Path.Combine(DataDir, "agent", "images", "tools.tar"));
        UpOutput = (await UpAsync()).Succeeded().Output;
    }

    public async ValueTask DisposeAsync()
    {
        _outside?.Dispose();
        await DownAsync("--purge");
        Assert.False(Directory.Exists(DataDir));
        await Shell.RunAsync("ip", ["netns", "delete", Namespace]);
    }

    /// <summary>Takes the cluster down and looks whether anything of it is left on the machine.</summary>
    public async Task DownAsync(params string[] flags)
    {
        var sandboxes = await PodNetworksAsync();
        var pods = Path.Combine(DataDir, "agent", "kubelet", "pods");
        var uids = Directory.Exists(pods) ? Directory.EnumerateDirectories(pods).Select(Path.GetFileName).ToList() : [];
        (await TiphysAsync("down", flags)).Succeeded();
        await UntilAsync(() => Shell.RunAsync("ps", ["-eo", "args"]), o => !o.Output.Contains(DataDir, StringComparison.Ordinal));
        Assert.Empty(sandboxes.Intersect(await PodNetworksAsync()));
        Assert.Equal(_routesBefore, (await InsideAsync("ip", "route")).Output);
        var links = (await InsideAsync("ip", "-brief", "link")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !string.IsNullOrWhiteSpace(l)).ToList();
        Assert.Equal(2, links.Count); // lo and the uplink we made
        Assert.Equal("", (await InsideAsync("nft", "list", "tables")).Output.Trim());
        Assert.DoesNotContain(DataDir, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        var cgroups = (await Shell.RunAsync("find", ["/sys/fs/cgroup", "-type", "d", "-name", "pod*"])).Output;
        Assert.All(uids, uid => Assert.DoesNotContain($"/pod{uid}", cgroups, StringComparison.Ordinal));
    }

    /// <summary>Brings the cluster up, first or again.</summary>
    public Task<Outcome> UpAsync() => TiphysAsync("up", "--node-name", "e2e", "--resolv-conf", Path.Combine(DataDir, "resolv.conf"));

    /// <summary>A client whose connections start inside the cluster's network, a new one for each request.</summary>
    public static HttpClient Http() => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = static async (context, cancel) =>
        {
            var socket = NetworkNamespace.Inside(Namespace, static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Runs a program inside the cluster's network.</summary>
    public Task<Outcome> InsideAsync(string program, params string[] arguments) => Shell.RunAsync("nsenter", [$"--net=/run/netns/{Namespace}", program, .. arguments]);

    /// <summary>Runs tiphys.</summary>
    public Task<Outcome> TiphysAsync(string command, params string[] arguments) =>
        Shell.RunAsync("nsenter", [$"--net=/run/netns/{Namespace}", Program, command, "--data-dir", DataDir, .. arguments]);

    /// <summary>Runs a real kubectl: 1.36 unless another is named.</summary>
    public Task<Outcome> KubectlAsync(string arguments, string? input = null, string version = "sid", string editor = "") =>
        KubectlAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), input, version, editor);

    public Task<Outcome> KubectlAsync(string[] arguments, string? input = null, string version = "sid", string editor = "") => Shell.RunAsync(
        "nsenter",
        [$"--net=/run/netns/{Namespace}", Kubectl(version), .. arguments],
        input,
        new Dictionary<string, string>(Administrator) { ["KUBE_EDITOR"] = editor });

    /// <summary>Runs a real kubectl on a terminal of its own.</summary>
    public Task<Outcome> OnTerminalAsync(string arguments, string version) => Shell.RunAsync(
        "nsenter",
        [$"--net=/run/netns/{Namespace}", "script", "--quiet", "--return", "--command", $"{Kubectl(version)} {arguments}", "/dev/null"],
        environment: Administrator);

    /// <summary>Runs our own kubectl.</summary>
    public Task<Outcome> OwnKubectlAsync(string[] arguments, string? input = null) => Shell.RunAsync(
        "nsenter",
        [$"--net=/run/netns/{Namespace}", Program, "kubectl", .. arguments],
        input,
        environment: Administrator);

    /// <summary>Starts kubectl and leaves it running.</summary>
    public Process StartKubectl(params string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", [$"--net=/run/netns/{Namespace}", Kubectl("sid"), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Administrator) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Asks again and again until the answer is the one waited for.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> enough)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var outcome = await ask();
            if (enough(outcome)) return outcome;
            Assert.True(since.Elapsed < Patience, $"still not so after {Patience.TotalSeconds} s:\n{outcome}");
            await Task.Delay(100);
        }
    }

    /// <summary>Asks again and again until the program succeeds and says all that is waited for.</summary>
    public static Task<Outcome> UntilSaidAsync(Func<Task<Outcome>> ask, params string[] words) =>
        UntilAsync(ask, o => o.Code == 0 && Array.TrueForAll(words, w => o.Output.Contains(w, StringComparison.Ordinal)));

    /// <summary>kill -9, and waits until the process is no more: it may hold its port and its files until then.</summary>
    public static async Task KillAsync(int pid)
    {
        Process.GetProcessById(pid).Kill();

        // One whose parent does not look after it stays in the table, without a command line.
        await UntilAsync(() => Task.FromResult(File.Exists($"/proc/{pid}/cmdline") ? File.ReadAllText($"/proc/{pid}/cmdline") : ""), static c => c.Length == 0);
    }

    /// <summary>The environment in which a kubectl is the administrator's of the cluster in a data directory.</summary>
    internal static Dictionary<string, string> AdministratorOf(string dataDir) => new() { ["KUBECONFIG"] = Path.Combine(dataDir, "server", "kubeconfig.yaml") };

    /// <summary>Network namespaces that reach a bridge of ours: those of pods, by their names below /run/netns.</summary>
    private async Task<List<string>> PodNetworksAsync()
    {
        var own = (await InsideAsync("ip", "netns", "list-id")).Output;
        return [.. own.Split('\n').Select(static l => l.Split("name: ")).Where(static f => f.Length > 1).Select(static f => f[1].Trim()).Where(static n => n.StartsWith("cni-", StringComparison.Ordinal))];
    }

    /// <summary>Creates a pod of one container that runs a shell script, and waits until it is Ready.</summary>
    /// <param name="name">Its name, also its label <c>app</c>.</param>
    /// <param name="script">What it runs.</param>
    /// <param name="ready">Whether to wait.</param>
    /// <param name="image">Its image.</param>
    /// <param name="container">More fields of the container, as YAML flow entries with a comma before each.</param>
    /// <param name="spec">More fields of the pod's spec, as YAML lines.</param>
    public async Task PodAsync(string name, string script, bool ready = true, string image = "tiphys.local/busybox:1", string container = "", string spec = "")
    {
        var command = System.Text.Json.JsonSerializer.Serialize(script);
        (await KubectlAsync("apply -f -", $$$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {{{name}}}
              labels: {app: {{{name}}}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [ {name: c, image: "{{{image}}}", command: [sh, -c, {{{command}}}]{{{container}}}} ]
              {{{spec}}}
            """)).Succeeded();
        if (ready) (await KubectlAsync($"wait --for=condition=Ready pod/{name} --timeout=120s")).Succeeded();
    }

    /// <summary>Runs a shell script in a pod.</summary>
    public Task<Outcome> ExecAsync(string pod, string script) => KubectlAsync(["exec", pod, "--", "sh", "-c", script]);

    /// <summary>Pid of the server process.</summary>
    public int ServerPid() => int.Parse(File.ReadAllText(Path.Combine(DataDir, "server.pid")));

    /// <summary>A real kubectl.</summary>
    internal static string Kubectl(string version) => Path.Combine(Root(), ".cache", "kubectl", version, "kubectl");

    private static string Configuration() => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tiphys.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

/// <summary>All end-to-end tests run one after the other on one cluster.</summary>
[CollectionDefinition("cluster", DisableParallelization = true)]
public sealed class ClusterTests : ICollectionFixture<Cluster>;
