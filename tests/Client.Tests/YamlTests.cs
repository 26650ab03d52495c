using System.Text;

namespace Tiphys.Client.Tests;

public sealed class YamlTests
{
    [Theory]
    [InlineData("a: 1", "{\"a\":1}")]
    [InlineData("a: 0644", "{\"a\":420}")]
    [InlineData("a: '0644'", "{\"a\":\"0644\"}")]
    [InlineData("a: yes", "{\"a\":true}")]
    [InlineData("a: 1.5", "{\"a\":1.5}")]
    [InlineData("a: 1.36.2", "{\"a\":\"1.36.2\"}")]
    [InlineData("a: ~", "{\"a\":null}")]
    [InlineData("a: [x, {b: c}]", "{\"a\":[\"x\",{\"b\":\"c\"}]}")]
    [InlineData("a: &x text\nb: *x", "{\"a\":\"text\",\"b\":\"text\"}")]
    [InlineData("a: &x {b: [1, 2]}\nc: *x", "{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]}}")]
    [InlineData("a: &x {b: 1}\nc: {<<: *x, d: 2}", "{\"a\":{\"b\":1},\"c\":{\"d\":2,\"b\":1}}")]
    [InlineData("x: &x {b: 1}\nw: &w {b: 2, c: 3}\nz:\n  <<: [*x, *w]\n  d: \"<<\"", "{\"x\":{\"b\":1},\"w\":{\"b\":2,\"c\":3},\"z\":{\"d\":\"<<\",\"b\":1,\"c\":3}}")]
    [InlineData("yes: 1\n0x10: 2\n\"on\": 3", "{\"true\":1,\"16\":2,\"on\":3}")]
    [InlineData("a: n", "{\"a\":false}")]
    [InlineData("a: |\n  two\n  lines\n", "{\"a\":\"two\\nlines\\n\"}")]
    public void Plain_scalars_get_the_types_upstream_gives_them(string yaml, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(YamlJson.ConvertOne(new StringReader(yaml))));

    [Fact]
    public void Empty_documents_of_a_stream_are_left_out() => Assert.Equal(2, YamlJson.Convert(new StringReader("---\na: 1\n---\n---\nb: 2\n")).Count);

    [Fact]
    public void What_is_no_yaml_names_the_line()
    {
        var error = Assert.Throws<FormatException>(() => YamlJson.ConvertOne(new StringReader("a: b\nc: [")));
        Assert.StartsWith("error converting YAML to JSON: yaml: line", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &x [*x]", "unknown anchor 'x' referenced")]
    [InlineData("a: *y", "unknown anchor 'y' referenced")]
    public void Aliases_must_be_of_something(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => YamlJson.ConvertOne(new StringReader(yaml))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"b\":1,\"a\":[\"x\"]}", "a:\n- x\nb: 1\n")]
    [InlineData("{\"a\":\"true\",\"b\":\"12\",\"c\":\"\"}", "a: \"true\"\nb: \"12\"\nc: \"\"\n")]
    [InlineData("{\"a\":{},\"b\":[]}", "a: {}\nb: []\n")]
    [InlineData("{\"a\":\"x\\ty\\n\",\"b\":\"l\\nm\",\"c\":\" p\",\"d\":\"y\"}", "a: \"x\\ty\\n\"\nb: |-\n  l\n  m\nc: ' p'\nd: \"y\"\n")]
    [InlineData("{\"a10\":1,\"a9\":2,\"a.b\":3}", "a.b: 3\na9: 2\na10: 1\n")]
    public void Json_is_printed_as_upstream_prints_yaml(string json, string yaml) => Assert.Equal(yaml, JsonYaml.Convert(Encoding.UTF8.GetBytes(json)));
}
