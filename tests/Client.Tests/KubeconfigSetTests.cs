namespace Tiphys.Client.Tests;

public sealed class KubeconfigSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tiphys-kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Flags_count_more_than_files()
    {
        var config = KubeconfigSet.Load(Write("a", "one", "https://one:6443")).Resolve(new ConfigOverrides { Server = "https://other:1", Token = "t", Namespace = "n" });
        Assert.Equal(new Uri("https://other:1"), config.Server);
        Assert.Equal("t", config.Token);
        Assert.Equal("n", config.Namespace);
    }

    [Fact]
    public void A_context_may_be_chosen()
    {
        var path = Write("a", "one", "https://one:6443");
        File.AppendAllText(path, "- name: two\n  context: {cluster: one, namespace: elsewhere}\n");
        Assert.Equal("elsewhere", KubeconfigSet.Load(path).Resolve(new ConfigOverrides { Context = "two" }).Namespace);
    }

    [Theory]
    [InlineData("context", "context was not found for specified context: nope")]
    [InlineData("cluster", "no server found for cluster \"nope\"")]
    [InlineData("user", "auth info \"nope\" does not exist")]
    public void What_is_not_there_is_told_in_upstreams_words(string what, string message)
    {
        var overrides = what switch { "context" => new ConfigOverrides { Context = "nope" }, "cluster" => new ConfigOverrides { Cluster = "nope" }, _ => new ConfigOverrides { User = "nope" } };
        var set = KubeconfigSet.Load(Write("a", "one", "https://one:6443"));
        Assert.Equal(message, Assert.Throws<KubeconfigException>(() => set.Resolve(overrides)).Message);
    }

    [Fact]
    public void Unusual_yaml_is_read_by_the_full_parser()
    {
        var path = Path.Combine(_folder, "flow");
        File.WriteAllText(path, "{current-context: a, clusters: [{name: c, cluster: {server: 'https://flow:1'}}], contexts: [{name: a, context: {cluster: c, namespace: !!str n}}]}");
        var config = KubeconfigSet.Load(path).Resolve(new ConfigOverrides());
        Assert.Equal(new Uri("https://flow:1"), config.Server);
        Assert.Equal("n", config.Namespace);
    }

    [Theory]
    [InlineData("a: 1\nb:\n- c: x\n  d: 'y'\n- e\nf:\n  g: \"h\"\n  i:\n", "{\"a\":\"1\",\"b\":[{\"c\":\"x\",\"d\":\"y\"},\"e\"],\"f\":{\"g\":\"h\",\"i\":null}}")]
    [InlineData("# c\nusers: null\npreferences: {}\n", "{\"users\":null,\"preferences\":{}}")]
    [InlineData("a: {b: c}\n", null)]
    [InlineData("a: b\n  c\n", null)]
    [InlineData("a: |\n  b\n", null)]
    [InlineData("a: &x b\n", null)]
    [InlineData("a: b # c\n", null)]
    [InlineData("a: \"b\\n\"\n", null)]
    public void Plain_block_yaml_is_read_at_once(string yaml, string? json) => Assert.Equal(json, BlockYaml.TryParse(yaml)?.ToJsonString());

    [Fact]
    public void A_named_file_must_be_there()
    {
        var path = Path.Combine(_folder, "missing");
        Assert.Equal($"stat {path}: no such file or directory", Assert.Throws<KubeconfigException>(() => KubeconfigSet.Load(path)).Message);
    }

    private string Write(string file, string name, string server)
    {
        var path = Path.Combine(_folder, file);
        File.WriteAllText(path, $"apiVersion: v1\nkind: Config\ncurrent-context: {name}\nclusters:\n- name: {name}\n  cluster: {{server: \"{server}\"}}\nusers:\n- name: {name}\n  user: {{token: secret}}\ncontexts:\n- name: {name}\n  context: {{cluster: {name}, user: {name}}}\n");
        return path;
    }
}
