using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.Scheduler.Tests;

public sealed class VolumeTests
{
    private readonly KnownVolumes _volumes = new();
    private readonly ClusterState _cluster = new();
    private readonly VolumePlanner _planner;
    private readonly SchedulingAlgorithm _algorithm;

    public VolumeTests()
    {
        _planner = new VolumePlanner(_volumes);
        _algorithm = new SchedulingAlgorithm(100, _volumes, _planner);
        foreach (var name in (string[])["a", "b"])
            _cluster.SetNode(new Node
            {
                Metadata = new() { Name = name, Labels = new() { ["kubernetes.io/hostname"] = name } },
                Status = new() { Allocatable = new() { ["cpu"] = Quantity.Parse("4"), ["memory"] = Quantity.Parse("8Gi"), ["pods"] = Quantity.Parse("110") } },
            });
        _volumes.Classes.Add(new() { Metadata = new() { Name = "later" }, Provisioner = "kubernetes.io/no-provisioner", VolumeBindingMode = VolumeBindingMode.WaitForFirstConsumer });
        _volumes.Classes.Add(new() { Metadata = new() { Name = "made" }, Provisioner = "disks.example", VolumeBindingMode = VolumeBindingMode.WaitForFirstConsumer });
    }

    [Fact]
    public void A_pod_without_its_claim_goes_nowhere()
    {
        var context = Context("data");
        var placement = _algorithm.Place(context);
        Assert.Equal("0/2 nodes are available: persistentvolumeclaim \"data\" not found.", placement.Describe(2));
        Assert.Equal(
            "no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
            new Preemptor(_algorithm).Find(context, placement).Message);
    }

    [Theory]
    [InlineData("", "", "Pending", "pod has unbound immediate PersistentVolumeClaims")]
    [InlineData("later", "chosen", "Pending", "pod has unbound immediate PersistentVolumeClaims")]
    [InlineData("", "gone", "Lost", "persistentvolumeclaim \"data\" bound to non-existent persistentvolume \"gone\"")]
    public void A_claim_that_is_not_usable_holds_its_pod_back(string storageClass, string volume, string phase, string fault)
    {
        Claim("data", storageClass, volume).Status.Phase = phase;
        Assert.Equal(fault, _algorithm.Place(Context("data")).Fault);
    }

    [Fact]
    public void A_bound_volume_decides_the_node()
    {
        Claim("data", "", "v", bound: true);
        Assert.Equal("0/2 nodes are available: 2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).", _algorithm.Place(Context("data")).Describe(2));
        Volume("v", "", "b");
        Assert.Equal("b", _algorithm.Place(Context("data")).Node!.Name);
        Volume("elsewhere", "", "c");
        Claim("more", "", "elsewhere", bound: true);
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.", _algorithm.Place(Context("data", "more")).Describe(2));
    }

    [Fact]
    public void A_claim_that_waits_for_its_consumer_gets_a_volume_of_the_node()
    {
        var claim = Claim("data", "later");
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.", _algorithm.Place(Context("data")).Describe(2));
        Volume("v", "later", "b");
        var node = _algorithm.Place(Context("data")).Node!;
        Assert.Equal("b", node.Name);
        var plan = _planner.Plan(PodClaims.Of(Pod("data"), _volumes), node.Node!, out _)!;
        Assert.Equal("v", Assert.Single(plan.Matched).Volume.Metadata.Name);

        // What is promised to one is not offered to another until the promise is taken back.
        _planner.Promise(plan);
        Claim("other", "later");
        Assert.Null(_algorithm.Place(Context("other")).Node);
        Assert.Equal("b", _algorithm.Place(Context("data")).Node!.Name);
        _planner.Release(plan);
        Assert.Equal("b", _algorithm.Place(Context("other")).Node!.Name);
        Assert.Null(_algorithm.Place(Context("data", "other")).Node);
        Assert.Same(claim, plan.Matched[0].Claim);
    }

    [Fact]
    public void A_volume_is_made_where_the_class_can_and_only_there_once_asked_for()
    {
        var claim = Claim("data", "made");
        _volumes.Classes[1].AllowedTopologies = [new() { MatchLabelExpressions = [new() { Key = "kubernetes.io/hostname", Values = ["b"] }] }];
        Assert.Equal("b", _algorithm.Place(Context("data")).Node!.Name);
        _volumes.Classes[1].AllowedTopologies = null;
        claim.Metadata.Annotations = new() { [VolumeMatch.SelectedNode] = "a" };
        var node = _algorithm.Place(Context("data")).Node!;
        Assert.Equal("a", node.Name);
        Assert.Equal("data", Assert.Single(_planner.Plan(PodClaims.Of(Pod("data"), _volumes), node.Node!, out _)!.Provisioned).Metadata.Name);
    }

    [Fact]
    public void A_claim_for_one_pod_is_not_given_to_a_second()
    {
        Claim("data", "", "v", bound: true).Spec.AccessModes = [PersistentVolumeAccessMode.ReadWriteOncePod];
        Volume("v", "");
        var first = Pod("data");
        first.Metadata.Uid = "first";
        _cluster.AddPod(new PodInfo(first), "a");
        Assert.Contains("2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod", _algorithm.Place(Context("data")).Describe(2), StringComparison.Ordinal);
    }

    private SchedulingContext Context(params string[] claims) => new(new PodInfo(Pod(claims)), _cluster, static _ => null);

    private static Pod Pod(params string[] claims) => new()
    {
        Metadata = new() { Namespace = "default", Name = "p", Uid = "p" },
        Spec = new() { Containers = [new() { Name = "c" }], Volumes = [.. claims.Select(static c => new Volume { Name = c, PersistentVolumeClaim = new() { ClaimName = c } })] },
    };

    private PersistentVolumeClaim Claim(string name, string storageClass, string volume = "", bool bound = false)
    {
        var claim = new PersistentVolumeClaim
        {
            Metadata = new() { Namespace = "default", Name = name, Annotations = bound ? new() { [VolumeMatch.BindCompleted] = "yes" } : null },
            Spec = new() { StorageClassName = storageClass, VolumeName = volume, AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce], Resources = new() { Requests = new() { ["storage"] = Quantity.Parse("1Gi") } } },
        };
        _volumes.Claims.Add(claim);
        return claim;
    }

    private void Volume(string name, string storageClass, string? node = null) => _volumes.All.Add(new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            StorageClassName = storageClass,
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Capacity = new() { ["storage"] = Quantity.Parse("1Gi") },
            NodeAffinity = node is null ? null : new() { Required = new() { NodeSelectorTerms = [new() { MatchExpressions = [new() { Key = "kubernetes.io/hostname", Operator = NodeSelectorOperator.In, Values = [node] }] }] } },
        },
        Status = new() { Phase = PersistentVolumePhase.Available },
    });
}
