using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Node;

public class PodLifeTests(RuntimeFixture fixture)
{
    [Fact]
    public async Task A_pod_becomes_ready_and_goes_when_deleted()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("one");
        var pod = await node.WaitReadyAsync("one");
        Assert.Equal(PodPhase.Running, pod.Status.Phase);
        Assert.StartsWith("10.99.0.", pod.Status.PodIP, StringComparison.Ordinal);
        Assert.Equal("10.99.0.1", pod.Status.HostIP);
        Assert.Equal(PodQosClass.BestEffort, pod.Status.QosClass);
        var status = Assert.Single(pod.Status.ContainerStatuses!);
        Assert.True(status.Ready);
        Assert.True(status.Started);
        Assert.StartsWith("containerd://", status.ContainerID, StringComparison.Ordinal);
        Assert.NotNull(status.State.Running);
        var link = Path.Combine(node.Options.ContainerLogsDirectory, $"one_default_main-{status.ContainerID["containerd://".Length..]}.log");
        Assert.EndsWith("/main/0.log", new FileInfo(link).LinkTarget, StringComparison.Ordinal);

        node.Api.Delete<Pod>("default", "one", 1);
        await node.WaitGoneAsync("one");
        await node.WaitEventAsync("one", "Killing: Stopping container main");
        await node.WaitEventAsync("one", "Started: Container started");
    }

    [Fact]
    public async Task A_pod_that_ends_succeeds_or_fails_by_its_exit_codes()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("good", p => { p.Spec.RestartPolicy = "Never"; p.Spec.Containers[0].Command = ["true"]; });
        node.CreatePod("bad", p => { p.Spec.RestartPolicy = "Never"; p.Spec.Containers[0].Command = ["sh", "-c", "echo why > /dev/termination-log; exit 3"]; });
        var good = await node.WaitAsync("good", p => p.Status.Phase == PodPhase.Succeeded);
        Assert.Equal("Completed", good.Status.ContainerStatuses![0].State.Terminated!.Reason);
        Assert.Equal("PodCompleted", good.Status.Conditions!.Find(c => c.Type == "Ready")!.Reason);
        var bad = await node.WaitAsync("bad", p => p.Status.Phase == PodPhase.Failed);
        var ended = bad.Status.ContainerStatuses![0].State.Terminated!;
        Assert.Equal((3, "Error", "why\n"), (ended.ExitCode, ended.Reason, ended.Message));
    }

    [Fact]
    public async Task A_container_that_fails_is_restarted_and_then_backed_off()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("crash", "sh", "-c", "exit 1");
        var pod = await node.WaitAsync("crash", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason == "CrashLoopBackOff");
        var status = pod.Status.ContainerStatuses![0];
        Assert.Equal(1, status.RestartCount);
        Assert.Equal(1, status.LastState.Terminated!.ExitCode);
        Assert.Equal($"back-off 10s restarting failed container=main pod=crash_default({pod.Metadata.Uid})", status.State.Waiting!.Message);
        Assert.Equal(PodPhase.Running, pod.Status.Phase);
    }

    [Fact]
    public async Task Init_containers_run_in_turn_and_sidecars_stay()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("init", p =>
        {
            p.Spec.Volumes = [new Volume { Name = "shared", EmptyDir = new() }];
            VolumeMount[] mount = [new VolumeMount { Name = "shared", MountPath = "/shared" }];
            p.Spec.InitContainers =
            [
                new Container { Name = "first", Image = RuntimeFixture.BusyboxName, Command = ["sh", "-c", "echo 1 >> /shared/order"], VolumeMounts = [.. mount] },
                new Container { Name = "side", Image = RuntimeFixture.BusyboxName, Command = ["sh", "-c", "echo 2 >> /shared/order; sleep 1000"], RestartPolicy = "Always", VolumeMounts = [.. mount] },
                new Container { Name = "third", Image = RuntimeFixture.BusyboxName, Command = ["sh", "-c", "until grep 2 /shared/order; do sleep 0.05; done; echo 3 >> /shared/order"], VolumeMounts = [.. mount] },
            ];
            p.Spec.Containers[0].VolumeMounts = [.. mount];
            p.Spec.Containers[0].Command = ["sh", "-c", "cat /shared/order; sleep 1000"];
        });
        var pod = await node.WaitReadyAsync("init");
        Assert.Equal(["first", "side", "third"], pod.Status.InitContainerStatuses!.Select(s => s.Name));
        Assert.Equal(0, pod.Status.InitContainerStatuses![0].State.Terminated!.ExitCode);
        Assert.True(pod.Status.InitContainerStatuses[1].Ready);
        Assert.Equal("1 2 3", string.Join(' ', (await node.LinesAsync(pod, 3)).Select(l => l.Split(' ')[^1])));
    }

    [Fact]
    public async Task A_new_agent_takes_over_what_runs()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("stays");
        node.CreatePod("orphan");
        var before = await node.WaitReadyAsync("stays");
        await node.WaitReadyAsync("orphan");
        await node.StopAsync();
        node.Api.Delete<Pod>("default", "orphan", 0);
        node.Start();
        var runtime = await fixture.GetAsync();
        await Patience.UntilAsync(async () => !(await runtime.Service.ListPodSandboxesAsync(null, default)).Any(s => s.Metadata.Name == "orphan"));
        var after = await node.WaitReadyAsync("stays");
        Assert.Equal(before.Status.ContainerStatuses![0].ContainerID, after.Status.ContainerStatuses![0].ContainerID);
        Assert.Equal(0, after.Status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public async Task What_others_say_about_a_running_pod_is_corrected()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("slandered");
        await node.WaitReadyAsync("slandered");
        node.Api.Update<Pod>("default", "slandered", p => p.Status.Conditions!.Find(c => c.Type == "Ready")!.Status = "False");
        await node.WaitReadyAsync("slandered");
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_reported()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("typo", "no-such-program");
        var pod = await node.WaitAsync("typo", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason == "CrashLoopBackOff");
        var ended = pod.Status.ContainerStatuses![0].LastState.Terminated!;
        Assert.Equal("StartError", ended.Reason);
        Assert.Contains("no-such-program", ended.Message, StringComparison.Ordinal);
        await node.WaitEventAsync("typo", "Failed: Error: failed to create containerd task");
    }
}
