using System.Diagnostics;

namespace Tiphys.EndToEnd.Tests;

/// <summary>
/// A cluster as a user makes one with <c>tiphys up</c>, in a network namespace of its own without a way out. All tests share
/// it; it is taken down, and looked after for leftovers, at the end.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    private const string Namespace = "tiphys-e2e";
    public const string Address = "10.98.0.2";
    private readonly string _program = Path.Combine(Root(), "src", "Tiphys", "bin", Configuration(), "net10.0", "tiphys");

    public string DataDir { get; } = Directory.CreateTempSubdirectory("tiphys-e2e-").FullName;

    public string UpOutput { get; private set; } = "";

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
        UpOutput = (await TiphysAsync("up", "--node-name", "e2e")).Succeeded().Output;
    }

    public async ValueTask DisposeAsync()
    {
        (await TiphysAsync("down", "--purge")).Succeeded();
        Assert.False(Directory.Exists(DataDir));
        var links = (await InsideAsync("ip", "-brief", "link")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !string.IsNullOrWhiteSpace(l)).ToList();
        Assert.Equal(2, links.Count); // lo and the uplink we made
        Assert.Equal("", (await InsideAsync("nft", "list", "tables")).Output.Trim());
        Assert.DoesNotContain(DataDir, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        await Shell.RunAsync("ip", ["netns", "delete", Namespace]);
    }

    /// <summary>Runs a program inside the cluster's network.</summary>
    public Task<Outcome> InsideAsync(string program, params string[] arguments) => Shell.RunAsync("nsenter", [$"--net=/run/netns/{Namespace}", program, .. arguments]);

    /// <summary>Runs tiphys.</summary>
    public Task<Outcome> TiphysAsync(string command, params string[] arguments) =>
        Shell.RunAsync("nsenter", [$"--net=/run/netns/{Namespace}", _program, command, "--data-dir", DataDir, .. arguments], limit: TimeSpan.FromMinutes(4));

    /// <summary>Runs a real kubectl: 1.36 unless another is named.</summary>
    public Task<Outcome> KubectlAsync(string arguments, string? input = null, string version = "sid") => KubectlAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), input, version);

    public Task<Outcome> KubectlAsync(string[] arguments, string? input = null, string version = "sid") => Shell.RunAsync(
        "nsenter",
        [$"--net=/run/netns/{Namespace}", Kubectl(version), .. arguments],
        input,
        environment: new Dictionary<string, string> { ["KUBECONFIG"] = Path.Combine(DataDir, "server", "kubeconfig.yaml") });

    /// <summary>Starts kubectl and leaves it running.</summary>
    public Process StartKubectl(params string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", [$"--net=/run/netns/{Namespace}", Kubectl("sid"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = Path.Combine(DataDir, "server", "kubeconfig.yaml");
        return Process.Start(start)!;
    }

    /// <summary>Asks again and again until the answer is the one waited for.</summary>
    public static async Task<Outcome> UntilAsync(Func<Task<Outcome>> ask, Func<Outcome, bool> enough, int seconds = 30)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var outcome = await ask();
            if (enough(outcome)) return outcome;
            Assert.True(since.Elapsed.TotalSeconds < seconds, $"still not so after {seconds} s:\n{outcome.All}");
            await Task.Delay(100);
        }
    }

    /// <summary>Pid of the server process.</summary>
    public int ServerPid() => int.Parse(File.ReadAllText(Path.Combine(DataDir, "server.pid")));

    private static string Kubectl(string version) => Path.Combine(Root(), ".cache", "kubectl", version, "kubectl");

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
