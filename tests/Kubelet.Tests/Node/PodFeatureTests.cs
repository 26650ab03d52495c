using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Node;

public class PodFeatureTests(RuntimeFixture fixture)
{
    private static ObjectMeta Meta(string name) => new() { Name = name, Namespace = "default" };

    private static List<string> Lines(string log) => [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 4)[3])];

    [Fact]
    public async Task Config_reaches_containers_as_files_and_variables_and_files_follow_changes()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.Api.Create(new ConfigMap { Metadata = Meta("settings"), Data = new() { ["color"] = "red", ["size"] = "big" } });
        node.Api.Create(new ConfigMap { Metadata = Meta("kube-root-ca.crt"), Data = new() { ["ca.crt"] = "CA" } });
        node.Api.Create(new Secret { Metadata = Meta("hush"), Data = new() { ["word"] = Encoding.UTF8.GetBytes("secret") } });
        var pod = node.CreatePod("config", p =>
        {
            p.Metadata.Labels = new() { ["app"] = "x" };
            p.Spec.ServiceAccountName = "default";
            p.Spec.Volumes =
            [
                new Volume { Name = "settings", ConfigMap = new() { Name = "settings" } },
                new Volume { Name = "hush", Secret = new() { SecretName = "hush", DefaultMode = 0x100, Items = [new KeyToPath { Key = "word", Path = "deep/word" }] } },
                new Volume
                {
                    Name = "all", Projected = new()
                    {
                        Sources =
                        [
                            new VolumeProjection { ServiceAccountToken = new() { Path = "token", ExpirationSeconds = 3607 } },
                            new VolumeProjection { ConfigMap = new() { Name = "kube-root-ca.crt", Items = [new KeyToPath { Key = "ca.crt", Path = "ca.crt" }] } },
                            new VolumeProjection { DownwardAPI = new() { Items = [new DownwardAPIVolumeFile { Path = "namespace", FieldRef = new() { FieldPath = "metadata.namespace" } }] } },
                        ],
                    },
                },
            ];
            var c = p.Spec.Containers[0];
            c.VolumeMounts =
            [
                new VolumeMount { Name = "settings", MountPath = "/settings" }, new VolumeMount { Name = "hush", MountPath = "/hush", ReadOnly = true },
                new VolumeMount { Name = "all", MountPath = "/var/run/secrets/kubernetes.io/serviceaccount" },
                new VolumeMount { Name = "settings", MountPath = "/one-color", SubPath = "color" },
            ];
            c.EnvFrom = [new EnvFromSource { Prefix = "CFG_", ConfigMapRef = new() { Name = "settings" } }];
            c.Env =
            [
                new EnvVar { Name = "WORD", ValueFrom = new() { SecretKeyRef = new() { Name = "hush", Key = "word" } } },
                new EnvVar { Name = "IP", ValueFrom = new() { FieldRef = new() { FieldPath = "status.podIP" } } },
                new EnvVar { Name = "BOTH", Value = "$(CFG_color)-$(WORD)" },
            ];
            c.Command = ["sh", "-c"];
            c.Args =
            [
                "echo $BOTH $(CFG_size); cat /settings/color /hush/deep/word /one-color; echo; ls -l /hush/deep/ | tail -1 | cut -c1-10; cd /var/run/secrets/kubernetes.io/serviceaccount; cat token namespace ca.crt; echo; test $(hostname -i) = $IP && echo same; " +
                "while grep -q red /settings/color; do sleep 0.1; done; echo changed; trap 'exit 0' TERM; sleep 1000 & wait",
            ];
        });
        await node.WaitReadyAsync("config");
        await node.LinesAsync(pod, 5);
        node.Api.Update<ConfigMap>("default", "settings", m => m.Data!["color"] = "blue");
        await node.LinesAsync(pod, 6);
        var lines = Lines(node.Log(pod));
        Assert.Equal(["red-secret big", "redsecretred", "-r--------"], lines[..3]);
        Assert.Matches("^token-\\d+defaultCA$", lines[3]);
        Assert.Equal(["same", "changed"], lines[4..]);
    }

    [Fact]
    public async Task An_fs_group_gets_volumes_of_config_and_keeps_them_when_they_change()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.Api.Create(new ConfigMap { Metadata = Meta("shared"), Data = new() { ["k"] = "old" } });
        node.Api.Create(new Secret { Metadata = Meta("shared"), Data = new() { ["k"] = Encoding.UTF8.GetBytes("v") } });
        var item = new DownwardAPIVolumeFile { Path = "k", FieldRef = new() { FieldPath = "metadata.name" } };
        string[] kinds = ["map", "secret", "downward", "projected"];
        var pod = node.CreatePod("grouped", p =>
        {
            p.Spec.SecurityContext = new() { FsGroup = 2345 };
            p.Spec.Volumes =
            [
                new Volume { Name = "map", ConfigMap = new() { Name = "shared", DefaultMode = 0x180 } },
                new Volume { Name = "secret", Secret = new() { SecretName = "shared", DefaultMode = 0x180 } },
                new Volume { Name = "downward", DownwardAPI = new() { Items = [item], DefaultMode = 0x180 } },
                new Volume { Name = "projected", Projected = new() { Sources = [new VolumeProjection { DownwardAPI = new() { Items = [item] } }], DefaultMode = 0x180 } },
            ];
            p.Spec.Containers[0].VolumeMounts = [.. kinds.Select(k => new VolumeMount { Name = k, MountPath = "/" + k })];
            p.Spec.Containers[0].Resources.Limits = new() { ["memory"] = Quantity.Parse("64Mi") };
            p.Spec.Containers[0].Command =
            [
                "sh", "-c", "show() { stat -c '%A %g' $1 $1/k; stat -L -c '%A %g' $1/k; }; for v in map secret downward projected; do show /$v; done; df -k /secret | tail -1 | awk '{print $2}'; " +
                "while grep -q old /map/k; do sleep 0.1; done; show /map; trap 'exit 0' TERM; sleep 1000 & wait",
            ];
        });
        await node.WaitReadyAsync("grouped");
        await node.LinesAsync(pod, 13);
        node.Api.Update<ConfigMap>("default", "shared", m => m.Data!["k"] = "new");
        await node.LinesAsync(pod, 16);
        var lines = Lines(node.Log(pod));
        string[] File(string directory) => [directory + " 2345", "lrwxrwxrwx 2345", "-rw-r----- 2345"];
        Assert.Equal([.. File("drwxrwsrwx"), .. File("drwxrwsrwt"), .. File("drwxrwsrwt"), .. File("drwxrwsrwt"), "65536", .. File("drwxrwsrwx")], lines);
    }

    [Fact]
    public async Task Missing_config_is_reported_and_then_found()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("waits", p =>
        {
            p.Spec.Volumes = [new Volume { Name = "v", ConfigMap = new() { Name = "late" } }];
            p.Spec.Containers[0].VolumeMounts = [new VolumeMount { Name = "v", MountPath = "/v" }];
        });
        node.CreatePod("env", p => p.Spec.Containers[0].Env = [new EnvVar { Name = "X", ValueFrom = new() { ConfigMapKeyRef = new() { Name = "late", Key = "k" } } }]);
        await node.WaitAsync("env", p => p.Status.ContainerStatuses?[0].State.Waiting is { Reason: "CreateContainerConfigError", Message: "configmap \"late\" not found" });
        await node.WaitEventAsync("waits", "FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"late\" not found");
        node.Api.Create(new ConfigMap { Metadata = Meta("late"), Data = new() { ["k"] = "1" } });
        await node.WaitReadyAsync("waits");
        await node.WaitReadyAsync("env");
    }

    [Fact]
    public async Task Images_that_cannot_be_had_are_named()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("never", p => { p.Spec.Containers[0].Image = "localhost/none:1"; p.Spec.Containers[0].ImagePullPolicy = "Never"; });
        node.CreatePod("bad", p => p.Spec.Containers[0].Image = "FAILED_IMAGE");
        node.CreatePod("pull", p => p.Spec.Containers[0].Image = "127.0.0.1:1/none:1");
        await node.WaitAsync("never", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason == "ErrImageNeverPull");
        await node.WaitAsync("bad", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason == "InvalidImageName");
        await node.WaitAsync("pull", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff");
        await node.WaitEventAsync("never", "Failed: Error: ErrImageNeverPull");
        await node.WaitEventAsync("pull", "Pulling: Pulling image \"127.0.0.1:1/none:1\"");
        Assert.Equal(PodPhase.Pending, node.Pod("pull")!.Status.Phase);
    }

    [Fact]
    public async Task Probes_decide_readiness_and_restarts()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("probed", p =>
        {
            var c = p.Spec.Containers[0];
            c.Command = ["sh", "-c", "mkdir /www; echo ok > /www/ok; httpd -p 8080 -h /www; trap 'exit 0' TERM; sleep 1000 & wait"];
            c.Ports = [new ContainerPort { Name = "http", Port = 8080 }];
            c.StartupProbe = new Probe { Exec = new() { Command = ["test", "-e", "/live"] }, PeriodSeconds = 1, TimeoutSeconds = 100, FailureThreshold = 1000 };
            c.ReadinessProbe = new Probe { HttpGet = new() { Path = "/ok", Port = "http" }, PeriodSeconds = 1, TimeoutSeconds = 100 };
            c.LivenessProbe = new Probe { Exec = new() { Command = ["test", "-e", "/live"] }, PeriodSeconds = 1, TimeoutSeconds = 100, FailureThreshold = 1 };
        });
        var started = await node.WaitAsync("probed", p => p.Status.ContainerStatuses?[0].State.Running is not null);
        Assert.False(started.Status.ContainerStatuses![0].Started);
        var runtime = await fixture.GetAsync();
        var id = started.Status.ContainerStatuses[0].ContainerID["containerd://".Length..];
        await runtime.Service.ExecSyncAsync(id, ["touch", "/live"], Patience.Limit, default);
        await node.WaitReadyAsync("probed");
        await runtime.Service.ExecSyncAsync(id, ["rm", "/www/ok"], Patience.Limit, default);
        await node.WaitAsync("probed", p => !TestNode.IsReady(p));
        await runtime.Service.ExecSyncAsync(id, ["rm", "/live"], Patience.Limit, default);
        var again = await node.WaitAsync("probed", p => p.Status.ContainerStatuses?[0].RestartCount == 1);
        await node.WaitEventAsync("probed", "Killing: Container main failed liveness probe, will be restarted");
        Assert.NotNull(again.Status.ContainerStatuses![0].LastState.Terminated);
    }

    [Fact]
    public async Task Security_settings_hooks_and_the_grace_period_are_kept()
    {
        await using var node = await TestNode.StartAsync(fixture);
        var shared = Directory.CreateDirectory(Path.Combine(node.Root, "shared")).FullName;
        File.SetUnixFileMode(shared, (UnixFileMode)0x1ff);
        var pod = node.CreatePod("secure", p =>
        {
            p.Spec.TerminationGracePeriodSeconds = 100;
            p.Spec.SecurityContext = new PodSecurityContext { RunAsUser = 1000, RunAsGroup = 2000, FsGroup = 3000 };
            p.Spec.Volumes =
            [
                new Volume { Name = "host", HostPath = new() { Path = shared, Type = "Directory" } }, new Volume { Name = "tmp", EmptyDir = new() },
                new Volume { Name = "mem", EmptyDir = new() { Medium = "Memory", SizeLimit = Quantity.Parse("1Mi") } },
            ];
            var c = p.Spec.Containers[0];
            c.VolumeMounts =
            [
                new VolumeMount { Name = "host", MountPath = "/host" }, new VolumeMount { Name = "tmp", MountPath = "/scratch" }, new VolumeMount { Name = "mem", MountPath = "/mem" },
            ];
            c.SecurityContext = new SecurityContext { ReadOnlyRootFilesystem = true, AllowPrivilegeEscalation = false, Capabilities = new() { Drop = ["ALL"] } };
            c.Lifecycle = new Lifecycle
            {
                PostStart = new() { Exec = new() { Command = ["touch", "/host/post-start"] } },
                PreStop = new() { Exec = new() { Command = ["touch", "/host/pre-stop"] } },
            };
            c.Command = ["sh", "-c", "id -u; id -g; id -G; touch /nope 2>/dev/null || echo read-only; touch /scratch/x && ls -ln /scratch/x | awk '{print $4}'; df /mem | tail -1 | awk '{print $1,$2}'; trap 'touch /host/terminated; exit 0' TERM; sleep 1000 & wait"];
        });
        await node.WaitReadyAsync("secure");
        await node.LinesAsync(pod, 6);
        Assert.Equal(["1000", "2000", "2000 3000", "read-only", "3000", "tmpfs 1024"], Lines(node.Log(pod)));
        Assert.True(File.Exists(Path.Combine(shared, "post-start")));
        node.Api.Delete<Pod>("default", "secure");
        await node.WaitGoneAsync("secure");
        Assert.True(File.Exists(Path.Combine(shared, "pre-stop")));
        Assert.True(File.Exists(Path.Combine(shared, "terminated")));
    }

    [Fact]
    public async Task A_forced_deletion_cuts_a_long_grace_period_short()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("stubborn", p => { p.Spec.TerminationGracePeriodSeconds = 3600; p.Spec.Containers[0].Command = ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]; });
        await node.WaitReadyAsync("stubborn");
        node.Api.Delete<Pod>("default", "stubborn");
        await node.WaitEventAsync("stubborn", "Killing: Stopping container main");
        node.Api.Delete<Pod>("default", "stubborn", 1);
        await node.WaitGoneAsync("stubborn");
    }

    [Fact]
    public async Task The_node_registers_reports_and_keeps_its_lease()
    {
        await using var node = await TestNode.StartAsync(fixture);
        var name = node.Options.NodeName;
        var found = await Patience.ForAsync(() => Task.FromResult(node.Api.Get<Tiphys.Api.Core.V1.Node>("", name)), n => n?.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) is true);
        Assert.Equal("kubelet is posting ready status", found!.Status.Conditions!.Find(c => c.Type == "Ready")!.Message);
        Assert.Equal(name, found.Metadata.Labels!["kubernetes.io/hostname"]);
        Assert.Equal("110", found.Status.Capacity!["pods"].ToString());
        Assert.True(found.Status.Allocatable!["memory"] < found.Status.Capacity["memory"]);
        Assert.StartsWith("containerd://", found.Status.NodeInfo.ContainerRuntimeVersion, StringComparison.Ordinal);
        Assert.Contains(found.Status.Images!, i => i.Names.Contains(RuntimeFixture.BusyboxName));
        var lease = await Patience.ForAsync(() => Task.FromResult(node.Api.Get<Tiphys.Api.Coordination.V1.Lease>("kube-node-lease", name)), l => l is not null);
        Assert.Equal((name, 40), (lease!.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds));
    }

    [Fact]
    public async Task Resources_become_cgroup_limits_and_too_large_pods_are_turned_away()
    {
        await using var node = await TestNode.StartAsync(fixture);
        var pod = node.CreatePod("bounded", p => p.Spec.Containers[0].Resources = new()
        {
            Requests = new() { ["cpu"] = Quantity.Parse("100m"), ["memory"] = Quantity.Parse("32Mi") },
            Limits = new() { ["cpu"] = Quantity.Parse("200m"), ["memory"] = Quantity.Parse("64Mi") },
        });
        node.CreatePod("huge", p => p.Spec.Containers[0].Resources = new() { Requests = new() { ["cpu"] = Quantity.Parse("1000") } });
        var ready = await node.WaitReadyAsync("bounded");
        Assert.Equal(PodQosClass.Burstable, ready.Status.QosClass);
        var group = $"{node.Options.CgroupRoot}/kubepods/burstable/pod{pod.Metadata.Uid}";
        var tree = Kubelet.Cgroups.CgroupTrees.Detect();
        Assert.True(tree.Exists(group));
        if (tree.Version == 1)
        {
            Assert.Equal("67108864", (await File.ReadAllTextAsync($"/sys/fs/cgroup/memory{group}/memory.limit_in_bytes", TestContext.Current.CancellationToken)).Trim());
            Assert.Equal("20000", (await File.ReadAllTextAsync($"/sys/fs/cgroup/cpu{group}/cpu.cfs_quota_us", TestContext.Current.CancellationToken)).Trim());
        }
        Assert.NotEmpty(tree.Processes(group));
        var huge = await node.WaitAsync("huge", p => p.Status.Phase == PodPhase.Failed);
        Assert.Equal("OutOfcpu", huge.Status.Reason);
        node.Api.Delete<Pod>("default", "bounded", 1);
        await node.WaitGoneAsync("bounded");
        Assert.False(tree.Exists(group));
    }

    [Fact]
    public async Task An_ephemeral_container_joins_a_running_pod()
    {
        await using var node = await TestNode.StartAsync(fixture);
        var pod = node.CreatePod("debugged");
        await node.WaitReadyAsync("debugged");
        node.Api.Update<Pod>("default", "debugged", p => p.Spec.EphemeralContainers =
            [new EphemeralContainer { Name = "debug", Image = RuntimeFixture.BusyboxName, Command = ["sh", "-c", "ps | grep -c sleep; until test -e /go; do sleep 0.05; done"], TargetContainerName = "main", ImagePullPolicy = "IfNotPresent" }]);
        var running = (await node.WaitAsync("debugged", p => p.Status.EphemeralContainerStatuses?[0].State.Running is not null)).Status.EphemeralContainerStatuses![0];
        Assert.False(running.Ready);
        Assert.Null(running.Started);
        await (await fixture.GetAsync()).Service.ExecSyncAsync(running.ContainerID["containerd://".Length..], ["touch", "/go"], Patience.Limit, TestContext.Current.CancellationToken);
        var done = await node.WaitAsync("debugged", p => p.Status.EphemeralContainerStatuses?[0].State.Terminated is not null);
        Assert.Equal(0, done.Status.EphemeralContainerStatuses![0].State.Terminated!.ExitCode);
        Assert.NotEmpty(Lines(node.Log(pod, "debug")));
        Assert.True(TestNode.IsReady(done));
    }

    [Fact]
    public async Task Host_network_and_host_ports_lead_to_the_pod()
    {
        await using var node = await TestNode.StartAsync(fixture);
        const string serve = "mkdir /www; echo page > /www/index.html; trap 'exit 0' TERM; httpd -f -p {0} -h /www & wait";
        node.CreatePod("host", p =>
        {
            p.Spec.HostNetwork = true;
            p.Spec.Containers[0].Command = ["sh", "-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, serve, 18081)];
            p.Spec.Containers[0].ReadinessProbe = new Probe { TcpSocket = new() { Port = 18081, Host = "127.0.0.1" }, PeriodSeconds = 1 };
        });
        var mapped = node.CreatePod("mapped", p =>
        {
            p.Spec.Containers[0].Command = ["sh", "-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, serve, 8080)];
            p.Spec.Containers[0].Ports = [new ContainerPort { Port = 8080, HostPort = 18080, Protocol = "TCP" }];
            p.Spec.Containers[0].ReadinessProbe = new Probe { HttpGet = new() { Port = 8080, Path = "/" }, PeriodSeconds = 1 };
        });
        var host = await node.WaitReadyAsync("host");
        Assert.Equal("10.99.0.1", host.Status.PodIP);
        await node.WaitReadyAsync("mapped");
        using var client = new HttpClient();
        Assert.Equal("page\n", await client.GetStringAsync("http://127.0.0.1:18081/", TestContext.Current.CancellationToken));
        Assert.Equal("page\n", await client.GetStringAsync("http://10.99.0.1:18080/", TestContext.Current.CancellationToken));
        Assert.NotNull(mapped);
    }

    [Fact]
    public async Task Resources_of_a_running_container_change_in_place()
    {
        await using var node = await TestNode.StartAsync(fixture);
        static ResourceRequirements Amount(string cpu, string memory) => new()
        {
            Requests = new() { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse(memory) },
            Limits = new() { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse(memory) },
        };
        var created = node.CreatePod("resized", p => p.Spec.Containers[0].Resources = Amount("100m", "32Mi"));
        var before = await node.WaitReadyAsync("resized");
        node.Api.Update<Pod>("default", "resized", p => p.Spec.Containers[0].Resources = Amount("200m", "64Mi"));
        var after = await node.WaitAsync("resized", p => p.Status.ContainerStatuses?[0].Resources?.Limits?["memory"] == Quantity.Parse("64Mi"));
        Assert.Equal(before.Status.ContainerStatuses![0].ContainerID, after.Status.ContainerStatuses![0].ContainerID);
        Assert.Equal(0, after.Status.ContainerStatuses[0].RestartCount);
        if (Kubelet.Cgroups.CgroupTrees.Detect().Version == 1)
        {
            var id = after.Status.ContainerStatuses[0].ContainerID["containerd://".Length..];
            var group = $"/sys/fs/cgroup/memory{node.Options.CgroupRoot}/kubepods/pod{created.Metadata.Uid}";
            Assert.Equal("67108864", (await File.ReadAllTextAsync($"{group}/memory.limit_in_bytes", TestContext.Current.CancellationToken)).Trim());
            Assert.Equal("67108864", (await File.ReadAllTextAsync($"{group}/{id}/memory.limit_in_bytes", TestContext.Current.CancellationToken)).Trim());
        }
        node.Api.Update<Pod>("default", "resized", p => p.Spec.Containers[0].Resources = Amount("1000", "64Mi"));
        await node.WaitAsync("resized", p => p.Status.Conditions?.Exists(c => c is { Type: "PodResizePending", Reason: "Infeasible" }) is true);
        Assert.Equal("200m", node.Pod("resized")!.Status.ContainerStatuses![0].Resources!.Limits!["cpu"].ToString());
    }
}
