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
}
