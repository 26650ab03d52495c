using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Probes;

namespace Tiphys.Kubelet.Tests.Pods;

public class PodStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Pod MakePod(Action<Pod>? change = null)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p", Namespace = "default", Uid = "u", Generation = 3 },
            Spec = new PodSpec { RestartPolicy = "Always", Containers = [new Container { Name = "a", Image = "i" }] },
        };
        change?.Invoke(pod);
        return pod;
    }

    private static PodStatus Build(Pod pod, RuntimePod runtime, PodStatus? previous = null, StartFailures? failures = null, bool terminal = false) =>
        PodStatusBuilder.Build(
            new PodObservation
            {
                Pod = pod, Runtime = runtime, Previous = previous ?? pod.Status, Failures = failures ?? new StartFailures(),
                Probes = new NoResults(), IsTerminal = terminal, HostAddresses = ["192.0.2.1"],
            },
            Now);

    private static RuntimePod Runtime(params RuntimeContainer[] containers) =>
        new("u", "default", "p", [new RuntimeSandbox("s", 0, true, Now, false, ["10.0.0.2", "fd00::2"])], containers);

    private static RuntimeContainer Run(RunState state, int exit = 0, string name = "a", int restarts = 0) => new()
    {
        Id = $"{name}{restarts}", Name = name, SandboxId = "s", State = state, ExitCode = exit, RestartCount = restarts,
        Reason = state != RunState.Exited ? "" : exit == 0 ? "Completed" : "Error", StartedAt = Now, FinishedAt = Now, CreatedAt = Now.AddSeconds(restarts),
    };

    private static string Condition(PodStatus status, string type)
    {
        var c = status.Conditions!.Find(c => c.Type == type)!;
        return $"{c.Status} {c.Reason} {c.Message}".TrimEnd();
    }

    [Fact]
    public void Before_anything_runs_the_pod_is_pending()
    {
        var status = Build(MakePod(), new RuntimePod("u", "default", "p", [], []));
        Assert.Equal(PodPhase.Pending, status.Phase);
        Assert.Equal("ContainerCreating", status.ContainerStatuses![0].State.Waiting!.Reason);
        Assert.Equal("False ContainersNotReady containers with unready status: [a]", Condition(status, "Ready"));
        Assert.Equal("True", Condition(status, "Initialized"));
        Assert.Equal("False", Condition(status, "PodReadyToStartContainers"));
        Assert.Equal("True", Condition(status, "PodScheduled"));
        Assert.Equal(Now, status.StartTime);
        Assert.All(status.Conditions!, c => Assert.Equal(3, c.ObservedGeneration));
    }

    [Fact]
    public void A_running_pod_is_ready_and_has_its_addresses()
    {
        var status = Build(MakePod(), Runtime(Run(RunState.Running)));
        Assert.Equal(PodPhase.Running, status.Phase);
        Assert.Equal("True", Condition(status, "Ready"));
        Assert.Equal(["10.0.0.2", "fd00::2"], status.PodIPs!.Select(i => i.IP));
        Assert.Equal("192.0.2.1", status.HostIP);
    }

    [Fact]
    public void A_readiness_probe_without_answer_keeps_the_pod_unready_unless_it_was_ready_before_our_restart()
    {
        var pod = MakePod(p => p.Spec.Containers[0].ReadinessProbe = new Probe());
        var first = Build(pod, Runtime(Run(RunState.Running)));
        Assert.Equal("False ContainersNotReady containers with unready status: [a]", Condition(first, "Ready"));
        first.ContainerStatuses![0].Ready = true;
        Assert.Equal("True", Condition(Build(pod, Runtime(Run(RunState.Running)), first), "Ready"));
    }

    [Fact]
    public void A_restarted_container_shows_how_its_last_run_ended()
    {
        var status = Build(MakePod(), Runtime(Run(RunState.Running, restarts: 1), Run(RunState.Exited, 2)));
        Assert.Equal(1, status.ContainerStatuses![0].RestartCount);
        Assert.Equal(2, status.ContainerStatuses[0].LastState.Terminated!.ExitCode);
    }

    [Fact]
    public void A_container_that_cannot_start_waits_with_the_reason()
    {
        var failures = new StartFailures();
        failures.Set("a", new StartFailure("CrashLoopBackOff", "back-off"));
        var status = Build(MakePod(), Runtime(Run(RunState.Exited, 1)), failures: failures);
        Assert.Equal("CrashLoopBackOff", status.ContainerStatuses![0].State.Waiting!.Reason);
        Assert.Equal(1, status.ContainerStatuses[0].LastState.Terminated!.ExitCode);
        Assert.Equal(PodPhase.Running, status.Phase);
    }

    [Theory]
    [InlineData("Never", 0, false, PodPhase.Succeeded)]
    [InlineData("Never", 1, false, PodPhase.Failed)]
    [InlineData("OnFailure", 0, false, PodPhase.Succeeded)]
    [InlineData("OnFailure", 1, false, PodPhase.Running)]
    [InlineData("Always", 0, false, PodPhase.Running)]
    [InlineData("Always", 0, true, PodPhase.Succeeded)]
    [InlineData("Always", 1, true, PodPhase.Failed)]
    public void The_phase_of_ended_containers_depends_on_whether_they_restart(string policy, int exit, bool terminal, string phase) =>
        Assert.Equal(phase, Build(MakePod(p => p.Spec.RestartPolicy = policy), Runtime(Run(RunState.Exited, exit)), terminal: terminal).Phase);

    [Fact]
    public void A_final_phase_stays()
    {
        var pod = MakePod(p => p.Status.Phase = PodPhase.Failed);
        Assert.Equal(PodPhase.Failed, Build(pod, Runtime(Run(RunState.Running))).Phase);
    }

    [Fact]
    public void Init_containers_hold_the_pod_pending()
    {
        var pod = MakePod(p => p.Spec.InitContainers = [new Container { Name = "i" }]);
        var status = Build(pod, Runtime(Run(RunState.Running, name: "i")));
        Assert.Equal(PodPhase.Pending, status.Phase);
        Assert.Equal("PodInitializing", status.ContainerStatuses![0].State.Waiting!.Reason);
        Assert.Equal("False ContainersNotInitialized containers with incomplete status: [i]", Condition(status, "Initialized"));
    }

    [Fact]
    public void A_container_that_vanished_counts_as_ended()
    {
        var before = Build(MakePod(), Runtime(Run(RunState.Running)));
        var status = Build(MakePod(), Runtime(), before);
        Assert.Equal("ContainerStatusUnknown", status.ContainerStatuses![0].LastState.Terminated!.Reason);
        Assert.Equal(1, status.ContainerStatuses[0].RestartCount);
        Assert.Equal(PodPhase.Running, status.Phase);
    }

    [Fact]
    public void Readiness_gates_are_waited_for()
    {
        var pod = MakePod(p => p.Spec.ReadinessGates = [new PodReadinessGate { ConditionType = "x/y" }]);
        Assert.Equal(
            "False ReadinessGatesNotReady corresponding condition of pod readiness gate \"x/y\" does not exist.",
            Condition(Build(pod, Runtime(Run(RunState.Running))), "Ready"));
        pod.Status.Conditions = [new PodCondition { Type = "x/y", Status = "True" }];
        Assert.Equal("True", Condition(Build(pod, Runtime(Run(RunState.Running))), "Ready"));
    }

    [Fact]
    public void A_patch_holds_only_changes_and_only_what_is_the_kubelets()
    {
        var pod = MakePod(p => p.Status.Conditions = [new PodCondition { Type = "x/y", Status = "True" }]);
        var before = Build(pod, Runtime(Run(RunState.Running)));
        Assert.Null(PodStatusPatch.Build(pod, before, Build(pod, Runtime(Run(RunState.Running)), before)));
        var after = Build(pod, Runtime(Run(RunState.Exited, 1)), before);
        var patch = JsonNode.Parse(PodStatusPatch.Build(pod, before, after)!)!;
        Assert.Equal("u", (string?)patch["metadata"]!["uid"]);
        Assert.Equal(["containerStatuses", "conditions"], patch["status"]!.AsObject().Select(f => f.Key));
        Assert.Equal(["Ready", "ContainersReady"], patch["status"]!["conditions"]!.AsArray().Select(c => (string?)c!["type"]));
    }

    [Fact]
    public void A_patch_takes_away_addresses_that_are_gone()
    {
        var pod = MakePod();
        var before = new PodStatus { PodIP = "10.0.0.2", PodIPs = [new PodIP { IP = "10.0.0.2" }] };
        var after = new PodStatus { PodIP = "10.0.0.3", PodIPs = [new PodIP { IP = "10.0.0.3" }] };
        var patch = JsonNode.Parse(PodStatusPatch.Build(pod, before, after)!)!;
        Assert.Equal("""[{"ip":"10.0.0.3"},{"$patch":"delete","ip":"10.0.0.2"}]""", patch["status"]!["podIPs"]!.ToJsonString());
    }

    [Theory]
    [InlineData(null, null, PodQosClass.BestEffort)]
    [InlineData("1", null, PodQosClass.Burstable)]
    [InlineData("1", "1", PodQosClass.Guaranteed)]
    [InlineData("1", "2", PodQosClass.Burstable)]
    [InlineData(null, "2", PodQosClass.Guaranteed)]
    public void The_qos_class_follows_from_requests_and_limits(string? request, string? limit, string expected)
    {
        static Dictionary<string, Quantity>? Both(string? text) =>
            text is null ? null : new() { ["cpu"] = Quantity.Parse(text), ["memory"] = Quantity.Parse(text + "Gi") };
        var pod = MakePod(p => p.Spec.Containers[0].Resources = new ResourceRequirements { Requests = Both(request), Limits = Both(limit) });
        Assert.Equal(expected, PodQos.Compute(pod));
    }

    private sealed class NoResults : IProbeResults
    {
        public bool? Startup(string containerId) => null;
        public bool? Readiness(string containerId) => null;
        public bool? Liveness(string containerId) => null;
    }
}
