using Tiphys.Api.Core.V1;

namespace Tiphys.Api.Tests.Core;

public sealed class PodDefaultsTests
{
    [Fact]
    public void A_bare_pod_gets_what_upstream_gives_it()
    {
        var pod = new Pod { Spec = { Containers = [new() { Name = "a", Image = "nginx", Ports = [new() { Port = 80 }], LivenessProbe = new() { HttpGet = new() { Port = 80 } } }], Volumes = [new() { Name = "v" }] } };
        pod.ApplyDefaults();

        Assert.Equal(RestartPolicy.Always, pod.Spec.RestartPolicy);
        Assert.Equal(DnsPolicy.ClusterFirst, pod.Spec.DnsPolicy);
        Assert.Equal(30, pod.Spec.TerminationGracePeriodSeconds);
        Assert.Equal("default-scheduler", pod.Spec.SchedulerName);
        Assert.NotNull(pod.Spec.SecurityContext);
        Assert.True(pod.Spec.EnableServiceLinks);
        Assert.NotNull(pod.Spec.Volumes![0].EmptyDir);

        var container = pod.Spec.Containers[0];
        Assert.Equal(PullPolicy.Always, container.ImagePullPolicy);
        Assert.Equal("/dev/termination-log", container.TerminationMessagePath);
        Assert.Equal(TerminationMessagePolicy.File, container.TerminationMessagePolicy);
        Assert.Equal(Protocol.Tcp, container.Ports![0].Protocol);
        Assert.Equal(0, container.Ports[0].HostPort);

        var probe = container.LivenessProbe!;
        Assert.Equal((1, 10, 1, 3), (probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold));
        Assert.Equal(("/", UriScheme.Http), (probe.HttpGet!.Path, probe.HttpGet.Scheme));
    }

    [Fact]
    public void Requests_follow_limits_in_pods_but_not_in_templates()
    {
        var container = new Container { Name = "a", Resources = { Limits = new() { ["cpu"] = Quantity.Parse("2"), ["memory"] = Quantity.Parse("1Gi") }, Requests = new() { ["cpu"] = Quantity.Parse("1") } } };
        var pod = new Pod { Spec = { Containers = [container.DeepCopy()] } };
        pod.ApplyDefaults();
        Assert.Equal("1", pod.Spec.Containers[0].Resources.Requests!["cpu"].ToString());
        Assert.Equal("1Gi", pod.Spec.Containers[0].Resources.Requests!["memory"].ToString());

        var template = new PodTemplate { Template = { Spec = { Containers = [container.DeepCopy()] } } };
        template.ApplyDefaults();
        Assert.Single(template.Template.Spec.Containers[0].Resources.Requests!);
        Assert.Null(template.Template.Spec.EnableServiceLinks);
    }

    [Fact]
    public void On_the_hosts_network_ports_are_host_ports()
    {
        var pod = new Pod { Spec = { HostNetwork = true, Containers = [new() { Ports = [new() { Port = 80 }, new() { Port = 81, HostPort = 8081 }] }] } };
        pod.ApplyDefaults();
        Assert.Equal([80, 8081], pod.Spec.Containers[0].Ports!.Select(p => p.HostPort));
    }

    [Fact]
    public void Pod_level_requests_come_from_containers_first_and_limits_second()
    {
        var pod = new Pod
        {
            Spec =
            {
                Resources = new() { Limits = new() { ["cpu"] = Quantity.Parse("4"), ["memory"] = Quantity.Parse("2Gi") } },
                Containers = [new() { Name = "a", Resources = { Requests = new() { ["cpu"] = Quantity.Parse("500m") } } }],
            },
        };
        pod.ApplyDefaults();
        Assert.Equal("500m", pod.Spec.Resources.Requests!["cpu"].ToString());
        Assert.Equal("2Gi", pod.Spec.Resources.Requests["memory"].ToString());
    }

    [Theory]
    [InlineData("nginx", "latest", "Always")]
    [InlineData("nginx:latest", "latest", "Always")]
    [InlineData("nginx:1.29", "1.29", "IfNotPresent")]
    [InlineData("localhost:5000/a/b", "latest", "Always")]
    [InlineData("localhost:5000/a/b:v1", "v1", "IfNotPresent")]
    [InlineData("a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", "IfNotPresent")]
    [InlineData("a:latest@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "latest", "Always")]
    [InlineData("", null, "IfNotPresent")]
    [InlineData("Not An Image", null, "IfNotPresent")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", null, "IfNotPresent")]
    public void The_tag_decides_when_an_image_is_pulled(string image, string? tag, string policy)
    {
        Assert.Equal(tag, ImageReference.TryParse(image)?.Tag);
        Assert.Equal(policy, ImageReference.DefaultPullPolicy(image));
    }

    [Fact]
    public void Quantities_finer_than_a_thousandth_are_rounded_up()
    {
        var pod = new Pod { Spec = { Containers = [new() { Resources = { Requests = new() { ["cpu"] = Quantity.Parse("1500u"), ["memory"] = Quantity.Parse("1Gi") } } }] } };
        pod.ApplyDefaults();
        Assert.Equal("2m", pod.Spec.Containers[0].Resources.Requests!["cpu"].ToString());
        Assert.Equal("1Gi", pod.Spec.Containers[0].Resources.Requests!["memory"].ToString());
    }
}
