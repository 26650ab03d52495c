using System.Text;

namespace Tiphys.ApiServer.Tests;

public sealed class AuthenticationTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string WhoPath = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    private async Task<(int Code, string Name, string[] Groups)> WhoAsync(string token, params (string, string)[] headers)
    {
        var (code, body) = await cluster.SendAsync("POST", WhoPath, "{}", token, null, headers);
        var user = (body["status"] as System.Text.Json.Nodes.JsonObject)?["userInfo"];
        return (code, (string?)user?["username"] ?? "", [.. user?["groups"]?.AsArray().Select(g => (string)g!) ?? []]);
    }

    private async Task<string> TokenAsync(string ns, string account, string spec = "{}")
    {
        var answer = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts/{account}/token", $$"""{"spec":{{spec}}}""");
        return (string)answer["status"]!["token"]!;
    }

    [Fact]
    public async Task A_service_account_is_known_by_its_token_until_it_is_deleted()
    {
        var ns = await cluster.NamespaceAsync();
        var token = await TokenAsync(ns, "default");
        var (code, name, groups) = await WhoAsync(token);
        Assert.Equal(201, code);
        Assert.Equal($"system:serviceaccount:{ns}:default", name);
        Assert.Equal(["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"], groups);

        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/serviceaccounts/default");
        cluster.Time.Advance(TimeSpan.FromSeconds(11)); // what was found out is remembered for ten seconds
        Assert.Equal(401, (await WhoAsync(token)).Code);
    }

    [Fact]
    public async Task Tokens_end()
    {
        var ns = await cluster.NamespaceAsync();
        var token = await TokenAsync(ns, "default", """{"expirationSeconds":600}""");
        Assert.Equal(201, (await WhoAsync(token)).Code);
        cluster.Time.Advance(TimeSpan.FromSeconds(600 + 61));
        Assert.Equal(401, (await WhoAsync(token)).Code);
        var (_, review) = await cluster.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}"}}""");
        Assert.Equal("[invalid bearer token, service account token has expired]", (string)review["status"]!["error"]!);
    }

    [Fact]
    public async Task Too_short_a_life_is_refused()
    {
        var ns = await cluster.NamespaceAsync();
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/serviceaccounts/default/token", """{"spec":{"expirationSeconds":60}}""");
        Assert.Equal(422, code);
        Assert.Contains("may not specify a duration less than 10 minutes", (string)body["message"]!);
    }

    [Fact]
    public async Task A_token_bound_to_a_pod_tells_the_pod_and_dies_with_it()
    {
        var ns = await cluster.NamespaceAsync();
        var pod = await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestCluster.Pod("p"));
        var token = await TokenAsync(ns, "default", $$$"""{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"{{{pod["metadata"]!["uid"]}}}"}}""");
        var (_, who) = await cluster.SendAsync("POST", WhoPath, "{}", token);
        Assert.Equal("p", (string)who["status"]!["userInfo"]!["extra"]!["authentication.kubernetes.io/pod-name"]![0]!);
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p?gracePeriodSeconds=0");
        cluster.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(401, (await WhoAsync(token)).Code);
    }

    [Fact]
    public async Task A_review_honours_audiences()
    {
        var ns = await cluster.NamespaceAsync();
        var token = await TokenAsync(ns, "default", """{"audiences":["vault"]}""");
        Assert.Equal(401, (await WhoAsync(token)).Code);
        var (_, forVault) = await cluster.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}","audiences":["vault","other"]}}""");
        Assert.True((bool)forVault["status"]!["authenticated"]!);
        Assert.Equal("vault", (string)forVault["status"]!["audiences"]![0]!);
        var (_, forUs) = await cluster.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}"}}""");
        Assert.Null(forUs["status"]!["authenticated"]);
    }

    [Fact]
    public async Task A_changed_token_is_worth_nothing()
    {
        var ns = await cluster.NamespaceAsync();
        var parts = (await TokenAsync(ns, "default")).Split('.');
        var claims = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace(ns, "kube-system", StringComparison.Ordinal);
        var forged = $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{parts[2]}";
        Assert.Equal(401, (await WhoAsync(forged)).Code);
    }

    [Fact]
    public async Task A_bootstrap_token_is_known_while_its_secret_says_so()
    {
        static string Data(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        await cluster.CreateAsync("/api/v1/namespaces/kube-system/secrets", $$$"""
            {"metadata":{"name":"bootstrap-token-abcdef"},"type":"bootstrap.kubernetes.io/token","data":{"token-id":"{{{Data("abcdef")}}}","token-secret":"{{{Data("0123456789abcdef")}}}",
            "usage-bootstrap-authentication":"{{{Data("true")}}}","auth-extra-groups":"{{{Data("system:bootstrappers:kubeadm")}}}"}}
            """);
        var (_, name, groups) = await WhoAsync("abcdef.0123456789abcdef");
        Assert.Equal("system:bootstrap:abcdef", name);
        Assert.Equal(["system:bootstrappers", "system:bootstrappers:kubeadm", "system:authenticated"], groups);
        Assert.Equal(401, (await WhoAsync("abcdef.0123456789abcdee")).Code);
    }

    [Fact]
    public async Task Only_those_who_may_act_as_others()
    {
        var (_, name, groups) = await WhoAsync(cluster.AdminToken, ("Impersonate-User", "jane"), ("Impersonate-Group", "devs"));
        Assert.Equal("jane", name);
        Assert.Equal(["devs", "system:authenticated"], groups);
        var (_, account, accountGroups) = await WhoAsync(cluster.AdminToken, ("Impersonate-User", "system:serviceaccount:ns1:robot"));
        Assert.Equal("system:serviceaccount:ns1:robot", account);
        Assert.Contains("system:serviceaccounts:ns1", accountGroups);

        var (code, body) = await cluster.SendAsync("POST", WhoPath, "{}", cluster.TokenOf("bob"), null, ("Impersonate-User", "jane"));
        Assert.Equal(403, code);
        Assert.Equal("users \"jane\" is forbidden: User \"bob\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", (string)body["message"]!);
        Assert.Equal(400, (await cluster.SendAsync("POST", WhoPath, "{}", null, null, ("Impersonate-Group", "devs"))).Code);
    }

    [Fact]
    public async Task Nobody_in_particular_may_see_the_version_and_nothing_else()
    {
        Assert.Equal(200, (await cluster.SendAsync("GET", "/version", token: "")).Code);
        var (code, body) = await cluster.SendAsync("GET", "/api/v1/pods", token: "");
        Assert.Equal(403, code);
        Assert.Equal("pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the cluster scope", (string)body["message"]!);
        Assert.Equal(401, (await cluster.SendAsync("GET", "/version", token: "nonsense")).Code);
    }

    [Fact]
    public async Task The_issuer_publishes_its_keys()
    {
        var (code, keys) = await cluster.SendAsync("GET", "/openid/v1/jwks");
        Assert.Equal(200, code);
        Assert.Equal("EC", (string)keys["keys"]![0]!["kty"]!);
        var (_, configuration) = await cluster.SendAsync("GET", "/.well-known/openid-configuration");
        Assert.Equal("https://kubernetes.default.svc.cluster.local", (string)configuration["issuer"]!);
    }

    [Fact]
    public async Task A_token_file_is_read_as_upstream_reads_it()
    {
        var tokens = StaticTokens.Parse("t1,alice,1,\"devs,ops\"\nt2,bob,2\n", "tokens.csv");
        var alice = (await tokens.AuthenticateAsync("t1", [], CancellationToken.None))!.User;
        Assert.Equal("alice", alice.Name);
        Assert.Equal(["devs", "ops", "system:authenticated"], alice.Groups);
        Assert.Equal("bob", (await tokens.AuthenticateAsync("t2", [], CancellationToken.None))!.User.Name);
        Assert.Null(await tokens.AuthenticateAsync("t3", [], CancellationToken.None));
        Assert.Throws<FormatException>(() => StaticTokens.Parse("t1,alice", "tokens.csv"));
    }

    [Fact]
    public async Task A_front_proxy_is_believed_and_others_are_not()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-pki-").FullName;
        using var pki = ClusterPki.Open(directory, new(), cluster.Time);
        var authenticator = new FrontProxyAuthenticator(pki.FrontProxyAuthority.VerifiesClient, "front-proxy-client");
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.Headers["X-Remote-User"] = "jane";
        http.Request.Headers["X-Remote-Group"] = new(["a", "b"]);
        http.Request.Headers["X-Remote-Extra-Scope"] = "x";
        Assert.Null(await authenticator.AuthenticateAsync(http));
        http.Connection.ClientCertificate = pki.Admin();
        Assert.Null(await authenticator.AuthenticateAsync(http));
        http.Connection.ClientCertificate = pki.FrontProxyClient;
        var user = (await authenticator.AuthenticateAsync(http))!;
        Assert.Equal("jane", user.Name);
        Assert.Equal(["a", "b", "system:authenticated"], user.Groups);
        Assert.Equal(["x"], user.Extra["scope"]);
        Assert.Empty(http.Request.Headers["X-Remote-User"].ToArray());
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_authorities_are_published_for_aggregated_servers()
    {
        var (code, map) = await cluster.SendAsync("GET", "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication");
        Assert.Equal(200, code);
        Assert.Equal("[\"front-proxy-client\"]", (string)map["data"]!["requestheader-allowed-names"]!);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", (string)map["data"]!["client-ca-file"]!);
    }
}
