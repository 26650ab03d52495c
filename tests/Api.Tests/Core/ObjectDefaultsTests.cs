using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Api.Tests.Core;

public sealed class ObjectDefaultsTests
{
    [Fact]
    public void A_service_gets_a_type_ports_and_policies()
    {
        var service = new Service { Spec = { Ports = [new() { Port = 80 }, new() { Port = 81, TargetPort = "web" }] } };
        service.ApplyDefaults();
        Assert.Equal(ServiceType.ClusterIP, service.Spec.Type);
        Assert.Equal(ServiceAffinity.None, service.Spec.SessionAffinity);
        Assert.Equal(ServiceInternalTrafficPolicy.Cluster, service.Spec.InternalTrafficPolicy);
        Assert.Equal("", service.Spec.ExternalTrafficPolicy);
        Assert.Null(service.Spec.AllocateLoadBalancerNodePorts);
        Assert.Equal([80, "web"], service.Spec.Ports.Select(p => p.TargetPort));
        Assert.All(service.Spec.Ports, p => Assert.Equal(Protocol.Tcp, p.Protocol));
    }

    [Fact]
    public void A_load_balancer_gets_more()
    {
        var service = new Service { Spec = { Type = ServiceType.LoadBalancer, SessionAffinity = ServiceAffinity.ClientIP }, Status = { LoadBalancer = { Ingress = [new() { IP = "192.0.2.1" }, new() { Hostname = "a.example" }] } } };
        service.ApplyDefaults();
        Assert.True(service.Spec.AllocateLoadBalancerNodePorts);
        Assert.Equal(ServiceExternalTrafficPolicy.Cluster, service.Spec.ExternalTrafficPolicy);
        Assert.Equal(10800, service.Spec.SessionAffinityConfig!.ClientIP!.TimeoutSeconds);
        Assert.Equal([LoadBalancerIPMode.Vip, null], service.Status.LoadBalancer.Ingress.Select(i => i.IPMode));
    }

    [Fact]
    public void Workloads_get_strategies()
    {
        var deployment = new Deployment();
        deployment.ApplyDefaults();
        Assert.Equal((1, 10, 600), (deployment.Spec.Replicas, deployment.Spec.RevisionHistoryLimit, deployment.Spec.ProgressDeadlineSeconds));
        Assert.Equal(DeploymentStrategyType.RollingUpdate, deployment.Spec.Strategy.Type);
        Assert.Equal("25%", deployment.Spec.Strategy.RollingUpdate!.MaxSurge);

        var recreate = new Deployment { Spec = { Strategy = { Type = DeploymentStrategyType.Recreate } } };
        recreate.ApplyDefaults();
        Assert.Null(recreate.Spec.Strategy.RollingUpdate);

        var set = new StatefulSet();
        set.ApplyDefaults();
        Assert.Equal(PodManagementPolicyType.OrderedReady, set.Spec.PodManagementPolicy);
        Assert.Equal(0, set.Spec.UpdateStrategy.RollingUpdate!.Partition);
        Assert.Equal(PersistentVolumeClaimRetentionPolicyType.Retain, set.Spec.PersistentVolumeClaimRetentionPolicy!.WhenDeleted);

        var daemons = new DaemonSet();
        daemons.ApplyDefaults();
        Assert.Equal((1, 0), (daemons.Spec.UpdateStrategy.RollingUpdate!.MaxUnavailable, daemons.Spec.UpdateStrategy.RollingUpdate.MaxSurge));
    }

    [Fact]
    public void Jobs_get_counts_but_a_cron_jobs_template_does_not()
    {
        var job = new Job { Spec = { Template = { Metadata = { Labels = new() { ["a"] = "b" } } } } };
        job.ApplyDefaults();
        Assert.Equal((1, 1, 6), (job.Spec.Completions, job.Spec.Parallelism, job.Spec.BackoffLimit));
        Assert.Equal("b", job.Metadata.Labels!["a"]);
        Assert.Equal(PodReplacementPolicy.TerminatingOrFailed, job.Spec.PodReplacementPolicy);

        var queue = new Job { Spec = { Parallelism = 3, BackoffLimitPerIndex = 1, PodFailurePolicy = new() } };
        queue.ApplyDefaults();
        Assert.Equal(((int?)null, 3, int.MaxValue), (queue.Spec.Completions, queue.Spec.Parallelism, queue.Spec.BackoffLimit));
        Assert.Equal(PodReplacementPolicy.Failed, queue.Spec.PodReplacementPolicy);

        var cron = new CronJob();
        cron.ApplyDefaults();
        Assert.Equal((3, 1, ConcurrencyPolicy.Allow), (cron.Spec.SuccessfulJobsHistoryLimit, cron.Spec.FailedJobsHistoryLimit, cron.Spec.ConcurrencyPolicy));
        Assert.Null(cron.Spec.JobTemplate.Spec.Completions);
    }

    [Fact]
    public void A_container_limit_range_fills_defaults_from_bounds()
    {
        var item = new LimitRangeItem
        {
            Type = LimitType.Container,
            Max = new() { ["cpu"] = Quantity.Parse("2") },
            Min = new() { ["memory"] = Quantity.Parse("1Mi") },
        };
        item.ApplyDefaults();
        Assert.Equal("2", item.Default!["cpu"].ToString());
        Assert.Equal("2", item.DefaultRequest!["cpu"].ToString());
        Assert.Equal("1Mi", item.DefaultRequest["memory"].ToString());
    }

    [Fact]
    public void A_namespace_is_labelled_with_its_name()
    {
        var space = new Namespace { Metadata = { Name = "web" } };
        space.ApplyDefaults();
        Assert.Equal("web", space.Metadata.Labels![WellKnownLabels.MetadataName]);
        Assert.Equal(NamespacePhase.Active, space.Status.Phase);
    }

    [Fact]
    public void An_autoscaler_watches_cpu_and_fills_a_given_behavior()
    {
        var autoscaler = new HorizontalPodAutoscaler { Spec = { Behavior = new() { ScaleDown = new() { SelectPolicy = ScalingPolicySelect.Disabled } } } };
        autoscaler.ApplyDefaults();
        Assert.Equal(1, autoscaler.Spec.MinReplicas);
        Assert.Equal(80, autoscaler.Spec.Metrics![0].Resource!.Target.AverageUtilization);
        Assert.Equal(0, autoscaler.Spec.Behavior.ScaleUp!.StabilizationWindowSeconds);
        Assert.Equal(2, autoscaler.Spec.Behavior.ScaleUp.Policies!.Count);
        Assert.Equal(ScalingPolicySelect.Disabled, autoscaler.Spec.Behavior.ScaleDown.SelectPolicy);
        Assert.Null(autoscaler.Spec.Behavior.ScaleDown.StabilizationWindowSeconds);
    }
}
