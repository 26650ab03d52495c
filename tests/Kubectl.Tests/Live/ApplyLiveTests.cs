using System.Text.RegularExpressions;

namespace Tiphys.Kubectl.Tests.Live;

/// <summary><c>apply</c> and <c>delete</c>, against the real kubectl: the same steps are taken with both, one after the other.</summary>
[Collection("live")]
public sealed partial class ApplyLiveTests(LiveServer server)
{
    private const string ConfigMap = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: NAME, labels: {x: "1"}}
        data: {a: "1", b: "<2>"}
        """;

    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: NAME}
        spec:
          selector: {matchLabels: {app: d}}
          template:
            metadata: {labels: {app: d}}
            spec:
              containers:
              - {name: c, image: "nginx:1", ports: [{containerPort: 80}], env: [{name: A, value: "1"}, {name: B, value: "2"}]}
              - {name: d, image: busybox}
        """;

    [Fact]
    public Task Objects_are_created_configured_and_left_alone() => StepsAsync("created", async run =>
    {
        var first = server.Scratch("first.yaml", $"{Named(ConfigMap)}\n---\n{Named(Deployment)}");
        var second = server.Scratch("second.yaml", $"{Named(ConfigMap).Replace(", b: \"<2>\"", ", c: \"3\"")}\n---\n{Named(Deployment).Replace("nginx:1", "nginx:2").Replace("{name: A, value: \"1\"}, ", "").Replace("- {name: d, image: busybox}", "")}");
        foreach (var file in new[] { first, first, second, second })
        {
            await run($"apply -f {file} --dry-run=client");
            await run($"apply -f {file} --dry-run=client -o yaml");
            await run($"apply -f {file} --dry-run=server");
            await run($"apply -f {file}");
            await run("get cm,deploy -l !none -o jsonpath={.items[*].spec.template.spec}{.items[*].data}{.items[*].metadata.annotations}");
        }

        await run($"apply -f {first} -o name");
        await run($"apply -f {first} -o json");
        await run($"apply -f {first} -l x=1");
        await run($"delete -f {first} --dry-run=client");
        await run($"delete -f {first}");
        await run($"delete -f {first}");
        await run($"delete -f {first} --ignore-not-found");
    });

    [Fact]
    public Task Server_side_apply_takes_over_and_tells_conflicts() => StepsAsync("ssa", async run =>
    {
        var file = server.Scratch("ssa.yaml", Named(ConfigMap));
        var other = server.Scratch("other.yaml", Named(ConfigMap).Replace("a: \"1\"", "a: \"2\""));
        await run($"apply -f {file}");
        await run($"apply -f {file} --server-side");

        // Each by its name: they are listed by the second of their last write.
        foreach (var manager in (string[])["kubectl", "kubectl-client-side-apply", "kubectl-last-applied"])
            await run($"get cm NAME -o jsonpath={{.metadata.managedFields[?(@.manager==\"{manager}\")].operation}}");
        await run($"apply -f {other} --server-side --field-manager=other");
        await run($"apply -f {other} --server-side --field-manager=other --force-conflicts");
        await run($"apply -f {file} --server-side --dry-run=server --force-conflicts");
        await run($"apply -f {file}");
        await run("delete cm NAME -o name");
    });

    [Fact]
    public Task What_cannot_be_applied_is_refused() => StepsAsync("bad", async run =>
    {
        var bad = server.Scratch("bad.yaml", $"{Named(ConfigMap)}\nfoo: bar\n---\napiVersion: nope.example/v1\nkind: Foo\nmetadata: {{name: f}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: badpod}}\nspec: {{containers: []}}\n");
        var kindless = server.Scratch("kindless.yaml", "metadata: {name: x}\n");
        var text = server.Scratch("text.txt", "hello\n");
        var good = server.Scratch("good.yaml", Named(Deployment));
        var immutable = server.Scratch("immutable.yaml", Named(Deployment).Replace("app: d}", "app: e}"));
        await run($"apply -f {bad}");
        await run($"apply -f {bad} --validate=ignore");
        await run($"apply -f {kindless}");
        await run($"apply -f {kindless} --validate=false");
        await run($"apply -f {text}");
        await run($"apply -f {good}");
        await run($"apply -f {immutable}");
        await run($"apply -f {good} -n elsewhere");
        await run($"apply -f {good} --validate=foo");
        await run($"apply -f {good} --dry-run=foo");
        await run($"apply -f {good} --server-side --dry-run=client");
        await run($"apply -f {good} --force-conflicts");
        await run("apply");
        await run("apply -f /nonexistent");
        await run($"delete -f {good}");
        await run("delete cm NAME");
    });

    [Theory]
    [InlineData("delete")]
    [InlineData("delete pods")]
    [InlineData("delete pods nosuch")]
    [InlineData("delete pods nosuch --ignore-not-found")]
    [InlineData("delete pods -l a=b")]
    [InlineData("delete pods --all -l a=b")]
    [InlineData("delete pods x --now --grace-period=3")]
    [InlineData("delete pods x --force")]
    [InlineData("delete pods x --force --grace-period=3")]
    [InlineData("delete pods x --cascade=foo")]
    [InlineData("delete pods x -o yaml")]
    [InlineData("delete ns nosuch -n default")]
    [InlineData("delete nosuch x")]
    [InlineData("delete po/x y")]
    public Task Deletions_end_the_same(string line) => server.SameAsync(line.Split(' '));

    private static string Named(string manifest) => manifest.Replace("NAME", "name");

    /// <summary>Takes steps with each kubectl in turn, in a namespace that both find empty, and compares what they said.</summary>
    private async Task StepsAsync(string name, Func<Func<string, Task>, Task> steps)
    {
        var ns = "steps-" + name;
        await server.OursAsync("apply", "-f", server.Scratch("namespace.yaml", $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {ns}}}\n"));
        List<string> real = [], ours = [];
        await steps(line => RunAsync(server.RealAsync, real, line));
        await steps(line => RunAsync(server.OursAsync, ours, line));
        for (var i = 0; i < real.Count; i++) Assert.Equal(real[i], ours[i]);

        async Task RunAsync(Func<string[], Task<Outcome>> kubectl, List<string> log, string line)
        {
            string[] words = [.. line.Replace("NAME", "name").Split(' '), .. line.Contains("-n ", StringComparison.Ordinal) ? [] : new[] { "-n", ns }];
            var outcome = await kubectl(words);
            log.Add(Changing().Replace($"{line}\n{outcome.Code}\n{outcome.Output}\n{outcome.Error}", "*"));
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|20\\d\\d-\\d\\d-\\d\\dT[0-9:]+Z|resourceVersion\"?: \"\\d+\"")]
    private static partial Regex Changing();
}
