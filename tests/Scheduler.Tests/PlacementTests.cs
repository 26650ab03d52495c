using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler.Tests;

public sealed class PlacementTests
{
    private readonly ClusterState _cluster = new();
    private readonly SchedulingAlgorithm _algorithm = new(100, new KnownVolumes(), new VolumePlanner(new KnownVolumes()));

    [Fact]
    public void A_pod_goes_to_the_emptier_node()
    {
        AddNode("full");
        AddNode("empty");
        _cluster.AddPod(new PodInfo(Pod("other", cpu: "3")), "full");
        Assert.Equal("empty", Place(Pod("p", cpu: "500m")).Node!.Name);
    }

    [Fact]
    public void What_does_not_fit_is_said_in_upstreams_words()
    {
        AddNode("a");
        AddNode("b", taint: "dedicated");
        AddNode("c", unschedulable: true);
        var placement = Place(Pod("p", cpu: "64"));
        Assert.Null(placement.Node);
        Assert.Equal("0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.", placement.Describe(3));
        Assert.Equal("no nodes available to schedule pods", new Placement(null, []).Describe(0));
    }

    [Fact]
    public void Selectors_and_affinity_choose_nodes_by_label()
    {
        AddNode("a", zone: "east");
        AddNode("b", zone: "west");
        var pod = Pod("p");
        pod.Spec.NodeSelector = new() { ["zone"] = "west" };
        Assert.Equal("b", Place(pod).Node!.Name);
        pod.Spec.NodeSelector["zone"] = "north";
        Assert.Contains("2 node(s) didn't match Pod's node affinity/selector", Place(pod).Describe(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Pods_that_refuse_each_other_get_different_places()
    {
        AddNode("a", zone: "east");
        AddNode("b", zone: "west");
        var first = Refusing("one");
        _cluster.AddPod(new PodInfo(first), "a");
        Assert.Equal("b", Place(Refusing("two")).Node!.Name);
        _cluster.AddPod(new PodInfo(Refusing("two")), "b");
        Assert.Contains("2 node(s) didn't satisfy existing pods anti-affinity rules", Place(Refusing("three")).Describe(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Spread_constraints_even_out_domains()
    {
        AddNode("a", zone: "east");
        AddNode("b", zone: "west");
        for (var i = 0; i < 2; i++) _cluster.AddPod(new PodInfo(Spread($"s{i}")), "a");
        Assert.Equal("b", Place(Spread("next")).Node!.Name);
    }

    [Fact]
    public void Host_ports_are_given_once()
    {
        AddNode("a");
        var pod = Pod("p");
        pod.Spec.Containers[0].Ports = [new() { Port = 80, HostPort = 80, Protocol = "TCP" }];
        _cluster.AddPod(new PodInfo(pod), "a");
        var second = Pod("q");
        second.Spec.Containers[0].Ports = [new() { Port = 80, HostPort = 80, Protocol = "TCP" }];
        Assert.Contains("1 node(s) didn't have free ports for the requested pod ports", Place(second).Describe(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Preemption_takes_the_least_important_pods_and_no_more_than_needed()
    {
        AddNode("a");
        _cluster.AddPod(new PodInfo(Pod("low", cpu: "2", priority: 1)), "a");
        _cluster.AddPod(new PodInfo(Pod("mid", cpu: "2", priority: 5)), "a");
        var pod = new PodInfo(Pod("high", cpu: "2", priority: 10));
        var context = new SchedulingContext(pod, _cluster, static _ => null);
        var found = new Preemptor(_algorithm).Find(context, _algorithm.Place(context));
        Assert.Equal("a", found.Node);
        Assert.Equal("low", Assert.Single(found.Victims).Pod.Metadata.Name);
    }

    [Fact]
    public void Room_that_was_made_for_a_pod_is_not_given_to_another_that_is_no_more_important()
    {
        AddNode("a");
        _cluster.Nominations.Set(new PodInfo(Pod("waiting", cpu: "3", priority: 5)), "a");
        Assert.Contains("1 Insufficient cpu", Place(Pod("lower", cpu: "2", priority: 1)).Describe(1), StringComparison.Ordinal);
        Assert.Null(Place(Pod("equal", cpu: "2", priority: 5)).Node);
        Assert.Equal("a", Place(Pod("small", cpu: "1", priority: 1)).Node!.Name);
        Assert.Equal("a", Place(Pod("higher", cpu: "2", priority: 9)).Node!.Name);

        // Looking leaves nothing behind, and the pod itself gets what it was promised.
        Assert.Equal(0, _cluster.Find("a")!.PodCount);
        Assert.Equal("a", Place(Pod("waiting", cpu: "3", priority: 5)).Node!.Name);
        _cluster.AddPod(new PodInfo(Pod("waiting", cpu: "3", priority: 5)), "a");
        Assert.Empty(_cluster.Nominations.On("a"));
    }

    [Fact]
    public void A_pod_goes_where_it_was_promised_room_though_another_node_is_emptier()
    {
        AddNode("a");
        AddNode("b");
        _cluster.AddPod(new PodInfo(Pod("other", cpu: "2")), "a");
        _cluster.Nominations.Set(new PodInfo(Pod("p", cpu: "2", priority: 5)), "a");
        Assert.Equal("a", Place(Pod("p", cpu: "2", priority: 5)).Node!.Name);
    }

    [Fact]
    public void A_promised_pod_that_refuses_others_keeps_them_off()
    {
        AddNode("a", zone: "east");
        var waiting = Refusing("waiting");
        waiting.Spec.Priority = 5;
        _cluster.Nominations.Set(new PodInfo(waiting), "a");
        Assert.Null(Place(Refusing("other")).Node);
        Assert.Equal(0, _cluster.PodsWithAntiAffinity);
    }

    [Fact]
    public void Preemption_leaves_room_that_another_was_promised()
    {
        AddNode("a");
        _cluster.AddPod(new PodInfo(Pod("low", cpu: "1", priority: 1)), "a");
        _cluster.Nominations.Set(new PodInfo(Pod("waiting", cpu: "3", priority: 10)), "a");
        var context = new SchedulingContext(new PodInfo(Pod("p", cpu: "2", priority: 10)), _cluster, static _ => null);
        Assert.Null(new Preemptor(_algorithm).Find(context, _algorithm.Place(context)).Node);
    }

    [Fact]
    public void Without_victims_the_message_says_so()
    {
        AddNode("a");
        var context = new SchedulingContext(new PodInfo(Pod("p", cpu: "64")), _cluster, static _ => null);
        Assert.Equal("no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", new Preemptor(_algorithm).Find(context, _algorithm.Place(context)).Message);
    }

    private Placement Place(Pod pod) => _algorithm.Place(new SchedulingContext(new PodInfo(pod), _cluster, static _ => null));

    private void AddNode(string name, string? taint = null, bool unschedulable = false, string? zone = null) => _cluster.SetNode(new Node
    {
        Metadata = new() { Name = name, Labels = zone is null ? null : new() { ["zone"] = zone } },
        Spec = new() { Unschedulable = unschedulable, Taints = taint is null ? null : [new() { Key = taint, Effect = TaintEffect.NoSchedule }] },
        Status = new() { Allocatable = new() { ["cpu"] = Quantity.Parse("4"), ["memory"] = Quantity.Parse("8Gi"), ["pods"] = Quantity.Parse("110") } },
    });

    private static Pod Pod(string name, string cpu = "100m", int priority = 0) => new()
    {
        Metadata = new() { Namespace = "default", Name = name, Uid = name },
        Spec = new() { Priority = priority, Containers = [new() { Name = "c", Resources = new() { Requests = new() { ["cpu"] = Quantity.Parse(cpu) } } }] },
    };

    private static Pod Refusing(string name)
    {
        var pod = Pod(name);
        pod.Metadata.Labels = new() { ["app"] = "x" };
        pod.Spec.Affinity = new() { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [new() { TopologyKey = "zone", LabelSelector = new() { MatchLabels = new() { ["app"] = "x" } } }] } };
        return pod;
    }

    private static Pod Spread(string name)
    {
        var pod = Pod(name);
        pod.Metadata.Labels = new() { ["app"] = "s" };
        pod.Spec.TopologySpreadConstraints = [new() { MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "DoNotSchedule", LabelSelector = new() { MatchLabels = new() { ["app"] = "s" } } }];
        return pod;
    }
}
