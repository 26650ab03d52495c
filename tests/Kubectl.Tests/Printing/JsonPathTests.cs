using System.Text.Json.Nodes;
using Tiphys.Kubectl.Printing.JsonPath;

namespace Tiphys.Kubectl.Tests.Printing;

public sealed class JsonPathTests
{
    private static readonly JsonNode s_item = JsonNode.Parse(
        """{"kind":"List","items":[{"name":"a","n":1,"labels":{"x/y.z":"1"},"c":[{"i":"p"},{"i":"q"}]},{"name":"b","n":2,"c":[]}],"empty":null}""")!;

    [Theory]
    [InlineData("{.kind}", "List")]
    [InlineData("kind is {.kind}{'!'}", "kind is List!")]
    [InlineData("{.items[*].name}", "a b")]
    [InlineData("{.items[0].name}", "a")]
    [InlineData("{.items[-1].name}", "b")]
    [InlineData("{.items[0:2].name}", "a b")]
    [InlineData("{.items[?(@.n>1)].name}", "b")]
    [InlineData("{.items[?(@.name==\"a\")].c[*].i}", "p q")]
    [InlineData("{.items[?(@.labels)].name}", "a")]
    [InlineData("{.items[*]['name','n']}", "a b 1 2")]
    [InlineData("{range .items[*]}{.name}:{range .c[*]}{.i},{end}{'\\n'}{end}done", "a:p,q,\nb:\ndone")]
    [InlineData("{..i}", "p q")]
    [InlineData("{.items[0].labels.x/y\\.z}", "1")]
    [InlineData("{.items[0].c[0]}", "{\"i\":\"p\"}")]
    [InlineData("{.nope.nope}", "")]
    [InlineData("{.empty}", "null")]
    public void Templates_yield_what_upstream_yields(string template, string text) => Assert.Equal(text, new JsonPathTemplate(template).Text(s_item));

    [Theory]
    [InlineData("{.items[", "unterminated array")]
    [InlineData("{.items", "unclosed action")]
    [InlineData("{.items[?(@.a]}", "unterminated filter")]
    [InlineData("{.items[a]}", "invalid array index a")]
    public void Malformed_templates_are_refused_in_upstreams_words(string template, string error) => Assert.Equal(error, Assert.Throws<FormatException>(() => new JsonPathTemplate(template)).Message);

    [Theory]
    [InlineData("metadata.name", "{.metadata.name}")]
    [InlineData(".metadata.name", "{.metadata.name}")]
    [InlineData("{metadata.name}", "{.metadata.name}")]
    [InlineData("{.metadata.name}", "{.metadata.name}")]
    public void Relaxed_paths_become_templates(string path, string template) => Assert.Equal(template, RelaxedPath.Parse(path));
}
