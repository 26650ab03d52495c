using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.Api.Tests.Declaration;

public sealed class AbsentValuesTests
{
    [Theory]
    [InlineData("""{"aggregationRule":{}}""")]
    [InlineData("""{"rules":null,"aggregationRule":{}}""")]
    [InlineData("""{"rules":[],"aggregationRule":{}}""")]
    public void A_list_that_is_always_shown_is_null_without_entries(string json) =>
        Assert.Equal("""{"metadata":{},"rules":null,"aggregationRule":{}}""", Text(ApiJson.Decode<ClusterRole>(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void A_field_that_must_be_given_may_still_be_left_out_of_json() => Assert.Equal("""{"exitCodes":{}}""", Text(new ContainerRestartRule { ExitCodes = new() }));

    [Fact]
    public void A_question_for_health_over_grpc_names_the_service_even_when_it_means_the_server()
    {
        var probe = ApiJson.Decode<GRPCAction>("""{"port":9000}"""u8);
        probe.ApplyDefaults();
        Assert.Equal("""{"port":9000,"service":""}""", Text(probe));
    }

    private static string Text(IApiMessage message)
    {
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream)) message.WriteJson(writer, typeMeta: false);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
