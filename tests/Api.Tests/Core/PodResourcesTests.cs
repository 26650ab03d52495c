using Tiphys.Api.Core.V1;

namespace Tiphys.Api.Tests.Core;

public sealed class PodResourcesTests
{
    [Fact]
    public void Sidecars_count_with_everything_after_them()
    {
        var pod = new Pod { Spec = { InitContainers = [Init("1", sidecar: false), Init("200m", sidecar: true), Init("3", sidecar: false)], Containers = [App("1"), App("1500m")], Overhead = Cpu("100m") } };

        // The last init container runs beside the sidecar: 3.2, more than 2.5 and the sidecar later.
        Assert.Equal("3300m", PodResources.Requests(pod)["cpu"].ToString());
        Assert.Equal("3200m", PodResources.Requests(pod, new() { ExcludeOverhead = true })["cpu"].ToString());
    }

    [Fact]
    public void Pod_level_values_take_precedence()
    {
        var pod = new Pod { Spec = { Resources = new() { Requests = Cpu("5") }, Containers = [App("1")] } };
        Assert.Equal("5", PodResources.Requests(pod)["cpu"].ToString());
        Assert.Equal("1", PodResources.Requests(pod, new() { SkipPodLevel = true })["cpu"].ToString());
    }

    [Fact]
    public void A_resize_is_covered_at_both_ends_unless_it_is_infeasible()
    {
        var pod = new Pod { Spec = { Containers = [App("4")] }, Status = { ContainerStatuses = [new() { Name = "m", AllocatedResources = Cpu("2"), Resources = new() { Requests = Cpu("3") } }] } };
        var options = new PodResourceOptions { UseStatus = true };
        Assert.Equal("4", PodResources.Requests(pod, options)["cpu"].ToString());
        pod.Status.Conditions = [new() { Type = PodConditionType.PodResizePending, Reason = PodReason.Infeasible }];
        Assert.Equal("3", PodResources.Requests(pod, options)["cpu"].ToString());
    }

    [Fact]
    public void Missing_requests_are_filled_per_container()
    {
        var pod = new Pod { Spec = { Containers = [App("1"), new() { Name = "n" }] } };
        Assert.Equal("1100m", PodResources.Requests(pod, new() { Missing = Cpu("100m") })["cpu"].ToString());
    }

    private static Dictionary<string, Quantity> Cpu(string cpu) => new() { ["cpu"] = Quantity.Parse(cpu) };

    private static Container App(string cpu) => new() { Name = "m", Resources = { Requests = Cpu(cpu) } };

    private static Container Init(string cpu, bool sidecar) => new() { Name = "i", RestartPolicy = sidecar ? ContainerRestartPolicy.Always : null, Resources = { Requests = Cpu(cpu) } };
}
