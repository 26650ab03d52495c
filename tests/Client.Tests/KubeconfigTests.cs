namespace Tiphys.Client.Tests;

public sealed class KubeconfigTests
{
    private const string Text = """
        apiVersion: v1
        kind: Config
        current-context: b
        clusters:
        - name: one
          cluster: {server: "https://one:6443", insecure-skip-tls-verify: true}
        users:
        - name: jane
          user: {token: secret}
        contexts:
        - name: a
          context: {cluster: one, user: jane}
        - name: b
          context: {cluster: one, user: jane, namespace: team}
        """;

    [Fact]
    public void The_current_context_is_taken()
    {
        var config = Kubeconfig.Parse(new StringReader(Text), "/");
        Assert.Equal("https://one:6443/", config.Server.AbsoluteUri);
        Assert.Equal("secret", config.Token);
        Assert.Equal("team", config.Namespace);
        Assert.True(config.InsecureSkipTlsVerify);
    }

    [Fact]
    public void A_named_context_wins() => Assert.Equal("default", Kubeconfig.Parse(new StringReader(Text), "/", "a").Namespace);

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Equal("context \"c\" does not exist", Assert.Throws<KubeconfigException>(() => Kubeconfig.Parse(new StringReader(Text), "/", "c")).Message);
        Assert.Contains("no such file", Assert.Throws<KubeconfigException>(() => Kubeconfig.Load("/does/not/exist")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var text = Kubeconfig.Write("x", new Uri("https://h:1"), "", null, null, "t");
        var config = Kubeconfig.Parse(new StringReader(text.Replace("    certificate-authority-data: \n", "", StringComparison.Ordinal)), "/");
        Assert.Equal("t", config.Token);
        Assert.Equal("https://h:1/", config.Server.AbsoluteUri);
    }
}
