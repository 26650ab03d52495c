using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Kubelet.Tests.Harness;

/// <summary>A node agent on the shared runtime, talking to an API server in memory.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly string _name = "node-" + Guid.NewGuid().ToString("N")[..6];
    private readonly int _port = Interlocked.Increment(ref s_lastPort);
    private readonly Runtime _runtime;
    private static int s_lastPort = 20000;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private TestNode(Runtime runtime) => _runtime = runtime;

    public Uri Server => new($"https://127.0.0.1:{_port}/");

    public FakeApi Api { get; } = new();
    public string Root { get; private init; } = "";

    public static async Task<TestNode> StartAsync(RuntimeFixture fixture)
    {
        var runtime = await fixture.GetAsync();
        var node = new TestNode(runtime) { Root = Path.Combine(runtime.Directory, Guid.NewGuid().ToString("N")[..6]) };
        node.Start();
        return node;
    }

    public KubeletOptions Options => new()
    {
        NodeName = _name,
        NodeAddresses = ["10.99.0.1"],
        RootDirectory = Path.Combine(Root, "kubelet"),
        PodLogsDirectory = Path.Combine(Root, "logs"),
        ContainerLogsDirectory = Path.Combine(Root, "links"),
        ContainerRuntimeEndpoint = "unix://" + _runtime.Options.SocketPath,
        ManageNetwork = false,
        ClusterDns = ["10.96.0.10"],
        CgroupRoot = "/tiphys-test-" + _name,
        Address = "127.0.0.1",
        Port = _port,
        HealthPort = 0,
        ClientAuthorities = [TestCertificates.Authority],
        SyncFrequency = TimeSpan.FromSeconds(1),
    };

    public void Start()
    {
        _stop = new CancellationTokenSource();
        using var loggers = Environment.GetEnvironmentVariable("TIPHYS_TEST_LOG") == "1"
            ? LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Debug).AddConsole())
            : null;
        _running = Task.Run(() => KubeletAgent.RunAsync(Options, Api.Client, (ILoggerFactory?)loggers ?? NullLoggerFactory.Instance, _stop.Token));
    }

    /// <summary>Ends the agent, as a crash would: pods stay.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A command that does nothing until it is told to stop, and then stops at once.</summary>
    public static IReadOnlyList<string> Idle { get; } = ["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"];

    public Pod CreatePod(string name) => CreatePod(name, [.. Idle]);

    public Pod CreatePod(string name, params string[] command) => CreatePod(name, pod => pod.Spec.Containers[0].Command = [.. command]);

    public Pod CreatePod(string name, Action<Pod> change)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = name, Namespace = "default" },
            Spec = new PodSpec
            {
                NodeName = _name,
                Containers = [new Container { Name = "main", Image = RuntimeFixture.BusyboxName, Command = [.. Idle] }],
                TerminationGracePeriodSeconds = 1,
            },
        };
        change(pod);
        pod.ApplyDefaults();
        return Api.Create(pod);
    }

    public Pod? Pod(string name) => Api.Get<Pod>("default", name);

    public async Task<Pod> WaitAsync(string name, Func<Pod, bool> holds)
    {
        var since = Stopwatch.GetTimestamp();
        Pod? pod = null;
        while (Stopwatch.GetElapsedTime(since) < Patience.Limit)
        {
            if (_running.IsFaulted) await _running;
            pod = Pod(name);
            if (pod is not null && holds(pod)) return pod;
            await Task.Delay(10);
        }
        throw new TimeoutException($"{name} did not get there: {(pod is null ? "gone" : System.Text.Encoding.UTF8.GetString(Tiphys.Api.ApiJson.Encode(pod.Status)))} events: {string.Join("; ", Events(name))}");
    }

    public Task<Pod> WaitReadyAsync(string name) => WaitAsync(name, IsReady);

    public async Task WaitGoneAsync(string name)
    {
        var since = Stopwatch.GetTimestamp();
        while (Pod(name) is { } pod)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience.Limit)
                throw new TimeoutException($"{name} is still there: {System.Text.Encoding.UTF8.GetString(Tiphys.Api.ApiJson.Encode(pod))}");
            await Task.Delay(10);
        }
    }

    public static bool IsReady(Pod pod) => pod.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) is true;

    public IReadOnlyList<string> Events(string pod) =>
        [.. Api.List<Event>("default").Where(e => e.InvolvedObject.Name == pod).OrderBy(e => e.Metadata.Name).Select(e => $"{e.Reason}: {e.Message}")];

    /// <summary>Waits for an event; they are sent beside the status, not before it.</summary>
    public Task WaitEventAsync(string pod, string text) => Patience.ForAsync(() => Task.FromResult(string.Join("; ", Events(pod))), all => all.Contains(text, StringComparison.Ordinal), text);

    public string Log(Pod pod, string container = "main", int run = 0) =>
        File.ReadAllText(Path.Combine(Options.PodLogsDirectory, $"default_{pod.Metadata.Name}_{pod.Metadata.Uid}", container, $"{run}.log"));

    /// <summary>Waits until a container has written so many lines; it may be running before its first one is on disk.</summary>
    public async Task<string[]> LinesAsync(Pod pod, int count)
    {
        var log = await Patience.ForAsync(() => Task.FromResult(Log(pod)), log => log.Count(static c => c == '\n') >= count, $"{count} lines");
        return log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in Api.List<Pod>("default")) Api.Delete<Pod>("default", pod.Metadata.Name, 0);
        var since = Stopwatch.GetTimestamp();
        var pods = Path.Combine(Options.RootDirectory, "pods");
        while (!_running.IsCompleted && Directory.Exists(pods) && Directory.EnumerateDirectories(pods).Any() && Stopwatch.GetElapsedTime(since) < Patience.Limit)
            await Task.Delay(20);
        await StopAsync();
        // A process that was just killed holds its cgroup for a moment.
        await Patience.UntilAsync(() => Kubelet.Cgroups.CgroupTrees.Detect().Remove(Options.CgroupRoot));
        Api.Dispose();
        _stop.Dispose();
    }
}
