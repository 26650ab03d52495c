using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.Kubectl.Tests.Live;

/// <summary>YAML in and out, against the real kubectl.</summary>
[Collection("live")]
public sealed class YamlLiveTests(LiveServer server)
{
    private const string Alphabet = " :#-'\"\n\t\\,[]{}&*!|>%@`aZ0.~=<?yéß€😀\u0007";

    private const string Features = """
        # a comment
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: features
          labels: &labels
            app: web
            tier: "1"
          annotations:
            <<: *labels
            more: x
        data:
          plain: some text # comment
          folded: >-
            one
            two

            three
          literal: |+
            keep

          quoted: 'it''s'
          escapes: "tab\tnewline\nunicode\u00e9"
          multi: first
            second
          anchor: &a "12"
          alias: *a
          "quoted key": v
          ? complex
          : value
        ---
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: flow, annotations: {a: b}}}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_text_is_written_the_same(int seed)
    {
        var random = new Random(seed);
        var data = new JsonObject();
        string[] known = ["", "~", "null", "y", "No", "0x1F", "0o17", "017", "1_000", "1e3", "1.5", "-.inf", "12:30:45", "2001-01-01", "2001-1-1T1:2:3Z", "2001-13-01", "<<", "=", "---", "--- x", "- a", "a: b", "a #b", " lead", "trail ", "a\n", "a\n\n", "\na", "\n", " a\nb", "a \nb", new string('x', 200), string.Join(' ', Enumerable.Repeat("word", 60)), "'q", "\"q\"", "a\tb", "\\", "!x", "%x", "@x", "`x", "é", "😀", "\u0085", "\ufeff"];
        for (var i = 0; i < known.Length; i++) data[$"k{i}"] = known[i];
        for (var i = 0; i < 120; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(random.Next(120)); length > 0; length--) text.Append(Alphabet.EnumerateRunes().ElementAt(random.Next(Alphabet.EnumerateRunes().Count())).ToString());
            data[$"r{i}"] = text.ToString();
        }

        for (var i = 0; i < 40; i++) data[$"w{i}"] = string.Join(' ', Enumerable.Range(0, random.Next(60)).Select(_ => new string("ab'\"€"[random.Next(5)], random.Next(14))));
        var item = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = $"texts{seed}" }, ["data"] = data };
        var applied = await server.OursAsync("apply", "--server-side", "-f", server.Scratch($"texts{seed}.json", item.ToJsonString()));
        Assert.True(applied.Code == 0, applied.Error);
        await server.SameAsync("get", "cm", $"texts{seed}", "-o", "yaml");
        await server.SameAsync("get", "cm", $"texts{seed}", "-o", "json");
        await server.SameAsync("get", "cm", $"texts{seed}", "-o", "jsonpath={.data}");
        await server.SameAsync("describe", "cm", $"texts{seed}");
    }

    [Fact]
    public async Task Manifests_are_read_the_same()
    {
        var file = server.Scratch("features.yaml", Features[..Features.IndexOf("---", StringComparison.Ordinal)]);
        await server.SameAsync("apply", "-f", file, "--dry-run=client", "-o", "json");
        await server.SameAsync("apply", "-f", server.Scratch("alias.yaml", Features), "--dry-run=client", "-o", "json");
    }
}
