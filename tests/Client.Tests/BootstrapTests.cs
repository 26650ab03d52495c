using System.Text;

namespace Tiphys.Client.Tests;

public sealed class BootstrapTests
{
    private static readonly BootstrapToken s_token = new("abcdef", "0123456789abcdef");

    [Fact]
    public void A_token_survives_its_secret()
    {
        var token = s_token with { Expires = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero), Usages = ["authentication", "signing"], Groups = [BootstrapToken.DefaultGroup], Description = "a node" };
        var read = BootstrapToken.Read(token.ToSecret())!;
        Assert.Equal("abcdef.0123456789abcdef", read.Text);
        Assert.Equal(token.Expires, read.Expires);
        Assert.Equal(token.Usages, read.Usages);
        Assert.Equal(token.Groups, read.Groups);
        Assert.Equal("a node", read.Description);
        Assert.False(read.IsExpired(token.Expires.Value.AddSeconds(-1)));
        Assert.True(read.IsExpired(token.Expires.Value));
    }

    [Fact]
    public void An_expiration_that_cannot_be_read_is_past()
    {
        var secret = s_token.ToSecret();
        secret.Data!["expiration"] = Encoding.ASCII.GetBytes("soon");
        Assert.True(BootstrapToken.Read(secret)!.IsExpired(DateTimeOffset.MinValue));
    }

    [Theory]
    [InlineData("abcdef.0123456789abcdef", true)]
    [InlineData("abcdef.0123456789abcde", false)]
    [InlineData("ABCDEF.0123456789abcdef", false)]
    [InlineData("abcdef.0123456789abcdef\n", false)]
    [InlineData("", false)]
    public void Tokens_have_one_form(string text, bool valid) => Assert.Equal(valid, BootstrapToken.Parse(text) is not null);

    [Fact]
    public void Generated_tokens_are_tokens() => Assert.NotNull(BootstrapToken.Parse(BootstrapToken.Generate().Text));

    [Fact]
    public void A_signature_holds_for_its_content_and_token_only()
    {
        var signature = ClusterInfo.Sign("content", s_token);
        Assert.True(ClusterInfo.IsSignedBy("content", signature, s_token));
        Assert.False(ClusterInfo.IsSignedBy("other", signature, s_token));
        Assert.False(ClusterInfo.IsSignedBy("content", signature, new("abcdef", "fedcba9876543210")));
        Assert.False(ClusterInfo.IsSignedBy("content", "", s_token));
        Assert.False(ClusterInfo.IsSignedBy("content", "eyJhbGciOiJub25lIn0..", s_token));
    }

    [Fact]
    public void The_public_description_names_server_and_authority_and_no_files()
    {
        var (server, pem) = Kubeconfig.ReadCluster(Kubeconfig.WriteCluster(new Uri("https://192.0.2.1:6443"), "-----PEM-----\n"));
        Assert.Equal("https://192.0.2.1:6443/", server.AbsoluteUri);
        Assert.Equal("-----PEM-----\n", pem);
        Assert.Throws<KubeconfigException>(() => Kubeconfig.ReadCluster("clusters: [{name: a, cluster: {server: 'https://a', certificate-authority: /etc/hostname}}]"));
        Assert.Throws<KubeconfigException>(() => Kubeconfig.ReadCluster("clusters: []"));
    }
}
