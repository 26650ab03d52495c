using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Kubectl.Apply;

namespace Tiphys.Kubectl.Tests.Apply;

public sealed class ThreeWayMergeTests
{
    private static readonly ObjectSchema s_deployment = ApiKinds.Find("apps/v1", "Deployment")!.Schema;

    [Theory]
    [InlineData("""{"spec":{"replicas":1}}""", """{"spec":{"replicas":1}}""", """{"spec":{"replicas":1,"paused":true}}""", "{}")]
    [InlineData("""{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""", """{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""")]
    [InlineData("""{"spec":{"replicas":1,"paused":true}}""", """{"spec":{"replicas":1}}""", """{"spec":{"replicas":1,"paused":true}}""", """{"spec":{"paused":null}}""")]
    [InlineData("""{"spec":{"replicas":1}}""", "{}", """{"spec":{"replicas":5}}""", """{"spec":null}""")]
    public void Fields_are_set_and_deleted_but_not_those_of_others(string original, string modified, string current, string patch) => Check(original, modified, current, patch);

    [Fact]
    public void Entries_of_lists_are_told_apart_by_their_keys() => Check(
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}}}""",
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"2"}]}}}}""",
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1","imagePullPolicy":"Always"},{"name":"b","image":"1"},{"name":"injected","image":"x"}]}}}}""",
        """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"image":"2","name":"a"},{"$patch":"delete","name":"b"}]}}}}""");

    [Fact]
    public void Fields_that_rule_others_out_are_listed() => Check(
        """{"spec":{"strategy":{"type":"RollingUpdate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""");

    [Fact]
    public void Without_a_schema_lists_are_replaced()
    {
        var patch = ThreeWayMerge.Plain(Parse("""{"a":[1,2],"b":1,"c":{"d":1}}"""), Parse("""{"a":[1,3],"c":{}}"""), Parse("""{"a":[1,2],"b":1,"c":{"d":1,"e":2}}"""));
        Assert.True(JsonNode.DeepEquals(Parse("""{"a":[1,3],"b":null,"c":{"d":null}}"""), patch), patch.ToJsonString());
    }

    [Fact]
    public void A_preview_is_what_the_server_would_make_of_the_patch()
    {
        var current = Parse("""{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}}}""");
        var patch = Parse("""{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"image":"2","name":"a"},{"image":"3","name":"c"},{"$patch":"delete","name":"b"}]}}}}""");
        var preview = StrategicMergePatch.Apply(current, patch, s_deployment);
        Assert.True(JsonNode.DeepEquals(Parse("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"3"},{"name":"a","image":"2"}]}}}}"""), preview), preview.ToJsonString());
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static void Check(string original, string modified, string current, string expected)
    {
        var patch = ThreeWayMerge.Strategic(Parse(original), Parse(modified), Parse(current), s_deployment, overwrite: true);
        Assert.True(JsonNode.DeepEquals(Parse(expected), patch), patch.ToJsonString());
    }
}
