using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class AutoscalerTests(TestCluster cluster)
{
    private static readonly DateTimeOffset s_now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(150, 2, 3)] // half as much again
    [InlineData(105, 2, 2)] // within the tolerance
    [InlineData(20, 4, 1)]
    public void Replicas_follow_usage(int percent, int pods, int expected)
    {
        var list = Enumerable.Range(0, pods).Select(static i => Ready($"p{i}")).ToList();
        var (replicas, average) = ReplicaMath.Replicas(pods, list, list.ToDictionary(static p => p.Metadata.Name, _ => percent * 10L), static _ => 1000, isCpu: true, s_now);
        Assert.Equal(expected, replicas);
        Assert.Equal(percent * 10, average);
    }

    [Fact]
    public void Pods_without_metrics_dampen_growth()
    {
        List<Pod> pods = [Ready("a"), Ready("b")];
        Assert.Equal(2, ReplicaMath.Replicas(2, pods, new() { ["a"] = 2000 }, static _ => 1000, isCpu: false, s_now).Replicas);
    }

    [Fact]
    public void Shrinking_waits_for_its_window_and_growth_has_a_speed_limit()
    {
        var hpa = new HorizontalPodAutoscaler { Spec = new() { MinReplicas = 1, MaxReplicas = 100 } };
        var limits = new ScalingLimits();
        Assert.Equal(10, limits.Apply(hpa, 10, 10, s_now).Replicas);
        Assert.Equal(10, limits.Apply(hpa, 10, 2, s_now.AddSeconds(60)).Replicas);
        Assert.Equal(2, limits.Apply(hpa, 10, 2, s_now.AddSeconds(400)).Replicas);
        Assert.Equal((20, "ScaleUpLimit"), limits.Apply(new() { Spec = hpa.Spec }, 10, 90, s_now.AddSeconds(1000)) is var (r, reason, _) ? (r, reason) : default);
    }

    [Fact]
    public async Task A_target_below_the_minimum_is_raised_to_it()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(DeploymentTests.Web(ns, 1), default);
        await cluster.Client.Resource<HorizontalPodAutoscaler>().CreateAsync(
            new() { Metadata = new() { Name = "web", Namespace = ns }, Spec = new() { MinReplicas = 3, MaxReplicas = 5, ScaleTargetRef = new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = "web" } } }, default);
        var hpa = await cluster.WaitAsync<HorizontalPodAutoscaler>(ns, "web", static h => h!.Status.DesiredReplicas == 3);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.AvailableReplicas == 3);
        Assert.Contains(hpa.Status.Conditions!, static c => c is { Type: "AbleToScale", Reason: "SucceededRescale" });
    }

    private static Pod Ready(string name) => new()
    {
        Metadata = new() { Name = name },
        Status = new() { Phase = "Running", StartTime = s_now.AddHours(-1), Conditions = [new() { Type = "Ready", Status = "True", LastTransitionTime = s_now.AddHours(-1) }] },
    };
}
