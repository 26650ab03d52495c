using System.Text;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Policy.V1;

namespace Tiphys.Api.Tests.Declaration;

public sealed class EmbeddingTests
{
    [Fact]
    public void Embedded_fields_keep_their_place_in_json()
    {
        const string json = """{"capacity":{"storage":"1Gi"},"hostPath":{"path":"/data"},"accessModes":["ReadWriteOnce"]}""";
        Assert.Equal(json, RoundTrip<PersistentVolumeSpec>(json));
        const string volume = """{"name":"v","emptyDir":{}}""";
        Assert.Equal(volume, RoundTrip<Volume>(volume));
    }

    [Fact]
    public void Embedded_fields_are_a_message_of_their_own_in_protobuf()
    {
        var writer = new ProtoWriter();
        new Volume { Name = "v", EmptyDir = new() }.WriteProto(writer);

        // name = 1, volumeSource = 2 { emptyDir = 2 { medium = 1: "" } }
        Assert.Equal([10, 1, (byte)'v', 18, 4, 18, 2, 10, 0], writer.Written.ToArray());
    }

    [Fact]
    public void Parts_of_an_object_do_not_show_their_kind_but_claims_of_a_stateful_set_do()
    {
        var eviction = Encoding.UTF8.GetString(ApiJson.Encode(new Eviction { DeleteOptions = new() { GracePeriodSeconds = 1 } }));
        Assert.Contains("\"deleteOptions\":{\"gracePeriodSeconds\":1}", eviction, StringComparison.Ordinal);
        var set = Encoding.UTF8.GetString(ApiJson.Encode(new StatefulSet { Spec = { VolumeClaimTemplates = [new()] } }));
        Assert.Contains("\"volumeClaimTemplates\":[{\"kind\":\"PersistentVolumeClaim\",\"apiVersion\":\"v1\"", set, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unset_time_in_a_map_is_null_and_back()
    {
        const string json = """{"disruptedPods":{"a":null,"b":"2026-01-02T03:04:05Z"},"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0}""";
        Assert.Equal(json, RoundTrip<PodDisruptionBudgetStatus>(json));
    }

    private static string RoundTrip<T>(string json) where T : class, IApiMessage<T> =>
        Encoding.UTF8.GetString(ApiJson.Encode(ApiJson.Decode<T>(Encoding.UTF8.GetBytes(json))));
}
