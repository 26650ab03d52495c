using System.Diagnostics;
using Tiphys.Kubelet.Containerd;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Cri;

public class SandboxTests(RuntimeFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static PodSandboxConfig Sandbox(string name, string logs) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", Uid = Guid.NewGuid().ToString() },
        Hostname = name,
        LogDirectory = logs,
        Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
    };

    [Fact]
    public async Task A_container_runs_logs_and_reports_its_exit_at_once()
    {
        var runtime = await fixture.GetAsync();
        var logs = Path.Combine(runtime.Directory, "logs");
        Directory.CreateDirectory(logs);
        var exits = System.Threading.Channels.Channel.CreateUnbounded<string>();
        _ = Task.Run(
            async () =>
            {
                await foreach (var exited in new ContainerdEvents(runtime.Channel).WatchAsync(Cancel)) exits.Writer.TryWrite(exited);
            },
            Cancel);

        // It may take a while until they are heard; from the first on none is missed.
        while (!exits.Reader.TryRead(out _))
        {
            var early = await runtime.Service.RunPodSandboxAsync(Sandbox("early", logs), "", Cancel);
            await runtime.Service.StopPodSandboxAsync(early, Cancel);
            await runtime.Service.RemovePodSandboxAsync(early, Cancel);
        }

        var config = Sandbox("one", logs);
        var sandbox = await runtime.Service.RunPodSandboxAsync(config, "", Cancel);
        var status = await runtime.Service.PodSandboxStatusAsync(sandbox, Cancel);
        Assert.Equal(PodSandboxState.SandboxReady, status!.State);
        Assert.StartsWith("10.99.0.", status.Network.Ip, StringComparison.Ordinal);

        var container = new ContainerConfig
        {
            Metadata = new() { Name = "main" },
            Image = new() { Image = RuntimeFixture.BusyboxName },
            Command = { "sh", "-c", "echo hello; exit 7" },
            LogPath = "main.log",
            Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
        };
        var id = await runtime.Service.CreateContainerAsync(sandbox, container, config, Cancel);
        await runtime.Service.StartContainerAsync(id, Cancel);
        while (await exits.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience.Limit, Cancel) != id) { }
        ContainerStatus? ended;
        do ended = await runtime.Service.ContainerStatusAsync(id, Cancel);
        while (ended!.State != ContainerState.ContainerExited);
        Assert.Equal(7, ended.ExitCode);
        Assert.EndsWith("stdout F hello\n", await File.ReadAllTextAsync(Path.Combine(logs, "main.log"), Cancel), StringComparison.Ordinal);

        await runtime.Service.StopPodSandboxAsync(sandbox, Cancel);
        await runtime.Service.RemovePodSandboxAsync(sandbox, Cancel);
        Assert.Null(await runtime.Service.PodSandboxStatusAsync(sandbox, Cancel));
        Assert.Null(await runtime.Service.ContainerStatusAsync(id, Cancel));
    }

    [Fact]
    public async Task Pause_ends_when_told_to()
    {
        var runtime = await fixture.GetAsync();
        var sandbox = await runtime.Service.RunPodSandboxAsync(Sandbox("two", runtime.Directory), "", Cancel);
        using (var pause = Assert.Single(Process.GetProcessesByName("pause"), p => IsOf(p, sandbox)))
        {
            // Nobody follows with a kill that it could not refuse.
            using (var kill = Process.Start("sh", ["-c", $"kill -TERM {pause.Id}"])) await kill.WaitForExitAsync(Cancel);
            await pause.WaitForExitAsync(Cancel).WaitAsync(Patience.Limit, Cancel);
        }

        // To be told to stop what is just ending is a race that containerd loses now and then.
        await Patience.UntilAsync(async () => (await runtime.Service.PodSandboxStatusAsync(sandbox, Cancel))!.State == PodSandboxState.SandboxNotready);
        await runtime.Service.StopPodSandboxAsync(sandbox, Cancel);
        await runtime.Service.RemovePodSandboxAsync(sandbox, Cancel);

        // Other clusters of this machine have some, too.
        static bool IsOf(Process pause, string sandbox)
        {
            try
            {
                return File.ReadAllText($"/proc/{pause.Id}/cgroup").Contains(sandbox, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // ended meanwhile
            }
        }
    }

    [Fact]
    public async Task Errors_carry_the_runtimes_code_and_words()
    {
        var runtime = await fixture.GetAsync();
        var error = await Assert.ThrowsAsync<GrpcException>(() => runtime.Service.StartContainerAsync("nosuch", Cancel));
        Assert.Equal(GrpcStatusCode.NotFound, error.Code);
        Assert.Contains("nosuch", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_socket_is_unavailable()
    {
        using var channel = new GrpcChannel("/nonexistent/containerd.sock");
        var service = new Tiphys.Kubelet.Cri.CriRuntimeService(channel, Patience.Limit);
        var error = await Assert.ThrowsAsync<GrpcException>(() => service.VersionAsync(Cancel));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
    }
}
