using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class DeploymentTests(TestCluster cluster)
{
    internal static Deployment Web(string ns, int replicas, string image = "web:1") => new()
    {
        Metadata = new() { Name = "web", Namespace = ns },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = new() { ["app"] = "web" } },
            Template = new() { Metadata = new() { Labels = new() { ["app"] = "web" } }, Spec = new() { Containers = [new() { Name = "web", Image = image }] } },
        },
    };

    [Fact]
    public async Task Makes_its_pods()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(Web(ns, 3), default);
        await cluster.WaitAllAsync<Pod>(ns, "app=web", static pods => pods.Count == 3);
        var done = await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.AvailableReplicas == 3 && d.Status.Conditions!.Any(static c => c.Type == "Progressing" && c.Reason == "NewReplicaSetAvailable"));
        Assert.Equal("1", done.Metadata.Annotations!["deployment.kubernetes.io/revision"]);
        Assert.Contains(done.Status.Conditions!, static c => c is { Type: "Available", Status: "True", Reason: "MinimumReplicasAvailable" });
        var events = await cluster.WaitAllAsync<Event>(ns, null, static e => e.Any(static e => e.Reason == "ScalingReplicaSet") && e.Count(static e => e.Reason == "SuccessfulCreate") == 3);
        Assert.EndsWith("from 0 to 3", events.First(static e => e.Reason == "ScalingReplicaSet").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rolls_without_dropping_below_what_its_strategy_allows()
    {
        var ns = await cluster.NamespaceAsync();
        var deployment = Web(ns, 4);
        deployment.Spec.Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = 1, MaxUnavailable = 0 } };
        await cluster.Client.Resource<Deployment>().CreateAsync(deployment, default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.AvailableReplicas == 4);

        using var stop = new CancellationTokenSource();
        var least = int.MaxValue;
        var most = 0;
        var watching = Task.WhenAll(WatchPodsAsync(), WatchSetsAsync());
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.StrategicMerge, """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}""", null, default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.ObservedGeneration == d.Metadata.Generation && d.Status is { UpdatedReplicas: 4, AvailableReplicas: 4, Replicas: 4 });
        await stop.CancelAsync();
        await watching;
        Assert.True(least >= 4, $"only {least} were ready");
        Assert.True(most <= 5, $"{most} were asked for");
        var sets = await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default);
        Assert.Equal(["1", "2"], sets.Items.Select(static s => s.Metadata.Annotations!["deployment.kubernetes.io/revision"]).Order());

        async Task WatchPodsAsync()
        {
            var list = await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default);
            var pods = list.Items.ToDictionary(static p => p.Metadata.Name);
            try
            {
                await foreach (var change in cluster.Client.Resource<Pod>().WatchAsync(ns, new() { ResourceVersion = list.Metadata.ResourceVersion }, stop.Token))
                {
                    if (change.Type == "DELETED") pods.Remove(change.Object.Metadata.Name);
                    else pods[change.Object.Metadata.Name] = change.Object;
                    least = Math.Min(least, pods.Values.Count(static p => p.Metadata.DeletionTimestamp is null && p.Status.Conditions?.Any(static c => c is { Type: "Ready", Status: "True" }) == true));
                }
            }
            catch (OperationCanceledException)
            {
                // enough seen
            }
        }

        // The strategy bounds what the sets are told to have; a pod whose set shrinks may be marked a moment after another's is made.
        async Task WatchSetsAsync()
        {
            var list = await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default);
            var sets = list.Items.ToDictionary(static r => r.Metadata.Name);
            try
            {
                await foreach (var change in cluster.Client.Resource<ReplicaSet>().WatchAsync(ns, new() { ResourceVersion = list.Metadata.ResourceVersion }, stop.Token))
                {
                    sets[change.Object.Metadata.Name] = change.Object;
                    most = Math.Max(most, sets.Values.Sum(static r => r.Spec.Replicas ?? 1));
                }
            }
            catch (OperationCanceledException)
            {
                // enough seen
            }
        }
    }

    [Fact]
    public async Task A_template_that_never_gets_ready_leaves_the_old_pods_alone_and_is_reported()
    {
        var ns = await cluster.NamespaceAsync();
        var deployment = Web(ns, 4);
        deployment.Spec.Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = 2, MaxUnavailable = 1 } };
        await cluster.Client.Resource<Deployment>().CreateAsync(deployment, default);
        await DoneAsync(ns);

        // The deadline comes with the template: a busy machine may take more than a second over the first rollout.
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, "{\"spec\":{\"progressDeadlineSeconds\":1,\"template\":{\"metadata\":{\"labels\":{\"test/manual\":\"\"}}}}}", null, default);
        var stuck = await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status is { UpdatedReplicas: 3, AvailableReplicas: 3 }
            && d.Status.Conditions!.Exists(static c => c is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }));
        Assert.Contains(stuck.Status.Conditions!, static c => c is { Type: "Available", Status: "True" });

        // Taken back, the useless pods go and nothing else does.
        var old = (await cluster.Client.Resource<Pod>().ListAsync(ns, new() { LabelSelector = "!test/manual" }, default)).Items.Where(static p => p.Metadata.DeletionTimestamp is null).Select(static p => p.Metadata.Name).ToHashSet();
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"test/manual\":null}}}}}", null, default);
        await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status is { AvailableReplicas: 4, UpdatedReplicas: 4 });
        var now = (await cluster.Client.Resource<Pod>().ListAsync(ns, new() { LabelSelector = "!test/manual" }, default)).Items.Select(static p => p.Metadata.Name).ToHashSet();
        Assert.Subset(now, old);
    }

    [Fact]
    public async Task Scaling_in_the_middle_of_a_rollout_is_shared_in_proportion()
    {
        var ns = await cluster.NamespaceAsync();
        var deployment = Web(ns, 10);
        deployment.Spec.Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = 3, MaxUnavailable = 2 } };
        await cluster.Client.Resource<Deployment>().CreateAsync(deployment, default);
        await DoneAsync(ns);
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"test/manual\":\"\"}}}}}", null, default);
        await cluster.WaitAllAsync<ReplicaSet>(ns, null, static s => s.Select(static s => (s.Spec.Replicas, s.Status.Replicas)).ToHashSet().SetEquals([(8, 8), (5, 5)]));
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, """{"spec":{"replicas":15}}""", null, default);
        await cluster.WaitAllAsync<ReplicaSet>(ns, null, static s => s.Select(static s => s.Spec.Replicas).ToHashSet().SetEquals([11, 7]));
    }

    [Fact]
    public async Task Comes_back_to_an_earlier_template_with_a_new_revision()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(Web(ns, 1), default);
        await DoneAsync(ns);
        await ImageAsync(ns, "web:2");
        await DoneAsync(ns);
        await ImageAsync(ns, "web:1");
        var done = await DoneAsync(ns);
        Assert.Equal("3", done.Metadata.Annotations!["deployment.kubernetes.io/revision"]);
        var sets = await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default);
        Assert.Equal(2, sets.Items.Count);
        Assert.Equal("1", sets.Items.Single(static s => s.Spec.Replicas == 1).Metadata.Annotations!["deployment.kubernetes.io/revision-history"]);
    }

    [Fact]
    public async Task Recreates_only_after_the_old_pods_are_gone()
    {
        var ns = await cluster.NamespaceAsync();
        var deployment = Web(ns, 2);
        deployment.Spec.Strategy = new() { Type = "Recreate" };
        await cluster.Client.Resource<Deployment>().CreateAsync(deployment, default);
        await DoneAsync(ns);
        await ImageAsync(ns, "web:2");
        await DoneAsync(ns);
        var pods = await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default);
        Assert.All(pods.Items, static p => Assert.Equal("web:2", p.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task Scales_while_paused_but_does_not_roll()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(Web(ns, 1), default);
        await DoneAsync(ns);
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.StrategicMerge, """{"spec":{"paused":true,"replicas":3,"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}""", null, default);
        var paused = await cluster.WaitAsync<Deployment>(ns, "web", static d => d!.Status.AvailableReplicas == 3);
        Assert.Equal("DeploymentPaused", paused.Status.Conditions!.Single(static c => c.Type == "Progressing").Reason);
        Assert.Single((await cluster.Client.Resource<ReplicaSet>().ListAsync(ns, ListQuery.All, default)).Items);
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, """{"spec":{"paused":false}}""", null, default);
        await DoneAsync(ns, 3);
    }

    private Task<Deployment> DoneAsync(string ns, int replicas = 0) => cluster.WaitAsync<Deployment>(ns, "web", d =>
        d!.Status.ObservedGeneration == d.Metadata.Generation && d.Status.UpdatedReplicas == (replicas == 0 ? d.Spec.Replicas : replicas) && d.Status.AvailableReplicas == d.Spec.Replicas && d.Status.Replicas == d.Spec.Replicas);

    private Task ImageAsync(string ns, string image) =>
        cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.StrategicMerge, "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"" + image + "\"}]}}}}", null, default);
}
