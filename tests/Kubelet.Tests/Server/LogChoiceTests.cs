using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Server;

namespace Tiphys.Kubelet.Tests.Server;

public class LogChoiceTests
{
    private static PodStatus Status(ContainerState state, ContainerState? last = null) => new()
    {
        ContainerStatuses = [new ContainerStatus { Name = "c", ContainerID = "containerd://now", State = state, LastState = last ?? new() }],
    };

    private static ContainerState Ended(string id) => new() { Terminated = new() { ContainerID = id } };

    [Fact]
    public void The_run_whose_log_is_meant_follows_from_the_status()
    {
        Assert.Equal("now", LogHandler.Choose(Status(new() { Running = new() }), "p", "c", false).Id);
        Assert.Equal("then", LogHandler.Choose(Status(new() { Running = new() }, Ended("containerd://then")), "p", "c", true).Id);
        Assert.Equal("over", LogHandler.Choose(Status(Ended("containerd://over")), "p", "c", false).Id);
        Assert.Equal("then", LogHandler.Choose(Status(new() { Waiting = new() { Reason = "CrashLoopBackOff" } }, Ended("containerd://then")), "p", "c", false).Id);
    }

    [Theory]
    [InlineData("ErrImagePull", "container \"c\" in pod \"p\" is waiting to start: image can't be pulled")]
    [InlineData("ImagePullBackOff", "container \"c\" in pod \"p\" is waiting to start: trying and failing to pull image")]
    [InlineData("ContainerCreating", "container \"c\" in pod \"p\" is waiting to start: ContainerCreating")]
    public void Why_there_is_no_log_is_said(string reason, string expected) =>
        Assert.Equal(expected, LogHandler.Choose(Status(new() { Waiting = new() { Reason = reason } }), "p", "c", false).Refusal);

    [Fact]
    public void Unknown_containers_and_missing_runs_are_refused()
    {
        Assert.Equal("container \"x\" in pod \"p\" is not available", LogHandler.Choose(Status(new()), "p", "x", false).Refusal);
        Assert.Equal("previous terminated container \"c\" in pod \"p\" not found", LogHandler.Choose(Status(new() { Running = new() }), "p", "c", true).Refusal);
    }

    [Theory]
    [InlineData("/pods", "pods,proxy")]
    [InlineData("/stats/summary", "stats")]
    [InlineData("/metrics/resource", "metrics")]
    [InlineData("/logs/x", "log")]
    [InlineData("/exec/a/b/c", "proxy")]
    [InlineData("/healthz", "healthz,proxy")]
    public void Paths_are_authorized_as_subresources_of_the_node(string path, string expected) =>
        Assert.Equal(expected, string.Join(',', KubeletAuth.Subresources(path)));
}
