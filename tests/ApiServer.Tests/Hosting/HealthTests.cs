namespace Tiphys.ApiServer.Tests;

/// <summary>The pages that probes ask, as upstream's kube-apiserver answers them.</summary>
public sealed class HealthTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Hooks = """
        [+]poststarthook/start-system-namespaces-controller ok
        [+]poststarthook/start-cluster-authentication-info-controller ok
        [+]poststarthook/start-service-ip-repair-controllers ok
        [+]poststarthook/rbac/bootstrap-roles ok
        [+]poststarthook/scheduling/bootstrap-system-priority-classes ok
        [+]autoregister-completion ok

        """;

    [Theory]
    [InlineData("livez", "[+]ping ok\n[+]log ok\n[+]etcd ok\n" + Hooks)]
    [InlineData("healthz", "[+]ping ok\n[+]log ok\n[+]etcd ok\n" + Hooks)]
    [InlineData("readyz", "[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]etcd-readiness ok\n[+]informer-sync ok\n" + Hooks + "[+]shutdown ok\n")]
    public async Task Checks_are_listed_by_upstreams_names(string page, string checks)
    {
        Assert.Equal((200, $"{checks}{page} check passed\n"), await GetAsync($"/{page}?verbose"));
        Assert.Equal((200, "ok"), await GetAsync("/" + page));
    }

    [Theory]
    [InlineData("/livez/ping")]
    [InlineData("/livez/ping?verbose")]
    [InlineData("/livez/poststarthook/rbac/bootstrap-roles")]
    [InlineData("/readyz/shutdown")]
    [InlineData("/healthz/log?exclude=log")]
    public async Task One_check_only_says_ok(string path) => Assert.Equal((200, "ok"), await GetAsync(path));

    [Theory]
    [InlineData("/healthz/foo")]
    [InlineData("/healthz/")]
    [InlineData("/livez/shutdown")]
    [InlineData("/livez/poststarthook")]
    public async Task What_is_no_check_is_no_page(string path) => Assert.Equal((404, "404 page not found\n"), await GetAsync(path));

    [Fact]
    public async Task What_cannot_be_left_out_is_said()
    {
        var (_, text) = await GetAsync("/livez?verbose&exclude=ping&exclude=zz&exclude=shutdown");
        Assert.StartsWith("[+]ping excluded: ok\n[+]log ok\n", text, StringComparison.Ordinal);
        Assert.EndsWith("ok\nwarn: some health checks cannot be excluded: no matches for \"shutdown\",\"zz\"\nlivez check passed\n", text, StringComparison.Ordinal);
        Assert.Equal((200, "ok"), await GetAsync("/livez?exclude=zz"));
    }

    [Fact]
    public async Task Every_method_asks()
    {
        foreach (var method in new[] { "POST", "PUT", "DELETE", "OPTIONS" })
            Assert.Equal("ok", (await cluster.SendRawAsync(method, "/livez")).Text);
    }

    [Fact]
    public async Task Answers_are_not_to_be_kept()
    {
        var (whole, _) = await cluster.SendRawAsync("GET", "/readyz");
        Assert.Equal("no-cache, private", string.Join(", ", whole.Headers.GetValues("Cache-Control").SelectMany(v => v.Split(", ")).Order()));
        Assert.Equal("nosniff", Assert.Single(whole.Headers.GetValues("X-Content-Type-Options")));
        var (one, _) = await cluster.SendRawAsync("GET", "/readyz/ping");
        Assert.False(one.Headers.Contains("X-Content-Type-Options"));
    }

    private async Task<(int Code, string Text)> GetAsync(string path)
    {
        var (response, text) = await cluster.SendRawAsync("GET", path);
        return ((int)response.StatusCode, text);
    }
}
