using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Eviction;

namespace Tiphys.Kubelet.Tests.Nodes;

public class EvictionTests
{
    private static PodUsage Usage(string name, int usageMi, int requestMi, int priority = 0) => new(
        new Pod
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = new PodSpec
            {
                Priority = priority,
                Containers = [new Container { Name = "c", Resources = new() { Requests = new() { ["memory"] = Quantity.FromBytes(requestMi * 1024L * 1024) } } }],
            },
        },
        usageMi * 1024L * 1024, new Dictionary<string, long>());

    [Fact]
    public void Pods_above_their_requests_go_first_then_the_less_important_then_the_greedier()
    {
        var order = EvictionRanking.Order(
            [Usage("modest", 10, 20), Usage("important", 50, 10, 100), Usage("greedy", 90, 10), Usage("over", 30, 10), Usage("critical", 500, 0, 2_000_001_000)], "memory");
        Assert.Equal(["greedy", "over", "important", "modest"], order.Select(p => p.Pod.Metadata.Name));
    }

    [Theory]
    [InlineData("100Mi", 1000, 104857600)]
    [InlineData("10%", 1000, 100)]
    public void Thresholds_are_amounts_or_shares(string text, long capacity, long expected) => Assert.Equal(expected, Threshold.Parse(text).Of(capacity));
}
