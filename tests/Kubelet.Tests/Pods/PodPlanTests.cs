using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Probes;

namespace Tiphys.Kubelet.Tests.Pods;

public class PodPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Results _results = new();

    private static Pod MakePod(Action<Pod>? change = null)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p", Namespace = "default", Uid = "u" },
            Spec = new PodSpec { RestartPolicy = "Always", Containers = [new Container { Name = "a", Image = "i" }, new Container { Name = "b", Image = "i" }] },
        };
        change?.Invoke(pod);
        return pod;
    }

    private static RuntimePod Runtime(bool sandbox, params (string Name, RunState State, int Exit)[] containers) => new(
        "u", "default", "p",
        sandbox ? [new RuntimeSandbox("s", 0, true, Now, false, ["10.0.0.2"])] : [],
        [.. containers.Select(c => new RuntimeContainer { Id = "id-" + c.Name, Name = c.Name, SandboxId = "s", State = c.State, ExitCode = c.Exit, CreatedAt = Now })]);

    private PodPlan Plan(Pod pod, RuntimePod runtime) => PodPlan.Compute(pod, runtime, _results);

    [Fact]
    public void A_new_pod_gets_a_sandbox_and_all_its_containers()
    {
        var plan = Plan(MakePod(), Runtime(false));
        Assert.True(plan.CreateSandbox);
        Assert.Equal(0u, plan.Attempt);
        Assert.Equal(["a", "b"], plan.Starts.Select(s => s.Container.Name));
    }

    [Fact]
    public void A_pod_that_runs_as_it_should_needs_nothing() =>
        Assert.True(Plan(MakePod(), Runtime(true, ("a", RunState.Running, 0), ("b", RunState.Running, 0))).IsEmpty);

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 1, false)]
    public void A_container_that_ended_restarts_by_policy(string policy, int exit, bool restarts)
    {
        var plan = Plan(MakePod(p => p.Spec.RestartPolicy = policy), Runtime(true, ("a", RunState.Exited, exit), ("b", RunState.Running, 0)));
        Assert.Equal(restarts, plan.Starts.Any(s => s.Container.Name == "a"));
        Assert.False(plan.KillPod);
    }

    [Fact]
    public void When_nothing_is_left_to_run_the_sandbox_goes() =>
        Assert.True(Plan(MakePod(p => p.Spec.RestartPolicy = "Never"), Runtime(true, ("a", RunState.Exited, 0), ("b", RunState.Exited, 1))).KillPod);

    [Fact]
    public void A_dead_sandbox_of_a_pod_that_never_restarts_is_not_replaced()
    {
        var runtime = Runtime(true, ("a", RunState.Exited, 0)) with { Sandboxes = [new RuntimeSandbox("s", 0, false, Now, false, [])] };
        Assert.False(Plan(MakePod(p => p.Spec.RestartPolicy = "Never"), runtime).CreateSandbox);
        var again = Plan(MakePod(), runtime);
        Assert.True(again.CreateSandbox);
        Assert.Equal(1u, again.Attempt);
    }

    [Fact]
    public void Init_containers_go_one_at_a_time()
    {
        var pod = MakePod(p => p.Spec.InitContainers = [new Container { Name = "i1" }, new Container { Name = "i2" }]);
        Assert.Equal("i1", Assert.Single(Plan(pod, Runtime(true)).Starts).Container.Name);
        Assert.True(Plan(pod, Runtime(true, ("i1", RunState.Running, 0))).IsEmpty);
        Assert.Equal("i2", Assert.Single(Plan(pod, Runtime(true, ("i1", RunState.Exited, 0))).Starts).Container.Name);
        Assert.Equal("i1", Assert.Single(Plan(pod, Runtime(true, ("i1", RunState.Exited, 1))).Starts).Container.Name);
        Assert.Equal(["a", "b"], Plan(pod, Runtime(true, ("i1", RunState.Exited, 0), ("i2", RunState.Exited, 0))).Starts.Select(s => s.Container.Name));
    }

    [Fact]
    public void A_failed_init_container_ends_a_pod_that_never_restarts()
    {
        var pod = MakePod(p =>
        {
            p.Spec.RestartPolicy = "Never";
            p.Spec.InitContainers = [new Container { Name = "i1" }];
        });
        var plan = Plan(pod, Runtime(true, ("i1", RunState.Exited, 1)));
        Assert.True(plan.KillPod);
        Assert.Empty(plan.Starts);
    }

    [Fact]
    public void A_sidecar_holds_the_rest_back_until_it_has_started()
    {
        var pod = MakePod(p => p.Spec.InitContainers =
            [new Container { Name = "side", Image = "i", RestartPolicy = "Always", StartupProbe = new Probe() }, new Container { Name = "i2" }]);
        Assert.True(Plan(pod, Runtime(true, ("side", RunState.Running, 0))).IsEmpty);
        _results.Started["containerd://id-side"] = true;
        Assert.Equal("i2", Assert.Single(Plan(pod, Runtime(true, ("side", RunState.Running, 0))).Starts).Container.Name);
    }

    [Fact]
    public void A_sidecar_that_ended_restarts_beside_running_containers()
    {
        var pod = MakePod(p => p.Spec.InitContainers = [new Container { Name = "side", RestartPolicy = "Always" }]);
        var plan = Plan(pod, Runtime(true, ("side", RunState.Exited, 0), ("a", RunState.Running, 0), ("b", RunState.Running, 0)));
        Assert.Equal("side", Assert.Single(plan.Starts).Container.Name);
    }

    [Fact]
    public void A_container_that_fails_its_liveness_probe_is_killed_and_restarted()
    {
        var pod = MakePod(p => p.Spec.Containers[0].LivenessProbe = new Probe());
        _results.Live["containerd://id-a"] = false;
        var plan = Plan(pod, Runtime(true, ("a", RunState.Running, 0), ("b", RunState.Running, 0)));
        Assert.Equal("Container a failed liveness probe, will be restarted", Assert.Single(plan.Kills).Message);
        Assert.Equal("a", Assert.Single(plan.Starts).Container.Name);
    }

    [Fact]
    public void A_pod_being_deleted_starts_nothing()
    {
        var pod = MakePod(p => p.Metadata.DeletionTimestamp = Now);
        Assert.False(PodPlan.ShouldStart(pod, pod.Spec.Containers[0], null));
    }

    private sealed class Results : IProbeResults
    {
        public Dictionary<string, bool> Started { get; } = [];
        public Dictionary<string, bool> Live { get; } = [];

        public bool? Startup(string containerId) => Started.TryGetValue(containerId, out var value) ? value : null;
        public bool? Readiness(string containerId) => null;
        public bool? Liveness(string containerId) => Live.TryGetValue(containerId, out var value) ? value : null;
    }
}
