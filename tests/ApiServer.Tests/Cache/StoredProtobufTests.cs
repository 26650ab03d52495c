using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer.Tests;

/// <summary>Upstream's API server stores its own kinds as protobuf; ours reads them.</summary>
public sealed class StoredProtobufTests
{
    private static Pod Example() => new()
    {
        Metadata = new ObjectMeta { Name = "web", Namespace = "default", Uid = "u1", Labels = new() { ["app"] = "web" }, Finalizers = ["example.com/hold"] },
        Spec = new PodSpec { NodeName = "n1", Containers = [new Container { Name = "c", Image = "i", Command = ["sh", "-c", "true"] }] },
    };

    // Upstream may have stored it without the defaults it fills in whenever it reads.
    private static Pod Complete()
    {
        var pod = Example();
        pod.ApplyDefaults();
        return pod;
    }

    [Fact]
    public void What_lies_there_as_protobuf_is_served_as_what_we_store_ourselves()
    {
        var layout = new ObjectLayout(Pod.Info);
        var stored = ApiProto.Encode(Example());
        Assert.Equal("k8s\0"u8, stored.AsSpan(0, 4));
        Assert.Equal(Encoding.UTF8.GetString(ObjectLayout.Encode(Complete())), Encoding.UTF8.GetString(layout.Normalize(stored).Span));
    }

    [Fact]
    public void So_is_json_in_another_order()
    {
        var layout = new ObjectLayout(Pod.Info);
        var other = """{"spec":{"containers":[{"image":"i","name":"c","command":["sh","-c","true"]}],"nodeName":"n1"},"apiVersion":"v1","metadata":{"labels":{"app":"web"},"finalizers":["example.com/hold"],"uid":"u1","namespace":"default","name":"web"},"kind":"Pod"}"""u8.ToArray();
        Assert.Equal(Encoding.UTF8.GetString(ObjectLayout.Encode(Complete())), Encoding.UTF8.GetString(layout.Normalize(other).Span));
    }

    [Fact]
    public void What_is_neither_is_refused() =>
        Assert.ThrowsAny<Exception>(() => new ObjectLayout(Pod.Info).Normalize("k8s\0\xff\xff"u8.ToArray()));
}
