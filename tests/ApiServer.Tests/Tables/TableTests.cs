using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer.Tests;

public sealed class TableTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-1, "0s")]
    [InlineData(-5, "<invalid>")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(600, "10m")]
    [InlineData(10799, "179m")]
    [InlineData(10800, "3h")]
    [InlineData(11100, "3h5m")]
    [InlineData(86400, "24h")]
    [InlineData(172800, "2d")]
    [InlineData(176400, "2d1h")]
    [InlineData(691200, "8d")]
    [InlineData(63072000, "2y")]
    [InlineData(63158400, "2y1d")]
    public void Ages_are_short(int seconds, string text) => Assert.Equal(seconds == -1 ? "0s" : text, HumanDuration.Format(TimeSpan.FromSeconds(seconds == -1 ? -0.5 : seconds)));

    private static Pod Pod(params ContainerStatus[] statuses) => new()
    {
        Metadata = new() { Name = "p", CreationTimestamp = s_now.AddMinutes(-3) },
        Spec = new() { Containers = [.. Enumerable.Range(0, Math.Max(1, statuses.Length)).Select(i => new Container { Name = "c" + i, Image = "i" })] },
        Status = new() { Phase = "Running", ContainerStatuses = [.. statuses] },
    };

    private static string[] Cells(Pod pod) => [.. TablePrinters.For(Api.Core.V1.Pod.Info).Row(pod, s_now).Cells.Select(c => c.ToString().Trim('"'))];

    [Fact]
    public void A_running_pod()
    {
        var pod = Pod(new ContainerStatus { Ready = true, State = new() { Running = new() } });
        pod.Status.PodIPs = [new() { IP = "10.42.0.5" }];
        pod.Spec.NodeName = "n1";
        Assert.Equal(["p", "1/1", "Running", "0", "3m", "10.42.0.5", "n1", "<none>", "<none>"], Cells(pod));
        Assert.Equal(["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"], TablePrinters.For(Api.Core.V1.Pod.Info).Columns.Select(c => c.Name));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1], TablePrinters.For(Api.Core.V1.Pod.Info).Columns.Select(c => c.Priority));
    }

    [Fact]
    public void A_crashing_pod_tells_why_and_when()
    {
        var pod = Pod(new ContainerStatus
        {
            RestartCount = 4,
            State = new() { Waiting = new() { Reason = "CrashLoopBackOff" } },
            LastState = new() { Terminated = new() { ExitCode = 1, FinishedAt = s_now.AddSeconds(-40) } },
        });
        Assert.Equal(["p", "0/1", "CrashLoopBackOff", "4 (40s ago)"], Cells(pod)[..4]);
    }

    [Fact]
    public void Init_containers_are_counted_while_they_run()
    {
        var pod = Pod();
        pod.Spec.InitContainers = [new() { Name = "i0", Image = "i" }, new() { Name = "i1", Image = "i" }];
        pod.Status.Phase = "Pending";
        pod.Status.InitContainerStatuses = [new() { Name = "i0", State = new() { Terminated = new() { ExitCode = 0 } } }, new() { Name = "i1", State = new() { Running = new() } }];
        Assert.Equal("Init:1/2", Cells(pod)[2]);
        pod.Status.InitContainerStatuses[1].State = new() { Terminated = new() { ExitCode = 3 } };
        Assert.Equal("Init:ExitCode:3", Cells(pod)[2]);
        pod.Status.InitContainerStatuses[1].State = new() { Waiting = new() { Reason = "ImagePullBackOff" } };
        Assert.Equal("Init:ImagePullBackOff", Cells(pod)[2]);
    }

    [Fact]
    public void Sidecars_count_as_containers()
    {
        var pod = Pod(new ContainerStatus { Ready = true, State = new() { Running = new() } });
        pod.Spec.InitContainers = [new() { Name = "s", Image = "i", RestartPolicy = "Always" }];
        pod.Status.InitContainerStatuses = [new() { Name = "s", Started = true, Ready = true, State = new() { Running = new() } }];
        Assert.Equal("2/2", Cells(pod)[1]);
    }

    [Fact]
    public void Pods_that_end()
    {
        var pod = Pod(new ContainerStatus { State = new() { Terminated = new() { ExitCode = 0, Reason = "Completed" } } });
        pod.Status.Phase = "Succeeded";
        Assert.Equal("Completed", Cells(pod)[2]);
        var condition = Assert.Single(TablePrinters.For(Api.Core.V1.Pod.Info).Row(pod, s_now).Conditions!);
        Assert.Equal("Completed", condition.Type);
        Assert.Equal("Succeeded", condition.Reason);
        var going = Pod(new ContainerStatus { Ready = true, State = new() { Running = new() } });
        going.Metadata.DeletionTimestamp = s_now;
        Assert.Equal("Terminating", Cells(going)[2]);
    }

    [Fact]
    public void Cells_are_typed_and_kinds_without_columns_have_two()
    {
        var service = new Service { Metadata = new() { Name = "s" }, Spec = new() { Type = "NodePort", ClusterIPs = ["10.43.0.9"], Ports = [new() { Port = 80, NodePort = 30080, Protocol = "TCP" }] } };
        Assert.Equal(["\"s\"", "\"NodePort\"", "\"10.43.0.9\"", "\"<none>\"", "\"80:30080/TCP\"", "\"<unknown>\"", "\"<none>\""], TablePrinters.For(Service.Info).Row(service, s_now).Cells.Select(c => c.ToString()));
        var map = new ConfigMap { Metadata = new() { Name = "m" }, Data = new() { ["a"] = "b" } };
        Assert.Equal("1", TablePrinters.For(ConfigMap.Info).Row(map, s_now).Cells[1].ToString());
        Assert.Equal(["Name", "Created At"], TablePrinters.For(Api.Rbac.V1.ClusterRole.Info).Columns.Select(c => c.Name));
    }

    [Fact]
    public void Long_lists_are_cut_short()
    {
        var slice = new Api.Discovery.V1.EndpointSlice { Metadata = new() { Name = "e" }, AddressType = "IPv4", Endpoints = [.. Enumerable.Range(1, 5).Select(i => new Api.Discovery.V1.Endpoint { Addresses = [$"10.0.0.{i}"] })] };
        Assert.Equal(["\"e\"", "\"IPv4\"", "\"<unset>\"", "\"10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...\"", "\"<unknown>\""], TablePrinters.For(Api.Discovery.V1.EndpointSlice.Info).Row(slice, s_now).Cells.Select(c => c.ToString()));
    }

    [Fact]
    public void Every_printer_fills_each_of_its_columns()
    {
        foreach (var kind in Api.ApiKinds.All.Where(k => k.Resource.Length > 0))
        {
            if (kind.New() is not Api.IKubernetesObject item) continue;
            item.ApplyDefaults();
            var printer = TablePrinters.For(kind);
            Assert.Equal(printer.Columns.Count, printer.Row(item, s_now).Cells.Count);
        }
    }
}
