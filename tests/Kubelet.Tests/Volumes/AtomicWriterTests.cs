using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Tests.Volumes;

public sealed class AtomicWriterTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-volume-").FullName;

    public void Dispose() => Directory.Delete(_directory, true);

    private bool Write(params (string Path, string Content)[] files) => new AtomicWriter(_directory, TimeProvider.System)
        .Write(files.ToDictionary(f => f.Path, f => new VolumeFile(Encoding.UTF8.GetBytes(f.Content), 0x1a4)));

    [Fact]
    public void Files_appear_change_and_go_all_at_once()
    {
        Assert.True(Write(("a", "1"), ("dir/b", "2")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(_directory, "a")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(_directory, "dir/b")));
        Assert.Equal("..data/a", new FileInfo(Path.Combine(_directory, "a")).LinkTarget);
        var version = new FileInfo(Path.Combine(_directory, "..data")).LinkTarget;
        Assert.False(Write(("a", "1"), ("dir/b", "2")));
        Assert.Equal(version, new FileInfo(Path.Combine(_directory, "..data")).LinkTarget);
        Assert.True(Write(("a", "3")));
        Assert.Equal("3", File.ReadAllText(Path.Combine(_directory, "a")));
        Assert.False(Path.Exists(Path.Combine(_directory, "dir")));
        Assert.Single(Directory.GetDirectories(_directory, "..2*"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a/../../x")]
    [InlineData("..x")]
    public void Paths_out_of_the_volume_are_refused(string path) => Assert.Throws<ArgumentException>(() => Write((path, "")));

    [Fact]
    public void The_downward_api_tells_fields_and_resources()
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p", Labels = new() { ["b"] = "2", ["a"] = "say \"hi\"\n" } },
            Spec = new PodSpec { Containers = [new Container { Name = "c", Resources = new() { Limits = new() { ["cpu"] = Quantity.Parse("1500m") } } }] },
        };
        var facts = new DownwardApi(pod, ["10.0.0.1"], ["192.0.2.1"], new Dictionary<string, Quantity> { ["memory"] = Quantity.Parse("1Gi") });
        Assert.Equal("a=\"say \\\"hi\\\"\\n\"\nb=\"2\"", facts.Field("metadata.labels"));
        Assert.Equal("2", facts.Field("metadata.labels['b']"));
        Assert.Equal("10.0.0.1", facts.Field("status.podIP"));
        Assert.Equal("2", facts.Resource(new ResourceFieldSelector { Resource = "limits.cpu" }, pod.Spec.Containers[0]));
        Assert.Equal("1500", facts.Resource(new ResourceFieldSelector { Resource = "limits.cpu", ContainerName = "c", Divisor = Quantity.Parse("1m") }, null));
        Assert.Equal("1024", facts.Resource(new ResourceFieldSelector { Resource = "limits.memory", Divisor = Quantity.Parse("1Mi") }, pod.Spec.Containers[0]));
        Assert.Throws<FormatException>(() => facts.Field("spec.secret"));
    }

    [Fact]
    public void The_downward_api_adds_what_the_node_notes_about_the_pod()
    {
        var pod = new Pod { Metadata = new ObjectMeta { Name = "p", Annotations = new() { ["a"] = "1" } } };
        var facts = new DownwardApi(pod, [], [], new Dictionary<string, Quantity>()) { Seen = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 120, TimeSpan.Zero) };
        Assert.Equal("a=\"1\"\nkubernetes.io/config.seen=\"2026-01-02T03:04:05.12Z\"\nkubernetes.io/config.source=\"api\"", facts.Field("metadata.annotations"));
        var east = facts with { Seen = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)) };
        Assert.Equal("2026-01-02T03:04:05+02:00", east.Field("metadata.annotations['kubernetes.io/config.seen']"));
    }

    [Theory]
    [InlineData(null, null, "1Gi", "1Gi")]
    [InlineData(null, "64Mi", "1Gi", "64Mi")]
    [InlineData(null, "2Gi", "1Gi", "1Gi")]
    [InlineData("32Mi", null, "1Gi", "32Mi")]
    [InlineData("32Mi", "64Mi", "1Gi", "32Mi")]
    [InlineData("128Mi", "64Mi", "1Gi", "64Mi")]
    [InlineData("8Gi", null, "1Gi", "1Gi")]
    [InlineData("0", "0", "1Gi", "1Gi")]
    [InlineData(null, null, null, null)]
    public void A_volume_in_memory_is_no_larger_than_pod_node_and_wish(string? podLimit, string? wanted, string? allocatable, string? expected)
    {
        var pod = new Pod { Spec = new PodSpec { Containers = [new Container { Name = "c" }] } };
        if (podLimit is not null) pod.Spec.Containers[0].Resources.Limits = new() { ["memory"] = Quantity.Parse(podLimit) };
        var facts = new DownwardApi(pod, [], [], allocatable is null ? new Dictionary<string, Quantity>() : new() { ["memory"] = Quantity.Parse(allocatable) });
        Assert.Equal(expected is null ? null : Quantity.Parse(expected).Value, VolumeManager.MemorySize(facts, wanted is null ? null : Quantity.Parse(wanted)));
    }
}
